import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { daysOf, handoversOf } from '../../agent/handovers.ts'
import type { OpenHours } from '../../agent/kernel/hours.ts'
import { uuidV7 } from '../../agent/kernel/ids.ts'
import type { OfficialResult } from '../../agent/kernel/official.ts'
import type { Role } from '../../agent/kernel/roles.ts'
import { officeOf, person } from './eligibility/office-bed.ts'
import { open, scratch } from './store/fixtures.ts'
import { desk } from './store/handover-bed.ts'

const holidays = { nameOf: (day: string) => (day === '2026-04-29' ? '昭和の日' : null) }
const noHours = { hours: [], closed: [], holidays, afterHours: [] }
const at = (time: string) => Date.parse(`${time}+09:00`)

async function opened(t: TestContext, hours: readonly OpenHours[] = [], closed: string[] = []) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  let now = 0
  const clock = { now: () => now }
  const handovers = handoversOf({ store, times: { ...noHours, hours, closed }, clock })
  const isOverdueAt = async (time: string) => {
    now = at(time)
    return (await handovers.list('all', 'billing')).map(({ isOverdue }) => isOverdue)
  }
  return { store, handovers, isOverdueAt }
}

test('one is overdue when the first business day after it is over: a Friday’s on the Tuesday', async (t) => {
  const { store, isOverdueAt } = await opened(t)
  const { answered, note } = desk(store, at('2026-04-03T10:00:00'))
  const id = await answered()
  for (const time of ['2026-04-03T23:59:59', '2026-04-05T12:00:00', '2026-04-06T23:59:59'])
    assert.deepEqual(await isOverdueAt(time), [false], time)
  assert.deepEqual(await isOverdueAt('2026-04-07T00:00:00'), [true])
  await note(id, 'acknowledgement')
  assert.deepEqual(await isOverdueAt('2026-04-07T00:00:00'), [false])
})

test('a national holiday is no business day, nor is a day off', async (t) => {
  const { store, isOverdueAt } = await opened(t, [], ['2026-04-30'])
  await desk(store, at('2026-04-28T17:00:00')).answered()
  assert.deepEqual(await isOverdueAt('2026-05-01T23:59:59'), [false])
  assert.deepEqual(await isOverdueAt('2026-05-02T00:00:00'), [true])
})

test('where hours are known, a business day is one that has some, Saturdays too', async (t) => {
  const hours = [{ days: ['mon', 'sat'], from: '08:30', to: '12:30' }] as const
  const { store, isOverdueAt } = await opened(t, hours)
  await desk(store, at('2026-04-03T10:00:00')).answered()
  assert.deepEqual(await isOverdueAt('2026-04-04T23:59:59'), [false])
  assert.deepEqual(await isOverdueAt('2026-04-05T00:00:00'), [true])
})

test('the liaison office sees whom a referral is about, without what is not for it', async (t) => {
  const { store, answered } = await officeOf(t)
  await answered(person)
  const known = await answered({ ...person, insuredCardSymbol: 'CANARY' })
  const list = handoversOf({ store, times: noHours, clock: { now: Date.now } })
  assert.equal((await list.list('open', 'liaison')).length, 1, 'the first visit')
  await store.note({
    eventId: uuidV7(Date.now()),
    at: Date.now(),
    atText: '2026-04-01T09:30:02+09:00',
    note: { verificationId: known.id, kind: 'referral', by: '受付', text: null },
    release: null,
    key: null,
    actor: 'test',
  })
  const told = async (role: Role) => {
    const { event } = (await list.list('open', role))[1] ?? {}
    return event ? Buffer.from(event).toString() : null
  }
  assert.ok((await told('billing'))?.includes('CANARY'))
  const seen = await told('liaison')
  assert.ok(
    seen?.includes('検証　一郎') && !seen.includes('CANARY') && !seen.includes('5678'),
    seen ?? '',
  )
  const [held] = store.feed.page(null, 10, 'liaison').items.slice(-1)
  assert.ok(
    !Buffer.from(held ?? [])
      .toString()
      .includes('検証'),
    'the feed has the tick alone',
  )
})

