import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  appointmentsOf,
  checkAppointments,
  daysOf,
} from '../../../agent/eligibility/appointments.ts'
import { askInBulk } from '../../../agent/eligibility/expected.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { end, judged, open, question, scratch, verification } from '../store/fixtures.ts'
import { at, byHand, DAY, faceOf, item, partsOf, replace } from './appointments-bed.ts'
import { all, deskOf, unitOf } from './batches-bed.ts'

/** The job over the terminal, on the bed of bulk questions. */
async function overTerminal(t: TestContext) {
  const desk = await deskOf(t)
  const parts = {
    ...partsOf(desk.store),
    ask: askInBulk(desk.batches),
    pull: async () => {},
    ...{ clock: desk.clock, log: desk.log },
  }
  return { desk, parts, list: () => appointmentsOf(parts, DAY) }
}

test('before noon those of the day are asked about, later those of the next; what was missed is for today', () => {
  const planned = (dueAt: string, now = dueAt) =>
    daysOf({ dueAt: at(dueAt), isByHand: false }, at(now))
  assert.deepEqual(planned('2026-04-01T07:30:00'), ['2026-04-01'])
  assert.deepEqual(planned('2026-04-01T11:59:00'), ['2026-04-01'])
  assert.deepEqual(planned('2026-04-01T12:00:00'), ['2026-04-02'])
  assert.deepEqual(planned('2026-04-30T20:00:00'), ['2026-05-01'])
  assert.deepEqual(planned('2026-04-01T20:00:00', '2026-04-02T08:30:00'), ['2026-04-02'])
  assert.deepEqual(planned('2026-04-03T20:00:00', '2026-04-06T08:30:00'), ['2026-04-06'])
  assert.deepEqual(daysOf(byHand, at('2026-04-01T23:59:59')), ['2026-04-01', '2026-04-02'])
})

test('everybody who is expected is asked about once, however often the job runs', async (t) => {
  const { desk, parts, list } = await overTerminal(t)
  desk.says.submit.push({ number: '77' })
  desk.says.fetch.push(all)
  await replace(desk.store, [
    item(1),
    item(2),
    item(3),
    item(3, { time: '15:00' }),
    { time: '16:00' },
  ])
  assert.deepEqual(await checkAppointments(parts, byHand), {
    ...{ expected: 5, asked: 3, askedBefore: 0, notCheckable: 1 },
  })
  assert.deepEqual(
    list().map(({ status, reason }) => [status, reason]),
    [...Array(4).fill(['waiting', 'asked']), ['not-checkable', 'nothing-given']],
  )
  assert.deepEqual(await checkAppointments(parts, byHand), {
    ...{ expected: 5, asked: 0, askedBefore: 4, notCheckable: 1 },
  })
  await desk.until(() => desk.feed().length === 3)
  assert.equal(desk.submitted.length, 1)
  assert.deepEqual(
    list().map(({ status, outcome }) => [status, outcome]),
    [...Array(4).fill(['ok', 'valid']), ['not-checkable', null]],
  )
  assert.equal(new Set(list().map(({ verificationId }) => verificationId)).size, 4)
  assert.ok(desk.feed().every(({ source }) => source.kind === 'batch'))
})

test('a process that dies after the hand-over asks nobody a second time', async (t) => {
  const { desk, parts } = await overTerminal(t)
  await replace(desk.store, [item(1), item(2), item(3)])
  await checkAppointments(parts, byHand)
  await desk.until(() => desk.submitted.length === 1)
  const second = await desk.again()
  const again = { ...partsOf(second.store), ...{ pull: async () => {}, clock: second.clock } }
  const found = await checkAppointments(
    { ...again, ask: askInBulk(second.batches), log: second.log },
    byHand,
  )
  assert.deepEqual([found.asked, found.askedBefore], [0, 3])
  second.batches.resume()
  await second.until(() => second.submitted.length === 2)
  // The same request once more, which the gateway part knows not to write again.
  assert.deepEqual(
    second.submitted.map(({ id, isRepeat }) => [id, isRepeat]),
    [
      [second.submitted[0]?.id, false],
      [second.submitted[0]?.id, true],
    ],
  )
})

test('a number alone takes the card of the last answer; where none is known, nothing is asked', async (t) => {
  const { desk, parts, list } = await overTerminal(t)
  const { store } = desk
  const { id } = await store.accept(question())
  const results = [{ ...faceOf(1), name: '見本　一郎' }]
  const subject = {
    name: '見本　一郎',
    nameKana: '',
    birthdate: '19800501',
    sex: '',
    identity: null,
  }
  await store.end(
    judged(
      store,
      end(id, {
        verification: { ...verification(id), results },
        numbers: { asked: '00001', returned: null },
        subject,
      }),
    ),
  )
  await replace(store, [{ patientNumber: '00001' }, { patientNumber: '00002' }])
  const { asked, notCheckable } = await checkAppointments(parts, byHand)
  assert.deepEqual([asked, notCheckable], [1, 1])
  await desk.until(() => desk.submitted.length === 1)
  const [line] = desk.submitted[0]?.lines ?? []
  assert.equal(line?.searchInfo.insuredIdentificationNumber, '1')
  assert.deepEqual(
    list().map(({ patientNumber, status, reason }) => [patientNumber, status, reason]),
    [
      ['00001', 'waiting', 'asked'],
      ['00002', 'not-checkable', 'unknown-patient'],
    ],
  )
})

