import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { personOf } from '../../../agent/eligibility/person.ts'
import type { PatientNumbers } from '../../../agent/kernel/known.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { PatientLink } from '../../../agent/kernel/verification.ts'
import type { EndRecord } from '../../../agent/store/questions.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, judged, open, question, scratch } from './fixtures.ts'

const one: OfficialResult = {
  insurerNumber: '06139992',
  insuredCardSymbol: '１',
  insuredIdentificationNumber: '5',
  insuredBranchNumber: '03',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  birthdate: '20100101',
  sex1: '1',
}
const twin = { ...one, insuredBranchNumber: '04', name: '見本　二郎', nameKana: 'ﾐﾎﾝ ｼﾞﾛｳ' }

interface Ended {
  readonly id: string
  readonly patient: PatientLink | null
}

async function deskOf(t: TestContext) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  /** Ends a question that was sent with `asked` in these results. */
  const put = async (
    asked: string | null,
    results: OfficialResult[],
    returned: string | null = null,
    over: Partial<EndRecord> = {},
  ): Promise<Ended> => {
    const { id } = await store.accept(question())
    const numbers: PatientNumbers = { asked, returned }
    await store.end(judged(store, end(id, { numbers, subject: personOf(results), ...over })))
    return { id, patient: verificationIn(store.find(id)).patient }
  }
  return { store, put }
}

function verificationIn(item: ReturnType<Store['find']>): Ended {
  assert.ok(item instanceof Uint8Array)
  return JSON.parse(Buffer.from(item).toString()).verification
}

test("a person who contradicts the number's patient is linked to nobody", async (t) => {
  const { put } = await deskOf(t)
  assert.equal((await put('00042', [one])).patient?.firstSeenHere, true)
  const others: [string, OfficialResult][] = [
    ['a twin', twin],
    ['a twin without kana', { ...twin, nameKana: '' }],
    ['a stranger of the same day', { ...one, name: '別人　花子', nameKana: 'ﾍﾞﾂｼﾞﾝ ﾊﾅｺ', sex1: '2' }],
    [
      'one who sounds the same, with another card',
      { ...one, name: '見本　市朗', insuredIdentificationNumber: '9' },
    ],
    ['another birth date', { ...one, birthdate: '20100102' }],
  ]
  for (const [who, result] of others)
    assert.equal((await put('00042', [result])).patient, null, who)
})

test('a number finds its patient through new insurance, family name, and what is not said', async (t) => {
  const { put } = await deskOf(t)
  const { patient } = await put('00042', [one])
  const same: [string, OfficialResult][] = [
    ['other kanji on the same card', { ...one, name: '見本　市朗' }],
    ['a new insurer', { ...one, insurerNumber: '01130012', insuredIdentificationNumber: '9' }],
    ['a new family name', { ...one, name: '別名　一郎', nameKana: 'ﾍﾞﾂﾒｲ ｲﾁﾛｳ' }],
    ['a name with ●', { ...one, name: '●本　一郎', nameKana: '' }],
    ['full-width kana', { ...one, name: '●●　●●', nameKana: 'ミホン　イチロウ' }],
    ['an old form of a character', { ...one, name: '見本　一郞' }],
    ['no sex', { ...one, sex1: '3' }],
    ['another sex, which is told', { ...one, sex1: '2' }],
  ]
  for (const [what, result] of same)
    assert.equal((await put('00042', [result])).patient?.id, patient?.id, what)
})

test('who was only asked about the evening before is here for the first time at the desk', async (t) => {
  const { put } = await deskOf(t)
  const evening = await put('00042', [one], null, { receivedAt: null })
  const [visit, again] = [await put('00042', [one]), await put('00042', [one])]
  assert.deepEqual(
    [visit.patient?.id, again.patient?.id],
    [evening.patient?.id, evening.patient?.id],
  )
  assert.deepEqual(
    [evening, visit, again].map(({ patient }) => patient?.firstSeenHere),
    [false, true, false],
  )
})

test('results of several people link nothing; an answer without results links by its number', async (t) => {
  const { put } = await deskOf(t)
  const { patient } = await put('00042', [one])
  assert.equal((await put('00042', [one, twin])).patient, null)
  assert.equal((await put('00042', [twin, { ...twin, birthdate: '19400101' }])).patient, null)
  assert.equal((await put('00042', [{ insurerNumber: '06139992' }])).patient, null, 'unnamed')
  assert.equal((await put('00042', [])).patient?.id, patient?.id)
  assert.equal((await put('00043', [])).patient, null, 'nobody makes no patient')
})

test('two numbers of two patients link nothing', async (t) => {
  const { put } = await deskOf(t)
  await put('00042', [one])
  await put('00043', [{ ...one, insuredIdentificationNumber: '6' }])
  assert.equal((await put('00042', [one], '00043')).patient, null)
})

test('twins without kana and branch are two patients, and each is found again', async (t) => {
  const { put } = await deskOf(t)
  const { insuredBranchNumber: _, ...unbranched } = one
  const first = { ...unbranched, nameKana: '' }
  const second = { ...first, name: '見本　二郎' }
  const [a, b, again] = [
    await put(null, [first]),
    await put(null, [second]),
    await put(null, [first]),
  ]
  assert.ok(a.patient && b.patient)
  assert.notEqual(a.patient.id, b.patient.id)
  assert.deepEqual([again.patient?.id, again.patient?.firstSeenHere], [a.patient.id, false])
})

test('a patient without a number is found by birth date and name, whatever the card', async (t) => {
  const { put } = await deskOf(t)
  const first = await put(null, [one])
  const again: [string, OfficialResult][] = [
    ['another card', { ...one, insurerNumber: '01130012', insuredIdentificationNumber: '9' }],
    ['no card', { ...one, insurerNumber: '', insuredIdentificationNumber: '' }],
    ['a family name with ●', { ...one, insuredIdentificationNumber: '8', name: '●本　一郎' }],
  ]
  for (const [what, result] of again)
    assert.equal((await put(null, [result])).patient?.id, first.patient?.id, what)
  const lookAlike = { ...one, insuredIdentificationNumber: '7', name: '見本　市朗' }
  assert.notEqual((await put(null, [lookAlike])).patient?.id, first.patient?.id, 'other kanji')
})

test('a number says more than a name: who has another one is not found by the name', async (t) => {
  const { put } = await deskOf(t)
  const vague = { ...one, insurerNumber: '', insuredIdentificationNumber: '' }
  const [a, b] = [await put('a', [vague]), await put('b', [vague])]
  assert.ok(a.patient && b.patient)
  assert.notEqual(a.patient.id, b.patient.id)
  assert.equal((await put(null, [vague])).patient, null, 'two of that name: a person decides')
})

test("a patient's newest verification is never another person's", async (t) => {
  const { store, put } = await deskOf(t)
  const mine = await put('00042', [one])
  const stranger = await put('00042', [twin])
  await put('00042', [one, twin])
  assert.equal(verificationIn(store.latest('00042')).id, mine.id)
  assert.ok(store.find(stranger.id), 'it is kept')
  const newer = await put(null, [one])
  assert.equal(verificationIn(store.latest('00042')).id, newer.id, 'found by the card')
  const unknown = await put('00099', [])
  assert.equal(verificationIn(store.latest('00099')).id, unknown.id, 'a number without a patient')
  assert.equal(store.latest('00100'), undefined)
})