test('a list of the last 31 days ends there; open ones have no end', async (t) => {
  const { store, handovers, isOverdueAt } = await opened(t)
  await desk(store, at('2026-04-01T09:00:00')).answered()
  assert.deepEqual(await isOverdueAt('2026-05-02T09:00:01'), [true])
  assert.deepEqual(await isOverdueAt('2026-05-02T09:00:02'), [])
  assert.equal((await handovers.list('open', 'billing')).length, 1)
})

const idsOf = (items: readonly Uint8Array[]) =>
  items.map((item) => {
    const { verification, note } = JSON.parse(Buffer.from(item).toString())
    return note === undefined ? verification.id : `${note.kind} ${note.verificationId}`
  })

test('a day has its verifications as they stand, its notes, and what was noted on them since', async (t) => {
  const { store } = await opened(t)
  const first = desk(store, at('2026-04-01T22:00:00'))
  const one = await first.answered({ number: '00001' })
  const other = await first.answered({ number: '00002' })
  const second = desk(store, at('2026-04-02T09:00:00'))
  const next = await second.answered({ number: '00003' })
  await second.note(one, 'original-sighted')
  await second.note(other, 'hold')
  const days = daysOf(store)
  const day = await days.of('2026-04-01', 'reception')
  const noted = [`original-sighted ${one}`, `hold ${other}`]
  assert.deepEqual(idsOf(day.items), [one, other, ...noted])
  const [, held] = day.items.map((item) => JSON.parse(Buffer.from(item).toString()))
  assert.deepEqual([held.verification.held, held.verification.patient], [true, null])
  assert.deepEqual(idsOf((await days.of('2026-04-02', 'reception')).items), [next, ...noted])
  assert.deepEqual((await days.of('2026-03-31', 'reception')).items, [])
})

test('a narrow role has its own day: the liaison office without regulars, nursing without numbers', async (t) => {
  const { store, answered } = await officeOf(t)
  await answered(person)
  const result: OfficialResult = { ...person, insuredCardSymbol: 'CANARY' }
  await answered(result)
  const days = daysOf(store)
  const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10)
  assert.equal((await days.of(today, 'liaison')).items.length, 1)
  assert.equal((await days.of(today, 'ward')).items.length, 2)
  const ofWard = Buffer.concat((await days.of(today, 'ward')).items).toString()
  assert.ok(!ofWard.includes('CANARY') && !ofWard.includes('06139992'))
  assert.deepEqual((await days.of(today, 'it')).items, [])
})

test('nothing is lost between the list and the feed, whatever is committed while it is made', async (t) => {
  const { store } = await opened(t)
  const { answered } = desk(store, at('2026-04-01T09:00:00'))
  const before: string[] = []
  for (let n = 0; n < 60; n += 1) before.push(await answered())
  const listing = daysOf(store).of('2026-04-01', 'billing')
  const during: string[] = []
  for (let n = 0; n < 3; n += 1) during.push(await answered())
  const { items, cursor } = await listing
  const after = store.feed.page(cursor, 100, 'billing').items
  assert.deepEqual(new Set([...idsOf(items), ...idsOf(after)]), new Set([...before, ...during]))
  assert.deepEqual(idsOf(after), during)
})

test('a thousand verifications are listed in turns with whatever else waits', async (t) => {
  const { store } = await opened(t)
  const { answered } = desk(store, at('2026-04-01T09:00:00'))
  for (let n = 0; n < 1_000; n += 1) await answered()
  let turns = 0
  let isDone = false
  const listing = daysOf(store)
    .of('2026-04-01', 'ward')
    .then((list) => {
      isDone = true
      return list
    })
  while (!isDone) {
    turns += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal((await listing).items.length, 1_000)
  assert.ok(turns >= 40, `${turns} turns`)
})