test('an answer of the month before does not stand in the new one: it is asked anew, once', async (t) => {
  const { desk, parts } = await overTerminal(t)
  const may = '2026-05-01'
  await replace(desk.store, [item(1)], may)
  const run = async (now: string) => {
    await desk.clock.advance(at(now) - desk.clock.now())
    desk.says.submit.push({ number: '77' })
    desk.says.fetch.push({ segment: '1', units: [unitOf(1)] })
    return checkAppointments(parts, { ...byHand, isByHand: false, dueAt: at(now) })
  }
  const status = () => appointmentsOf(parts, may).map(({ status, reason }) => [status, reason])
  assert.equal((await run('2026-04-30T17:30:00')).asked, 1)
  await desk.until(() => desk.feed().length === 1)
  assert.deepEqual(status(), [['ok', null]])
  assert.equal((await run('2026-04-30T23:59:00')).asked, 0)
  await desk.clock.advance(60_000)
  assert.deepEqual(status(), [['waiting', 'not-asked']])
  assert.equal((await run('2026-05-01T07:30:00')).asked, 1)
  await desk.until(() => desk.feed().length === 2)
  assert.deepEqual(status(), [['ok', null]])
  assert.equal((await run('2026-05-01T07:31:00')).asked, 0)
  assert.equal(desk.submitted.length, 2)
})

test('a card face with a slip is not asked about, and the list says which field', async (t) => {
  const { desk, parts, list } = await overTerminal(t)
  await replace(desk.store, [item(1, { cardFace: { ...faceOf(1), birthdate: '19801350' } })])
  assert.equal((await checkAppointments(parts, byHand)).notCheckable, 1)
  assert.deepEqual(
    list().map(({ status, reason, fields }) => [status, reason, fields]),
    [['not-checkable', 'card-face-wrong', ['birthdate']]],
  )
  assert.equal(desk.submitted.length, 0)
})

test('a list that cannot be fetched fails the run, after the others were asked about', async (t) => {
  const { desk, parts } = await overTerminal(t)
  await replace(desk.store, [item(1)])
  const fault = new AgentError('SINK_UNREACHABLE', 'no ORCA')
  const pulled: string[] = []
  const pull = async (day: string) => {
    pulled.push(day)
    throw fault
  }
  await assert.rejects(checkAppointments({ ...parts, pull }, byHand), fault)
  assert.deepEqual(pulled, ['2026-04-01', '2026-04-02'])
  await desk.until(() => desk.submitted.length === 1)
})

const ofToday = () => question({ id: uuidV7(at('2026-04-01T08:00:00')) })
const said = { value: '1', at: '', source: 'card-face', verificationId: '' } as const
const history = {
  ...{ firstSeenAt: '', lastVisitAt: null, monthsSinceLast: null, firstOfMonth: true },
  changes: { address: { before: said, now: said } },
}

test('each outcome has its place on the morning list', async (t) => {
  const cases: [Partial<Verification>, unknown[]][] = [
    [{ outcome: 'valid' }, ['ok', null, []]],
    [{ outcome: 'valid-unregistered' }, ['ok', null, []]],
    [{ outcome: 'valid', history }, ['changed', null, ['address']]],
    [
      { outcome: 'valid', results: [{ limitApplicationCertificateChanged: '1' }] },
      ['changed', null, ['limitApplicationCertificateChanged']],
    ],
    [
      { outcome: 'valid', results: [{ limitApplicationCertificateChanged: '0' }] },
      ['ok', null, []],
    ],
    [{ outcome: 'invalid', history }, ['invalid', 'invalid', []]],
    [{ outcome: 'invalid-new-exists' }, ['invalid', 'invalid-new-exists', []]],
    [{ outcome: 'not-found' }, ['unknown', 'not-found', []]],
    [{ outcome: 'multiple' }, ['unknown', 'multiple', []]],
    [{ outcome: 'pending' }, ['unknown', 'pending', []]],
    [{ outcome: 'failed' }, ['unknown', 'failed', []]],
    [{ outcome: 'offline' }, ['unknown', 'offline', []]],
    [{ outcome: 'valid', held: true, history }, ['unknown', 'held', []]],
  ]
  const store = await open(scratch(t))
  t.after(() => store.close())
  await replace(
    store,
    cases.map((_, at) => ({ patientNumber: String(at + 10) })),
  )
  for (const [at, { id: appointment }] of store.appointments.list(DAY).entries()) {
    const { id } = await store.askExpected({ question: ofToday(), claims: [{ appointment }] })
    await store.end(end(id, { verification: { ...verification(id), ...cases[at]?.[0] } }))
  }
  assert.deepEqual(
    appointmentsOf(partsOf(store), DAY).map(({ status, reason, changes }) => [
      ...[status, reason, changes],
    ]),
    cases.map(([, expected]) => expected),
  )
})

test('whoever asked again meanwhile, the newest answer is what is listed', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  await replace(store, [item(1)])
  const claims = [{ appointment: store.appointments.list(DAY)[0]?.id ?? '' }]
  const { id } = await store.askExpected({ question: ofToday(), claims })
  await store.end(end(id, { verification: verification(id, 'not-found') }))
  const { id: second } = await store.accept({ ...ofToday(), supersedes: id })
  const statusNow = () => appointmentsOf(partsOf(store), DAY).map(({ status }) => status)
  assert.deepEqual(statusNow(), ['waiting'])
  await store.end(end(second, { verification: verification(second) }))
  assert.deepEqual(statusNow(), ['ok'])
})
