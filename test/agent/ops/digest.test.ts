import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { type DigestParts, digestOf } from '../../../agent/ops/digest.ts'
import { HOUR, openDesk, pass } from '../eligibility/reasking-bed.ts'
import { end, question, verification } from '../store/fixtures.ts'

/** A desk on the 1st of April 2026 at nine, and the digest of a day as it stands. */
async function opened(t: TestContext) {
  const desk = await openDesk(t)
  const parts = { store: desk.store, undelivered: () => [] }
  const digest = (day = '2026-04-01') => digestOf(parts, day, desk.clock.now())
  const unresolved = async () =>
    (await digest()).unresolved.map(({ verificationId }) => verificationId)
  return { desk, digest, unresolved }
}

test('a day is told in counts, by outcome and source, with its notes; another day has none of it', async (t) => {
  const { desk, digest } = await opened(t)
  desk.gatewaySays('valid')
  const first = await desk.ask({ patientNumber: '1' })
  await desk.note(first, 'original-sighted')
  desk.gatewaySays('not-found')
  await desk.ask({ insuredIdentificationNumber: '2', patientNumber: '2' })
  const told = await digest()
  assert.deepEqual(
    [told.verifications, told.byOutcome, told.bySource, told.notes, told.firstVisits],
    [2, { valid: 1, 'not-found': 1 }, { 'card-face': 2 }, { 'original-sighted': 1 }, 1],
  )
  assert.equal(told.madeAt, '2026-04-01T09:00:00+09:00')
  assert.deepEqual((await digest('2026-03-31')).verifications, 0)
})

test('what is asked again each hour is unresolved once, and no lookup that somebody waited for', async (t) => {
  const { desk, digest } = await opened(t)
  desk.gatewaySays('not-found')
  await desk.ask({ patientNumber: '1' })
  await pass(desk, 3 * HOUR)
  const newest = desk.feed().at(-1)
  const told = await digest()
  assert.ok(told.verifications > 2)
  assert.equal(told.lookup.count, 1)
  assert.deepEqual(
    told.unresolved.map(({ verificationId, patientNumber, outcome }) => [
      ...[verificationId, patientNumber, outcome],
    ]),
    [[newest?.id, '1', 'not-found']],
  )
  assert.deepEqual(told.mismatches, [], 'it is unresolved, and differs from nothing')
})

test('what was typed anew, or what a person closed, is unresolved no more', async (t) => {
  const { desk, unresolved } = await opened(t)
  desk.gatewaySays((number) => (number === '12' ? 'valid' : 'not-found'))
  const misread = await desk.ask({ insuredIdentificationNumber: '1', patientNumber: '1' })
  const closed = await desk.ask({ insuredIdentificationNumber: '2', patientNumber: '2' })
  desk.gatewaySays((number) => (number === '12' ? 'valid' : 'GATEWAY_ERROR'))
  const failed = await desk.ask({ insuredIdentificationNumber: '3', patientNumber: '3' })
  assert.deepEqual(await unresolved(), [misread, closed, failed])
  await desk.ask({ insuredIdentificationNumber: '12', patientNumber: '1' })
  await desk.note(closed, 'closing')
  assert.deepEqual(await unresolved(), [failed])
})

test('what is held waits on the list until a person has decided', async (t) => {
  const { desk, digest } = await opened(t)
  desk.gatewaySays('valid')
  const id = await desk.ask({ patientNumber: '1' })
  await desk.note(id, 'hold')
  assert.deepEqual(
    (await digest()).held.map(({ verificationId }) => verificationId),
    [id],
  )
  await desk.note(id, 'release')
  assert.deepEqual((await digest()).held, [])
})

test('seconds are of the questions that somebody waited for', async (t) => {
  const { desk, digest } = await opened(t)
  const at = desk.clock.now()
  for (const seconds of [1, 2, 3, 20]) {
    const { id } = await desk.store.accept(question({ id: uuidV7(at), at }))
    await desk.store.end(
      end(id, { at: at + seconds * 1_000, verification: verification(id), receivedAt: at }),
    )
  }
  assert.deepEqual((await digest()).lookup, { count: 4, median: 2, p90: 20, longest: 20 })
})

test('a busy day lets others have their turn while it is put together', async () => {
  const items = Array.from({ length: 200 }, (_, n) => {
    const one = { type: 'verification', verification: verification(String(n)) }
    return Buffer.from(JSON.stringify(one))
  })
  const store: DigestParts['store'] = {
    itemsBetween: () => items,
    find: () => undefined,
    lookupMs: () => null,
    isSuperseded: () => false,
    isUndecided: () => false,
    work: { isStanding: () => true },
  }
  let turns = 0
  let isOver = false
  const turn = () => {
    turns += 1
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const told = await digestOf({ store, undelivered: () => [] }, '2026-04-01', 0)
  isOver = true
  assert.equal(told.verifications, 200)
  assert.ok(turns >= 4, `${turns} turns`)
})
