import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { questionRecord } from '../../agent/eligibility/question.ts'
import { toRfc3339 } from '../../agent/kernel/time.ts'
import { openDatabase, statements } from '../../agent/store/database.ts'
import { paidInFullAt } from '../../agent/store/follow-ups.ts'
import { worklistOf } from '../../agent/worklist.ts'
import {
  asker,
  DAY,
  type Desk,
  face,
  form,
  HOUR,
  never,
  openDesk,
  openTimes,
  pass,
} from './eligibility/reasking-bed.ts'
import { end, KEY, scratch, verification } from './store/fixtures.ts'

/** A desk with a line on the 1st of April 2026 at nine, and its worklist. */
async function open(t: TestContext, path = scratch(t)) {
  const desk = await openDesk(t, path)
  const worklist = worklistOf({ ...desk, openTimes })
  const kinds = (month: string | null = null) =>
    worklist.list(month).map(({ kind, verificationId }) => [kind, verificationId])
  return { desk, worklist, kinds, path }
}

const cardQuestion = async ({ eligibility }: Desk, presentationId: string) => {
  const { id } = await eligibility.askByCard(
    {
      presentationId,
      reader: 'r',
      certificate: Buffer.from('C'),
      certificateExpired: false,
      certificateNotAfter: Date.parse('2030-01-31T14:59:59Z'),
    },
    '受付',
    asker,
  )
  await eligibility.ended(id, never)
  return id
}

