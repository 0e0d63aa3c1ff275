import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import { openBackups } from '../../../../agent/ops/backup/backups.ts'
import { nameOf } from '../../../../agent/ops/backup/generations.ts'
import { type BackupThreads, backupThreads } from '../../../../agent/ops/backup/worker.ts'
import { eventually } from '../../../bed/client.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { openShelf, type Shelf, silentLog } from './shelf.ts'

const DAY_MS = 24 * 60 * 60_000
const FIVE_MINUTES_MS = 5 * 60_000

interface Options {
  readonly target?: string
  readonly threads?: BackupThreads
  readonly recipient?: string | null
  readonly trust?: 'synchronised' | 'unknown'
}

/** The backups of an agent that runs on this shelf. */
function process(
  t: TestContext,
  shelf: Shelf,
  clock: FakeClock,
  { target, recipient, threads = backupThreads(), trust = 'synchronised' }: Options = {},
) {
  const conditions = new Conditions(clock)
  const { store, institutionCode, version, files, reserveBytes } = shelf.order()
  const backups = openBackups({
    settings: {
      at: '15 2 * * *',
      recipient: recipient === null ? undefined : shelf.recovery.recipient,
      folder: shelf.backups,
      keep: 3,
      days: 60,
      target,
      what: () => ({ store, institutionCode, version, files, reserveBytes }),
    },
    store: shelf.store,
    threads,
    conditions,
    trust: () => trust,
    clock,
    log: silentLog,
    onBug: (error) => {
      throw error
    },
  })
  t.after(() => backups.close())
  const context = {
    dueAt: 0,
    isByHand: false,
    resumeFrom: null,
    signal: new AbortController().signal,
  }
  return {
    backups,
    codes: () => conditions.showing().map(({ code }) => code),
    facts: (code: string) => conditions.showing().find((one) => one.code === code)?.facts,
    /** A night: the job runs, and what came of it is on disk. */
    async night() {
      await clock.advance(DAY_MS)
      const at = clock.now()
      const run = { job: 'backup', dueAt: at, by: 'plan', at, actor: 'agent' } as const
      const id = await shelf.store.jobs.add(run)
      const result = await backups.job.run(context)
      await shelf.store.jobs.move({
        id,
        at: clock.now(),
        to: 'ended',
        ending: { is: 'done', result },
      })
      return String(result['name'])
    },
  }
}

const spoil = (path: string) => {
  const bytes = readFileSync(path)
  bytes[bytes.length - 1_000] = (bytes[bytes.length - 1_000] ?? 0) ^ 1
  chmodSync(path, 0o600)
  writeFileSync(path, bytes)
}

test('three nights are kept, a spoiled one raises the alarm and names the good one, also after a restart', async (t) => {
  const shelf = await openShelf(t)
  const clock = new FakeClock()
  const agent = process(t, shelf, clock)
  const names = []
  for (let night = 0; night < 4; night += 1) names.push(await agent.night())
  assert.deepEqual(readdirSync(shelf.backups).sort(), names.slice(1))
  assert.deepEqual(agent.codes().sort(), ['BACKUP_KEPT', 'BACKUP_ONLY_HERE'])

  const [, , third = ''] = names
  spoil(join(shelf.backups, third))
  const fifth = await agent.night()
  const broken = { file: third, code: 'BACKUP_DAMAGED', knownGood: fifth }
  assert.deepEqual(agent.facts('BACKUP_BROKEN'), broken)
  await agent.backups.close()

  const next = process(t, shelf, clock)
  assert.deepEqual(next.facts('BACKUP_BROKEN'), broken)
  assert.equal(next.facts('BACKUP_KEPT')?.['file'], fifth)
  await next.night()
  await next.night()
  assert.ok(!next.codes().includes('BACKUP_BROKEN'), 'it went with its generation')
  await clock.advance(3 * DAY_MS)
  assert.ok(next.codes().includes('BACKUP_OVERDUE'))
})

test('backups leave with their days though no new one comes, but for the last good one, and not by a clock that may be wrong', async (t) => {
  const shelf = await openShelf(t)
  const clock = new FakeClock()
  const agent = process(t, shelf, clock)
  const names = [await agent.night(), await agent.night(), await agent.night()]
  await clock.advance(57 * DAY_MS)
  const there = () => readdirSync(shelf.backups).sort()
  assert.deepEqual(there(), names, 'the oldest is 59 days old')
  await agent.backups.close()
  const doubting = process(t, shelf, clock, { trust: 'unknown' })
  await clock.advance(30 * DAY_MS)
  assert.deepEqual(there(), names, 'nothing was heard for longer than a machine is off')
  names.push(await doubting.night())
  await clock.advance(FIVE_MINUTES_MS)
  assert.deepEqual(there(), names.slice(1), 'a new one by that clock does not vouch for it')
  await doubting.backups.close()
  const believing = process(t, shelf, clock)
  await clock.advance(FIVE_MINUTES_MS)
  assert.deepEqual(there(), names.slice(3))
  assert.equal(believing.facts('BACKUP_KEPT')?.['file'], names[3])
})

