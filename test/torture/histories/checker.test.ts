import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Evidence, type History, violationsIn } from './checker.ts'
import type { PickedUp, Seen, Told } from './told.ts'

const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7]
const seen = (n: number, view: string): Seen => ({
  id: `event-${n}`,
  digest: `${view}-${n}`,
  leaks: [],
})

/** Two patients: of each a first card, a second one, and a note; the last of one is lost. */
const OUTCOMES = ['valid', 'valid', null, 'valid', 'valid', 'invalid', null, 'failed']
const CARDS = ['a0', 'b0', null, 'a1', 'b1', 'b2', null, null]

const told = (n: number): Told => ({
  ...seen(n, 'full'),
  mark: `mark-${n}`,
  outcome: OUTCOMES[n] ?? null,
  patientNumber: OUTCOMES[n] === null ? null : n % 3 === 0 ? '00001' : '00002',
  card: CARDS[n] ?? null,
  question: `question-${n}`,
  face: `face-${n}`,
  isForLiaison: n < 4,
})

const source = NUMBERS.map(told)
const history = (over: Partial<History> = {}): History => ({
  name: 'hook',
  expected: NUMBERS.map((n) => seen(n, 'ward')),
  got: NUMBERS.map((n) => seen(n, 'ward')),
  refused: new Set(),
  sees: () => true,
  ...over,
})

const fileOf = (n: number): PickedUp => ({
  name: `OQSsiquc01res_face_1319999991${String(n).padStart(20, '0')}_20261128224743.xml`,
  question: `question-${n}`,
  face: `face-${n}`,
})

const FILES = [0, 1, 3, 4, 5].map(fileOf)
const EHR = {
  complaints: [],
  patients: ['00001', '00002'],
  coverages: [
    { patientNumber: '00001', card: 'a0', status: 'cancelled' },
    { patientNumber: '00001', card: 'a1', status: 'active' },
    { patientNumber: '00002', card: 'b0', status: 'cancelled' },
    { patientNumber: '00002', card: 'b1', status: 'active' },
  ],
}
const ORCA = {
  patients: [
    {
      patientNumber: '00001',
      insurances: [
        { card: 'a0', from: '2024-01-01', to: '2024-01-30' },
        { card: 'a1', from: '2024-01-31', to: '9999-12-31' },
      ],
    },
    {
      patientNumber: '00002',
      insurances: [{ card: 'b1', from: '2024-01-01', to: '9999-12-31' }],
    },
  ],
  locked: [],
  held: [
    { ms: 40, isCrash: false },
    { ms: 9_000, isCrash: true },
  ],
  complaints: [],
}

const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  sent: NUMBERS.map((n) => ({ mark: `mark-${n}`, outcome: OUTCOMES[n] ?? null })),
  source,
  histories: [history()],
  files: FILES,
  ehr: EHR,
  orca: ORCA,
  ...over,
})

const found = (over: Partial<Evidence>) => [
  ...new Set(violationsIn(evidence(over)).map(({ is, where }) => `${is} at ${where}`)),
]
const ofHistory = (over: Partial<History>) => found({ histories: [history(over)] })
const without = <T>(list: readonly T[], at: number) => list.filter((_, place) => place !== at)
const swapped = <T>(list: readonly T[], at: number): T[] =>
  list.map((one, place) => (place === at ? list[at + 1] : place === at + 1 ? list[at] : one) ?? one)

/** The right history of the hook, as it got it. */
const right = history().got

test('a right run has no violation', () => {
  assert.deepEqual(violationsIn(evidence()), [])
})

test('in a history repetitions are right, and an old cursor after a crash', () => {
  assert.deepEqual(ofHistory({ got: [...right.slice(0, 5), ...right.slice(2)] }), [])
})

test('in a history a planted loss, stranger, swap and change are found', () => {
  assert.deepEqual(ofHistory({ got: without(right, 3) }), ['lost at hook'])
  assert.deepEqual(ofHistory({ got: [...right, seen(9, 'ward')] }), ['stranger at hook'])
  assert.deepEqual(ofHistory({ got: swapped(right, 3) }), ['swapped at hook'])
  assert.deepEqual(ofHistory({ got: [...without(right, 7), seen(7, 'full')] }), ['altered at hook'])
})

test('a duplicate under a new id is found, also where only the repetition was changed', () => {
  const doubled = { ...seen(3, 'ward'), id: 'event-3-again' }
  assert.deepEqual(ofHistory({ got: [...right, doubled] }), ['stranger at hook'])
  assert.deepEqual(ofHistory({ got: [...right, seen(3, 'full')] }), ['altered at hook'])
})

test('what was refused comes later, in no order, and must come', () => {
  const refused = new Set(['event-1', 'event-4'])
  const last = [seen(4, 'ward'), seen(1, 'ward')]
  const rest = right.filter(({ id }) => !refused.has(id))
  assert.deepEqual(ofHistory({ got: [...rest, ...last], refused }), [])
  assert.deepEqual(ofHistory({ got: [...rest, ...last] }), ['swapped at hook'])
  assert.deepEqual(ofHistory({ got: rest, refused }), ['lost at hook'])
  const back = [...swapped(rest, 2), ...last]
  assert.deepEqual(ofHistory({ got: back, refused }), ['swapped at hook'])
})

test('a field that a role may not see is found, in a push and in its feed', () => {
  const leaking = { ...seen(2, 'ward'), leaks: ['insurerNumber'] }
  const got = right.map((one, n) => (n === 2 ? leaking : one))
  assert.deepEqual(ofHistory({ got }), ['leak at hook'])
  assert.deepEqual(ofHistory({ expected: got }), ['leak at feed of hook'])
})