test('what is unresolved says since when, when it is asked again and how often it was', async (t) => {
  const { desk, worklist } = await open(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask({ patientNumber: '00042' })
  const since = desk.clock.now()
  await desk.note(first, 'paid-in-full')
  await pass(desk, HOUR)
  const newest = desk.feed().at(-1)
  const [item, ...rest] = worklist.list(null)
  assert.deepEqual(rest, [])
  assert.deepEqual(item, {
    id: `unresolved-${newest?.id}`,
    kind: 'unresolved',
    since,
    verificationId: newest?.id,
    intakeId: null,
    patientNumber: '00042',
    name: null,
    nameKana: null,
    outcome: 'not-found',
    nextAskAt: since + 2 * HOUR,
    asked: 1,
    needs: null,
    advisories: newest?.advisories,
    notes: ['paid-in-full'],
  })
  assert.deepEqual(
    item?.advisories.map(({ code }) => code),
    ['ELIGIBILITY_NOT_FOUND'],
  )
  await desk.note(newest?.id ?? '', 'closing')
  assert.deepEqual(worklist.list(null), [], 'a person closed it')
})

test('a card that was not found, or could not be asked, needs the card; oldest first', async (t) => {
  const { desk, worklist } = await open(t)
  desk.gatewaySays('not-found')
  const unknown = await cardQuestion(desk, 'p1')
  await desk.clock.advance(1_000)
  const typed = await desk.ask()
  await desk.clock.advance(1_000)
  desk.gatewaySays('NO_LINE')
  const offline = await cardQuestion(desk, 'p2')
  assert.deepEqual(
    worklist
      .list(null)
      .map(({ verificationId, needs, nextAskAt }) => [
        verificationId,
        needs,
        nextAskAt === null ? null : toRfc3339(nextAskAt).slice(11, 16),
      ]),
    [
      [unknown, 'CARD_NEEDED', null],
      [typed, null, '10:00'],
      [offline, 'CARD_NEEDED', null],
    ],
  )
  await desk.note(unknown, 'closing')
  assert.deepEqual(
    worklist.list(null).map(({ verificationId }) => verificationId),
    [typed, offline],
  )
})

test('what is valid, and what failed while somebody stood there, is no work', async (t) => {
  const { desk, kinds } = await open(t)
  desk.gatewaySays('valid')
  await desk.ask()
  desk.gatewaySays('invalid')
  await desk.ask({ insuredIdentificationNumber: '2' })
  desk.gatewaySays('GATEWAY_ERROR')
  await desk.ask({ insuredIdentificationNumber: '3' })
  assert.deepEqual(kinds(), [])
})

test('a line of a bulk question is on the morning list, and on this one for the claims only', async (t) => {
  const { desk, kinds } = await open(t)
  const at = desk.clock.now()
  const line = { kind: 'card-face', face, supersedes: null, batch: 'b' } as const
  const record = questionRecord(line, 'test', at)
  const { id } = record
  await desk.store.accept(record)
  await desk.store.end(end(id, { at, verification: verification(id, 'not-found') }))
  assert.deepEqual(kinds(), [])
  assert.deepEqual(kinds('2026-04'), [['unresolved', id]])
})

test('an offline intake that only a person can ask about stands there until it is closed', async (t) => {
  const { desk, worklist } = await open(t)
  const since = desk.clock.now()
  const id = await desk.add({ ...form, nameKana: 'みほん　いちろう', patientNumber: '00042' })
  const [item] = worklist.list(null)
  assert.deepEqual(
    [item?.id, item?.kind, item?.since, item?.intakeId, item?.nameKana, item?.patientNumber],
    [`intake-${id}`, 'intake', since, id, 'みほん　いちろう', '00042'],
  )
})

test('an intake and a patient without kana are there by name', async (t) => {
  const { desk, worklist } = await open(t)
  const named = (month: string | null) =>
    worklist.list(month).map(({ kind, name, nameKana }) => [kind, name, nameKana])
  await desk.add(form)
  assert.deepEqual(named(null), [['intake', form.name, null]])
  desk.gatewaySays('invalid')
  await desk.ask({ patientNumber: '00042' })
  assert.deepEqual(named('2026-04'), [['unresolved', '見本　一郎', null]])
})

test('a held one is there, and says nothing of whom the answer spoke of', async (t) => {
  const { desk, worklist, path } = await open(t)
  desk.gatewaySays('valid')
  const id = await desk.ask({ patientNumber: '00042' })
  const db = openDatabase(path, KEY, 'read-write')
  statements(db)("INSERT INTO holds (verification_id, state, at) VALUES (?, 'held', ?)").run(id, 7)
  const [item] = worklist.list(null)
  assert.deepEqual(
    [
      item?.kind,
      item?.verificationId,
      item?.since,
      item?.patientNumber,
      item?.name,
      item?.nameKana,
    ],
    ['held', id, 7, '00042', null, null],
  )
  statements(db)("UPDATE holds SET state = 'released'").run()
  db.close()
  assert.deepEqual(worklist.list(null), [])
})

test('who paid in full is to be paid back when it resolves within the month, until a person says so', async (t) => {
  const { desk, kinds, path } = await open(t)
  desk.gatewaySays('not-found')
  const paid = await desk.ask({ insuredIdentificationNumber: '1', patientNumber: '1' })
  const other = await desk.ask({ insuredIdentificationNumber: '2', patientNumber: '2' })
  await desk.ask({ insuredIdentificationNumber: '3', patientNumber: '3' })
  for (const id of [paid, other]) await desk.note(id, 'paid-in-full')
  const paidAt = desk.clock.now()
  await desk.clock.advance(60_000)
  desk.gatewaySays((number) => (number === '2' ? 'not-found' : 'valid'))
  await pass(desk, HOUR)
  const resolved = desk.feed().find(({ supersedes }) => supersedes === paid)
  // Typed anew with what was misread before.
  const corrected = await desk.ask({ insuredIdentificationNumber: '12', patientNumber: '2' })
  assert.deepEqual(kinds(), [
    ['refund', resolved?.id],
    ['refund', corrected],
  ])
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const sql = statements(db)
  assert.equal(paidInFullAt(sql, resolved?.id ?? ''), paidAt)
  assert.equal(paidInFullAt(sql, corrected), null, 'nothing was paid under this question')
  await desk.note(resolved?.id ?? '', 'closing')
  await desk.note(corrected, 'closing')
  assert.deepEqual(kinds(), [])
  assert.equal(paidInFullAt(sql, resolved?.id ?? ''), null)
  assert.equal(paidInFullAt(sql, null, '9'), null)
})

test('what waits is known to be paid by the patient’s number, before the answer', async (t) => {
  const { desk, path } = await open(t)
  desk.gatewaySays('not-found')
  const first = await desk.ask({ patientNumber: '1' })
  await desk.note(first, 'paid-in-full')
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  assert.equal(paidInFullAt(statements(db), null, '1'), desk.clock.now())
})

test('a refund of last month is no reminder any more', async (t) => {
  const { desk, kinds } = await open(t)
  desk.gatewaySays('not-found')
  const paid = await desk.ask()
  await desk.note(paid, 'paid-in-full')
  desk.gatewaySays('valid')
  await pass(desk, HOUR)
  assert.equal(kinds().length, 1)
  await desk.clock.stall(30 * DAY)
  assert.deepEqual(kinds(), [])
})

test('before the claims: what was asked for the month and has no valid answer, whenever it was asked', async (t) => {
  const { desk, kinds } = await open(t)
  desk.gatewaySays('not-found')
  const march = await desk.ask({ qualificationConfirmationDate: '20260331' })
  await desk.clock.advance(1_000)
  const resolves = await desk.ask({ insuredIdentificationNumber: '2' })
  await desk.clock.advance(1_000)
  desk.gatewaySays('invalid')
  const lost = await desk.ask({ insuredIdentificationNumber: '3', patientNumber: '3' })
  await desk.clock.advance(1_000)
  assert.deepEqual(kinds('2026-03'), [['unresolved', march]])
  assert.deepEqual(kinds('2026-04'), [
    ['unresolved', resolves],
    ['unresolved', lost],
  ])
  desk.gatewaySays('valid')
  for (const id of [march, resolves]) {
    const { id: again } = await desk.eligibility.recheck(id, asker)
    await desk.eligibility.ended(again, never)
  }
  await desk.ask({ insuredIdentificationNumber: '33', patientNumber: '3' })
  assert.deepEqual(kinds('2026-03'), [])
  assert.deepEqual(kinds('2026-04'), [], 'the patient’s new card was found')
})