test('a header that is damaged is found too, and one of a machine before this is none of ours', async (t) => {
  const shelf = await openShelf(t)
  const agent = process(t, shelf, new FakeClock())
  const others = await shelf.make({
    box: { identity: shelf.recovery.secret, recipient: shelf.recovery.recipient },
  })
  const name = await agent.night()
  assert.ok(others.includes('000001'))
  assert.ok(!agent.codes().includes('BACKUP_BROKEN'))
  const path = join(shelf.backups, name)
  const bytes = readFileSync(path)
  const at = bytes.lastIndexOf('-> X25519 ') + 60
  bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41
  chmodSync(path, 0o600)
  writeFileSync(path, bytes)
  await agent.night()
  assert.equal(agent.facts('BACKUP_BROKEN')?.['file'], name)
})

test('without a recovery key no backup is made, and health says so for as long', async (t) => {
  const shelf = await openShelf(t)
  const agent = process(t, shelf, new FakeClock(), { recipient: null })
  assert.deepEqual(agent.codes(), ['RECOVERY_KEY_MISSING'])
  assert.equal(agent.backups.job.schedule, '')
  await assert.rejects(agent.night(), { code: 'RECOVERY_KEY_MISSING' })
})

test('what a stick missed while it was away is copied when it is back', async (t) => {
  const shelf = await openShelf(t)
  const clock = new FakeClock()
  const stick = mkdtempSync('/dev/shm/onshi-stick-')
  t.after(() => rmSync(stick, { recursive: true, force: true }))
  if (statSync(stick).dev === statSync(shelf.folder).dev) return t.skip('needs /dev/shm')
  const target = join(shelf.folder, 'mnt')
  const agent = process(t, shelf, clock, { target })
  await agent.night()
  await eventually(
    'that it is away',
    async () => agent.facts('BACKUP_ONLY_HERE')?.['code'] === 'BACKUP_TARGET_AWAY' || undefined,
  )
  rmSync(target, { recursive: true, force: true })
  symlinkSync(stick, target)
  await clock.advance(FIVE_MINUTES_MS)
  await eventually('the copy', async () => readdirSync(stick).length === 1 || undefined)
  await eventually('that it is told', async () => {
    await clock.advance(FIVE_MINUTES_MS)
    return agent.codes().includes('BACKUP_ONLY_HERE') ? undefined : true
  })
  assert.equal(agent.facts('BACKUP_KEPT')?.['isOffThisMachine'], true)
})

test('a place for backups that cannot be read is told until it can, and keeps no agent from its start', async (t) => {
  const shelf = await openShelf(t)
  const clock = new FakeClock()
  writeFileSync(shelf.backups, 'no folder')
  const agent = process(t, shelf, clock)
  assert.deepEqual(agent.facts('BACKUP_OVERDUE'), { code: 'BACKUP_FAILED' })
  const target = join(shelf.folder, 'mnt')
  const sending = process(t, shelf, new FakeClock(), { target })
  await eventually('what hinders the sending', async () =>
    sending.facts('BACKUP_ONLY_HERE')?.['code'] === 'BACKUP_FAILED' ? true : undefined,
  )
  rmSync(shelf.backups)
  await clock.advance(FIVE_MINUTES_MS)
  assert.ok(!agent.codes().includes('BACKUP_OVERDUE'))
})

test('a machine that was restored goes on behind the numbers that lie in the second place', async (t) => {
  const shelf = await openShelf(t)
  const target = mkdtempSync('/dev/shm/onshi-stick-')
  t.after(() => rmSync(target, { recursive: true, force: true }))
  if (statSync(target).dev === statSync(shelf.folder).dev) return t.skip('needs /dev/shm')
  writeFileSync(join(target, nameOf(19, 0)), 'of the machine before')
  const agent = process(t, shelf, new FakeClock(), { target })
  await eventually('a look there', async () =>
    agent.codes().includes('BACKUP_ONLY_HERE') ? undefined : true,
  )
  assert.match(await agent.night(), /^onshi-backup-000020-/)
})

test('a share that hangs holds up neither backups nor the end of the agent, and is told as away', async (t) => {
  const shelf = await openShelf(t)
  const clock = new FakeClock()
  let hanging = 0
  const threads: BackupThreads = {
    ...backupThreads(),
    send() {
      hanging += 1
      return new Promise(() => {})
    },
    isStuck: () => true,
  }
  const agent = process(t, shelf, clock, { target: '/mnt/share', threads })
  await clock.advance(15 * 60_000)
  assert.equal(agent.facts('BACKUP_ONLY_HERE')?.['code'], 'BACKUP_TARGET_AWAY')
  assert.ok(await agent.night())
  assert.equal(hanging, 1, 'nothing more is sent after it')
  await agent.backups.close()
  assert.ok(agent.backups.isStuck(), 'and the process leaves without its thread')
})