test('a role that sees too little, too much, or in another order, is found by the source', () => {
  const sees = ({ isForLiaison }: Told) => isForLiaison
  const own = NUMBERS.slice(0, 4).map((n) => seen(n, 'liaison'))
  const feed = (expected: readonly Seen[]) => ofHistory({ expected, got: expected, sees })
  assert.deepEqual(feed(own), [])
  for (const other of [without(own, 1), [...own, seen(5, 'liaison')], swapped(own, 1)])
    assert.deepEqual(feed(other), ['swapped at feed of hook'])
})

test('in the source a loss, a duplicate, a stranger and another answer are found', () => {
  const sent = evidence().sent
  const of = (over: Partial<Evidence>) => found(over).filter((one) => one.endsWith('at source'))
  const more = [...sent, { mark: 'mark-8', outcome: 'valid' }]
  assert.deepEqual(of({ sent: more }), ['lost at source'])
  assert.deepEqual(of({ source: [...source, { ...told(2), id: 'event-8' }] }), [
    'duplicate at source',
  ])
  assert.deepEqual(of({ sent: without(sent, 2) }), ['stranger at source'])
  const other = sent.map((one, n) => (n === 1 ? { ...one, outcome: 'invalid' } : one))
  assert.deepEqual(of({ sent: other }), ['altered at source'])
})

test('in the folder a loss, a duplicate, a stranger, a swap and a broken file are found', () => {
  const where = 'face-folder'
  assert.deepEqual(found({ files: without(FILES, 1) }), [`lost at ${where}`])
  const again = { ...fileOf(1), name: fileOf(9).name }
  assert.deepEqual(found({ files: [...FILES, again] }), [`duplicate at ${where}`])
  for (const stranger of [fileOf(2), fileOf(7), { ...fileOf(1), question: 'broken: no XML' }])
    assert.deepEqual(found({ files: [...FILES, stranger] }), [`stranger at ${where}`])
  const swap = FILES.map((file, n) => (n === 1 ? { ...file, face: 'face-3' } : file))
  assert.deepEqual(found({ files: swap }), [`altered at ${where}`])
  const named = FILES.map((file, n) => (n === 1 ? { ...file, name: 'half.xml' } : file))
  assert.deepEqual(found({ files: named }), [`stranger at ${where}`])
})

test('in the EHR a loss, duplicates, a swap, a lost insurance and a refusal are found', () => {
  const { patients, coverages } = EHR
  const ofEhr = (over: Partial<typeof EHR>) => found({ ehr: { ...EHR, ...over } })
  assert.deepEqual(ofEhr({ coverages: without(coverages, 1) }), ['state at fhir'])
  assert.deepEqual(ofEhr({ patients: [...patients, '00002'] }), ['duplicate at fhir'])
  const again = { patientNumber: '00002', card: 'b0', status: 'cancelled' }
  assert.deepEqual(ofEhr({ coverages: [...coverages, again] }), ['duplicate at fhir'])
  const both = coverages.map((one) => ({ ...one, status: 'active' }))
  assert.deepEqual(ofEhr({ coverages: both }), ['state at fhir'])
  const swap = coverages.map((one) => ({
    ...one,
    patientNumber: one.patientNumber === '00001' ? '00002' : '00001',
  }))
  assert.deepEqual(ofEhr({ coverages: swap }), ['state at fhir'])
  const lost = { patientNumber: '00002', card: 'b2', status: 'active' }
  assert.deepEqual(ofEhr({ coverages: [...without(coverages, 3), lost] }), ['state at fhir'])
  const stranger = { patientNumber: '00003', card: 'a0', status: 'active' }
  assert.deepEqual(ofEhr({ coverages: [...coverages, stranger] }), ['stranger at fhir'])
  assert.deepEqual(found({ ehr: { ...EHR, complaints: ['create 400'] } }), ['refused at fhir'])
})

test('in ORCA a loss, duplicates, a swap and periods that overlap are found', () => {
  const [first, second] = ORCA.patients
  assert.ok(first !== undefined && second !== undefined)
  const ofOrca = (...patients: typeof ORCA.patients) => found({ orca: { ...ORCA, patients } })
  assert.deepEqual(ofOrca(second), ['state at orca'])
  assert.deepEqual(ofOrca(first, second, second), ['duplicate at orca'])
  const [old, now] = first.insurances
  assert.ok(old !== undefined && now !== undefined)
  const twice = { ...now, from: '2024-02-01' }
  const ended = { ...now, to: '2024-01-31' }
  assert.deepEqual(ofOrca({ ...first, insurances: [old, ended, twice] }, second), [
    'duplicate at orca',
  ])
  assert.deepEqual(ofOrca({ ...first, insurances: [old] }, second), ['state at orca'])
  const swap = [
    { ...first, insurances: second.insurances },
    { ...second, insurances: first.insurances },
  ]
  assert.deepEqual(ofOrca(...swap), ['state at orca'])
  const overlapping = { ...old, to: '2024-02-10' }
  assert.deepEqual(ofOrca({ ...first, insurances: [overlapping, now] }, second), ['state at orca'])
  assert.deepEqual(ofOrca(first, second, { ...second, patientNumber: '00003' }), [
    'stranger at orca',
  ])
})

test('a lock that is left, or was held for long without a crash, and a complaint are found', () => {
  assert.deepEqual(found({ orca: { ...ORCA, locked: ['00001'] } }), ['lock at orca'])
  const held = [{ ms: 5_001, isCrash: false }]
  assert.deepEqual(found({ orca: { ...ORCA, held } }), ['lock at orca'])
  assert.deepEqual(found({ orca: { ...ORCA, complaints: ['blind-write'] } }), ['refused at orca'])
})
