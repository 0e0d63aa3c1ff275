import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openJobs } from '../../../../agent/ops/jobs/jobs.ts'
import { beforeOf, isDoubtful, lastBeforeLeap } from '../../../../agent/ops/retention/periods.ts'
import { openDatabase } from '../../../../agent/store/database.ts'
import { placesOf } from '../../../bed/unsealed.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'
import { end, idsOf, KEY, open, question, scratch, verification } from '../../store/fixtures.ts'
import { canariesOf, canary, deliver, note, plantVerification } from '../../store/retention-bed.ts'
import { clinic, DAY_MS, jobOn, START } from './purge-bed.ts'

test('after the purge nothing of a patient is left in any page, free page, log or file, and everything of the next one is', async (t) => {
  const { clock, store, receive, seen } = await clinic(t)
  await receive('old')
  await clock.advance(1_440 * DAY_MS)
  const young = await receive('new')

  const missing = (tag: string) =>
    canariesOf(tag).filter((text) => placesOf(text, seen()).length === 0)
  assert.deepEqual([missing('old'), missing('new')], [[], []], 'the scan finds each one first')
  const before = seen()
  assert.ok(
    canariesOf('old').some((text) => placesOf(text, before).includes('WAL')),
    'also in the log of the database',
  )

  await clock.advance(22 * DAY_MS)
  const { run } = jobOn(store, clock)
  const gone = await run()
  assert.equal(gone['verifications'], 1)
  assert.equal(gone['patients'], 1)
  const left = canariesOf('old').flatMap((text) =>
    placesOf(text, seen()).map((place) => `${text} in ${place}`),
  )
  assert.deepEqual(left, [])
  assert.equal(seen().get('WAL')?.length, 0)
  assert.deepEqual(missing('new'), [])
  assert.ok(store.find(young) instanceof Uint8Array)
})

test('the scan sees what a database keeps that does not overwrite', async (t) => {
  const { path, store, receive, seen } = await clinic(t)
  await receive('old')
  await store.close()
  const db = openDatabase(path, KEY, 'read-write')
  db.pragma('secure_delete = OFF')
  db.exec('DELETE FROM events; DELETE FROM verifications; DELETE FROM questions')
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  assert.deepEqual(placesOf(canary('message', 'old'), seen()), ['pages'])
  assert.deepEqual(placesOf(canary('result', 'old'), seen()), ['pages'])
})

test('the official bytes go first; the verification stays, and is not asked again for it', async (t) => {
  const { clock, store, seen } = await clinic(t)
  const id = await plantVerification(store, 'old', START)
  await clock.advance(240 * DAY_MS)
  const { run } = jobOn(store, clock)
  await run()
  assert.ok(store.message(id), 'on its last day it is there')
  await clock.advance(1)
  await run()
  assert.equal(store.message(id), undefined)
  assert.deepEqual(placesOf(canary('message', 'old'), seen()), [])
  assert.ok(store.find(id) instanceof Uint8Array)
  assert.deepEqual(store.unanswered(0), [])
})

test('a consumer that has not read what is gone is told so, and positions never move', async (t) => {
  const { clock, store, receipt } = await clinic(t)
  const first = store.feed.page(null, 10, 'receipt-computer').cursor
  await plantVerification(store, 'old', START)
  await deliver(store, receipt, 'old', START)
  const cursor = store.feed.page(null, 10, 'receipt-computer').cursor
  await clock.advance(1_440 * DAY_MS)
  const young = await plantVerification(store, 'new', clock.now())
  const place = store.feed.page(cursor, 10, 'receipt-computer')
  await clock.advance(22 * DAY_MS)
  await jobOn(store, clock).run()

  const after = store.feed.page(cursor, 10, 'receipt-computer')
  assert.deepEqual(after, place)
  const oldest = store.feed.page(null, 10, 'receipt-computer')
  assert.equal(idsOf(oldest.items.slice(0, 1))[0], young)
  assert.throws(
    () => store.feed.page(first, 10, 'receipt-computer'),
    (error: { code?: string; facts?: { oldest?: string } }) => {
      assert.equal(error.code, 'CURSOR_GONE')
      const again = store.feed.page(error.facts?.oldest ?? '', 10, 'receipt-computer')
      assert.deepEqual(again.items, oldest.items)
      return true
    },
  )
})

