import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../../agent/store/database.ts'
import { reads } from '../../../agent/store/handovers.ts'
import { KEY, open, scratch } from './fixtures.ts'
import { desk } from './handover-bed.ts'

async function opened(t: TestContext, path = scratch(t)) {
  const store = await open(path)
  t.after(() => store.close())
  return { store, path, ...desk(store) }
}

test('a first visit, a change of insurer and a newer card are handed over, a regular is not', async (t) => {
  const { answered, listed } = await opened(t)
  const first = await answered()
  await answered()
  const changed = await answered({ isInsurerNew: true })
  const newer = await answered({ outcome: 'invalid-new-exists' })
  assert.deepEqual(listed(), [
    [first, 'first-visit'],
    [changed, 'insurer-changed'],
    [newer, 'insurer-changed'],
  ])
})

test('a tick of a referral hands over, also what is handed over already, with where it came from', async (t) => {
  const { store, answered, note, listed } = await opened(t)
  const first = await answered()
  const known = await answered()
  await note(first, 'referral', '受付', '見本病院')
  const at = await note(known, 'referral')
  assert.deepEqual(listed(), [
    [first, 'first-visit', 'referral'],
    [known, 'referral'],
  ])
  const [one, other] = store.handovers.open()
  assert.deepEqual([one?.referralText, other?.referralText, other?.at], ['見本病院', null, at])
})

test('who takes care of one is said by an assignment, that it was seen to by an acknowledgement', async (t) => {
  const { store, answered, note } = await opened(t)
  const id = await answered()
  const ownedAt = await note(id, 'assignment', '受付 花子', ' 連携 次郎 ')
  assert.deepEqual(
    store.handovers.open().map(({ owner, ownedAt }) => [owner, ownedAt]),
    [['連携 次郎', ownedAt]],
  )
  await note(id, 'assignment', '連携 三郎')
  assert.equal(store.handovers.open()[0]?.owner, '連携 三郎')
  const acknowledgedAt = await note(id, 'acknowledgement', '連携 三郎')
  await note(id, 'acknowledgement', '連携 四郎')
  assert.deepEqual(store.handovers.open(), [])
  const [all] = store.handovers.since(0)
  assert.deepEqual([all?.acknowledgedBy, all?.acknowledgedAt], ['連携 三郎', acknowledgedAt])
  assert.deepEqual(store.handovers.since((all?.at ?? 0) + 1), [])
})

test('a referral that comes after the acknowledgement is a new thing to look after', async (t) => {
  const { store, answered, note, listed } = await opened(t)
  const id = await answered()
  await note(id, 'assignment')
  await note(id, 'acknowledgement')
  const at = await note(id, 'referral', '受付', '見本医院')
  assert.deepEqual(listed(), [[id, 'first-visit', 'referral']])
  const [handover] = store.handovers.open()
  assert.deepEqual([handover?.at, handover?.owner], [at, '受付'])
})

test('what is asked again is not handed over again', async (t) => {
  const { answered, note, listed } = await opened(t)
  const first = await answered({ outcome: 'invalid-new-exists', number: '00002' })
  await answered({ outcome: 'invalid-new-exists', number: '00002', supersedes: first })
  assert.deepEqual(listed(), [[first, 'first-visit', 'insurer-changed']])
  await note(first, 'acknowledgement')
  const again = await answered({
    outcome: 'invalid-new-exists',
    number: '00002',
    supersedes: first,
  })
  assert.deepEqual(listed(), [], `${again} says nothing new`)
})

test('what is held is not handed over, nor taken care of; its release makes it one, with the tick', async (t) => {
  const { answered, note, listed } = await opened(t)
  const id = await answered({ held: true })
  await note(id, 'referral', '受付', '見本病院')
  assert.deepEqual(listed(), [])
  for (const kind of ['assignment', 'acknowledgement'] as const)
    await assert.rejects(note(id, kind), { code: 'VERIFICATION_HELD' })
  await note(id, 'release')
  assert.deepEqual(listed(), [[id, 'first-visit', 'referral']])
  await note(id, 'assignment')
  await note(id, 'acknowledgement')
  await note(id, 'hold')
  await note(id, 'release')
  assert.deepEqual(listed().length, 1, 'it may be somebody else now: it is to be seen to anew')
})

test('what a person doubts is not there until they have decided, and gone once they rejected it', async (t) => {
  const { store, answered, note, listed } = await opened(t)
  const id = await answered()
  assert.ok(store.handovers.isHandedOver(id))
  await note(id, 'hold')
  assert.deepEqual([listed(), store.handovers.isHandedOver(id)], [[], false])
  await note(id, 'rejection')
  await note(id, 'referral')
  assert.deepEqual(store.handovers.since(0), [])
  await assert.rejects(note(id, 'acknowledgement'), { code: 'NOT_FOUND' })
})

test('a note about a handover that there is not is refused, and is not in the feed', async (t) => {
  const { store, answered, note } = await opened(t)
  await answered()
  const known = await answered()
  const before = store.feed.end()
  await assert.rejects(note(known, 'assignment'), { code: 'NOT_FOUND' })
  assert.equal(store.feed.end(), before)
})

test('handovers survive a restart', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const { answered, note } = desk(store)
  const id = await answered()
  await note(id, 'assignment', '連携 次郎')
  const before = store.handovers.open()
  await store.close()
  const { store: after } = await opened(t, path)
  assert.deepEqual(after.handovers.open(), before)
})

test('what was verified before there were handovers is none, until a referral is ticked', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const id = await desk(store).answered()
  await store.close()
  const db = openDatabase(path, KEY, 'read-write')
  db.exec('DELETE FROM handovers')
  db.close()
  const { note, listed, store: after } = await opened(t, path)
  assert.deepEqual([listed(), after.handovers.since(0)], [[], []])
  await note(id, 'referral')
  assert.deepEqual(listed(), [[id, 'referral']])
})

test('reads go by their index and sort nothing, however many there are', async (t) => {
  const { store, path } = await opened(t)
  await store.close()
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const planOf = (statement: string, ...parameters: unknown[]) =>
    JSON.stringify(db.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...parameters))
  const plans = [planOf(reads.open), planOf(reads.since, 0), planOf(reads.one, 'v')]
  assert.match(plans[0] ?? '', /USING INDEX handovers_open/)
  assert.match(plans[1] ?? '', /USING INDEX handovers_at/)
  assert.match(plans[2] ?? '', /SEARCH h USING PRIMARY KEY/)
  for (const plan of plans) assert.doesNotMatch(plan, /TEMP B-TREE/)
})