test('what still waits for somebody is kept and said; once it is done, the next purge takes it', async (t) => {
  const { clock, store, receipt } = await clinic(t)
  const undelivered = await plantVerification(store, 'sent', START)
  const held = await plantVerification(store, 'held', START, 'held')
  const { id: intake } = await store.intakes.add({
    ...{ id: 'i1', at: START, key: null, actor: 'c1' },
    body: JSON.stringify({ name: 'x', birthdate: '19031207', sex: '1', address: 'y' }),
  })
  await clock.advance(1_500 * DAY_MS)
  const { run, showing } = jobOn(store, clock)
  assert.equal((await run())['verifications'], undefined)
  assert.deepEqual(showing(), ['PURGE_HELD_UP'])
  for (const id of [undelivered, held]) assert.ok(store.find(id) instanceof Uint8Array)

  for (const { seq } of store.deliveries.open(null))
    await store.deliveries.decide({ seq, at: 2, retry: null, actor: 'x' })
  await deliver(store, receipt, 'x', START)
  await note(store, held, START, 'rejection', 'x')
  const closing = JSON.stringify({ by: 'x', at: 1, verificationId: null, text: null })
  await store.intakes.close({ id: intake, at: 1, closing, key: null, actor: 'c1' })
  const gone = await run()
  assert.deepEqual([gone['verifications'], gone['intakes']], [2, 1])
  assert.deepEqual(showing(), [])
})

test('a note keeps what it is about for as long as it is young itself', async (t) => {
  const { clock, store, receipt } = await clinic(t)
  const id = await plantVerification(store, 'old', START)
  await deliver(store, receipt, 'old', START)
  await clock.advance(1_000 * DAY_MS)
  await note(store, id, clock.now(), 'original-sighted', 'again')
  await clock.advance(500 * DAY_MS)
  const { run } = jobOn(store, clock)
  await run()
  assert.ok(store.find(id) instanceof Uint8Array)
  await clock.advance(1_000 * DAY_MS)
  await run()
  assert.equal(store.find(id), undefined)
})

test('a purge that was killed goes on where it was, and each step that removed something is in the audit', async (t) => {
  const { path, clock, store, receipt } = await clinic(t)
  for (let n = 0; n < 100; n += 1) {
    const { id } = await store.accept(question({ at: START }))
    await store.end(end(id, { at: START, verification: verification(id) }))
  }
  for (const { seq } of store.deliveries.next(receipt, 200))
    await store.deliveries.decide({ seq, at: 2, retry: null, actor: 'x' })
  await clock.advance(1_500 * DAY_MS)
  const stop = new AbortController()
  const { retention: purge } = store
  const cut = {
    ...purge,
    purge: async (...args: Parameters<typeof purge.purge>) => {
      if (args[0] !== 'verifications') return purge.purge(...args)
      const running = purge.purge(...args)
      stop.abort()
      return running
    },
  }
  const stopped = jobOn({ ...store, retention: cut }, clock)
  await assert.rejects(stopped.run(false, stop.signal), { name: 'AbortError' })
  assert.deepEqual(stopped.showing(), [], 'a stop is no failure')
  const left = 100 - 25
  assert.equal((await jobOn(store, clock).run())['verifications'], left)
  await store.close()
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const counts = db
    .prepare<[], { subject: string }>(
      "SELECT subject FROM audit WHERE action = 'purge' AND subject LIKE 'verif%' ORDER BY seq",
    )
    .all()
  assert.deepEqual(
    counts.map(({ subject }) => subject),
    Array.from({ length: 4 }, () => 'verifications 25'),
  )
})

test('what fell due while the machine was off is gone soon after its next start', async (t) => {
  const path = scratch(t)
  const clock = new FakeClock(START)
  const before = await open(path, KEY, clock)
  const id = await plantVerification(before, 'old', START)
  await before.close()
  await clock.advance(1_500 * DAY_MS)

  const store = await open(path, KEY, clock)
  t.after(() => store.close())
  const ran = Promise.withResolvers<string>()
  const { job } = jobOn(store, clock)
  const jobs = openJobs({
    ...{ store, clock, jobs: [job], log: recordingLog() },
    observe: (name, fault) => ran.resolve(fault?.code ?? name),
    onBug: ran.reject,
    ticking: () => ({ close() {} }),
  })
  t.after(() => jobs.close())
  assert.equal(await ran.promise, 'purge')
  assert.equal(store.find(id), undefined)
  assert.equal(store.jobs.list('purge')[0]?.by, 'missed')
})

test('a clock that ran away removes nothing, until the network or a person vouches for it', async (t) => {
  const { clock, store, receipt } = await clinic(t)
  const id = await plantVerification(store, 'old', START)
  await deliver(store, receipt, 'old', START)
  await clock.advance(1_500 * DAY_MS)
  const doubtful = jobOn(store, clock, 'unknown')
  await assert.rejects(doubtful.run(), { code: 'PURGE_CLOCK_DOUBTED' })
  assert.deepEqual(doubtful.showing(), ['PURGE_FAILED'])
  assert.ok(store.find(id) instanceof Uint8Array)
  const signal = new AbortController().signal
  const interrupted = { dueAt: START, isByHand: true, resumeFrom: START, signal }
  await assert.rejects(doubtful.job.run(interrupted), { code: 'PURGE_CLOCK_DOUBTED' })
  // Patients who are received by that clock do not vouch for it.
  await plantVerification(store, 'new', clock.now())
  await assert.rejects(doubtful.run(), { code: 'PURGE_CLOCK_DOUBTED' })
  await doubtful.run(true)
  assert.deepEqual(doubtful.showing(), [])
  assert.equal(store.find(id), undefined)
})

test('what a restore put aside goes with the backups of its time', async (t) => {
  const { clock, store } = await clinic(t)
  const asked: number[] = []
  const { run } = jobOn(store, clock, 'synchronised', (before) => asked.push(before))
  assert.equal((await run())['aside'], 1)
  assert.deepEqual(asked, [beforeOf(START, 60)])
})

test('a gap of forty days is believed, one more is not; a synchronised clock always', () => {
  const gap = (days: number) => beforeOf(START, -days)
  const start = () => START
  assert.equal(isDoubtful(gap(40), start, 'unknown', false), false)
  assert.equal(isDoubtful(gap(41), start, 'unsynchronised', false), true)
  assert.equal(isDoubtful(gap(41), start, 'synchronised', false), false)
  assert.equal(
    isDoubtful(gap(41), () => null, 'unknown', false),
    false,
  )
  assert.equal(isDoubtful(gap(41), start, 'unknown', true), false)
})

test('the last time before a leap is found, and without one the newest', () => {
  const days = (...of: number[]) => of.map((day) => day * DAY_MS)
  assert.equal(lastBeforeLeap([]), null)
  assert.equal(lastBeforeLeap(days(3)), 3 * DAY_MS)
  assert.equal(lastBeforeLeap(days(1, 2, 41)), 41 * DAY_MS)
  assert.equal(lastBeforeLeap(days(1, 2, 43, 44)), 2 * DAY_MS)
  assert.equal(lastBeforeLeap(days(1, 100, 101, 200)), 101 * DAY_MS)
  assert.equal(lastBeforeLeap(days(900, 1, 2)), 2 * DAY_MS, 'a clock that was set back')
})

test('every table is purged, or has a reason why it holds nothing of a patient', async (t) => {
  const { store, receive, path } = await clinic(t)
  await receive('old')
  await store.close()
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const tables = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all()
    .map(({ name }) => name)
  const source = ['purge-kinds', 'purge-verifications', 'delivered']
    .map((of) => readFileSync(`agent/store/${of}.ts`, 'utf8'))
    .join()
  const unpurged = tables.filter(
    (name) => !new RegExp(`(DELETE FROM |UPDATE |\\['|simple\\(\\s*')${name}\\b`).test(source),
  )
  assert.deepEqual(unpurged.sort(), Object.keys(WITHOUT_PATIENTS).sort())
})

const WITHOUT_PATIENTS = {
  audit: 'ids and words',
  certificates: 'of the clinic',
  deliveries: 'ids; a row leaves when it has arrived, and keeps its verification until then',
  folder_files: 'names and hashes: a file that lies there for years must not be taken as new',
  folders: 'names of files that lay there at the first look',
  job_runs: 'counts; forgets by itself',
  line_events: 'of a line; forgets by itself',
  line_minutes: 'of a line; forgets by itself',
  meta: 'epoch and where the feed begins',
}
