import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Intake, openIntake } from '../../../agent/intake/intake.ts'
import { restartAfterMs } from '../../../agent/intake/supervisor.ts'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import type { Clock } from '../../../agent/kernel/ports.ts'
import { startLink } from '../../../agent/sim/card/link.ts'
import { myNumberCard, otherCard } from '../../drivers/cards.ts'
import { recordingLog } from '../../fakes/log.ts'

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
}
const hostAt = (name: string) => fileURLToPath(new URL(`hosts/${name}.ts`, import.meta.url))

/** One simulated reader, `desk-1`, and the agent's intake for it. */
async function bench(t: TestContext, host?: string) {
  const link = await startLink({ host: '127.0.0.1', port: 0 })
  const log = recordingLog()
  const conditions = new Conditions(clock)
  const intake: Intake<string> = openIntake({
    readers: [{ name: 'desk-1', driver: 'sim', options: { port: link.port } }],
    clock,
    log,
    conditions,
    lapseMs: 60_000,
    ...(host === undefined ? {} : { host }),
  })
  t.after(async () => {
    await intake.close()
    await link.close()
  })
  return { link, log, conditions, intake }
}

/** Waits for what the intake reports; the test's own time limit bounds it. */
async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await wait(10)
  }
}
const stateOf = (intake: Intake<string>) => intake.readers()[0]?.state
const ready = (intake: Intake<string>) => until(() => stateOf(intake) === 'ready')

test('who listens is told when a reader is ready and when a card is tapped, until they leave', {
  timeout: 60_000,
}, async (t) => {
  const { link, intake } = await bench(t)
  const seen: (string | undefined)[] = []
  const forget = intake.onChange(() => {
    seen.push(`${stateOf(intake)} ${intake.presentations().length}`)
  })
  await until(() => seen.includes('ready 0'))
  const card = myNumberCard()
  link.insert({ atr: card.atr, transmit: (apdu) => card.transmit(apdu), reset: () => card.reset() })
  await until(() => seen.includes('card-present 1'))
  forget()
  const { length } = seen
  link.remove()
  await ready(intake)
  assert.equal(seen.length, length)
})

test('a tapped card waits until a person confirms it', { timeout: 60_000 }, async (t) => {
  const { link, intake, log } = await bench(t)
  await ready(intake)
  const card = myNumberCard()
  link.insert({ atr: card.atr, transmit: (apdu) => card.transmit(apdu), reset: () => card.reset() })
  const tap = await until(() => intake.presentations()[0])
  assert.equal(tap.state, 'waiting')
  assert.equal(stateOf(intake), 'card-present')

  const used = await intake.confirm(tap.id, 'visual', async (confirmed) => {
    assert.ok(confirmed.certificate.length > 500)
    await assert.rejects(confirmed.sign(new Uint8Array(32)), { code: 'CARD_PIN_REQUIRED' })
    link.remove()
    await until(() => stateOf(intake) === 'ready')
    await assert.rejects(confirmed.sign(new Uint8Array(32)), { code: 'CARD_GONE' })
    return 'asked'
  })
  assert.equal(used, 'asked')
  assert.equal(intake.presentations()[0]?.state, 'confirmed')
  assert.deepEqual(card.touched, [])
  assert.deepEqual(
    log.lines.map(({ event }) => event),
    ['reader-ready', 'card-presented', 'card-gone'],
  )
})

for (const [what, signal, host] of [
  ['is stopped', 'SIGSTOP', undefined],
  ['spins', 'SIGUSR2', hostAt('spinning')],
] as const)
  test(`a reader whose process ${what} is killed and reads again by itself`, {
    timeout: 60_000,
  }, async (t) => {
    const { link, intake, log, conditions } = await bench(t, host)
    await ready(intake)
    const pid = intake.pids()[0]
    assert.ok(pid !== undefined)
    process.kill(pid, signal)
    const stoppedAt = performance.now()
    await until(() => stateOf(intake) === 'down')
    t.diagnostic(`given up after ${Math.round(performance.now() - stoppedAt)} ms`)
    assert.equal(intake.readers()[0]?.fault, 'READER_HUNG')
    const held = log.lines.find(({ event }) => event === 'reader-process-ended')
    assert.deepEqual(held?.facts, { reader: 'desk-1', why: 'hung', exit: 'SIGKILL' })

    await ready(intake)
    assert.notEqual(intake.pids()[0], pid)
    assert.deepEqual(conditions.showing(), [])
    const phone = otherCard('phone')
    link.insert(phone)
    assert.equal((await until(() => intake.presentations()[0])).kind, 'not-a-card')
  })

test('a daemon that was blocked itself does not kill a healthy reader', {
  timeout: 60_000,
}, async (t) => {
  const { intake, log } = await bench(t)
  await ready(intake)
  const pid = intake.pids()[0]
  const end = Date.now() + 3_000
  while (Date.now() < end);
  await wait(600)
  assert.equal(intake.pids()[0], pid)
  assert.equal(
    log.lines.some(({ event }) => event === 'reader-process-ended'),
    false,
  )
})

test('a native crash costs a restart and no tap that waits', { timeout: 60_000 }, async (t) => {
  const { link, intake } = await bench(t)
  await ready(intake)
  const card = myNumberCard()
  link.insert({ atr: card.atr, transmit: (apdu) => card.transmit(apdu), reset: () => card.reset() })
  const tap = await until(() => intake.presentations()[0])
  const pid = intake.pids()[0]
  assert.ok(pid !== undefined)
  process.kill(pid, 'SIGSEGV')
  // The card still lies there: the new process presents it again.
  await until(() => intake.presentations().length === 2)
  const [first] = intake.presentations()
  assert.equal(first?.id, tap.id)
  assert.equal(first?.cardPresent, false)
  assert.equal(await intake.confirm(tap.id, 'visual', () => Promise.resolve('asked')), 'asked')
})

test('a process that crashes at its start is started anew', { timeout: 60_000 }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'onshi-intake-'))
  const before = process.env['LANG']
  process.env['LANG'] = join(dir, 'mark')
  t.after(() => {
    if (before === undefined) delete process.env['LANG']
    else process.env['LANG'] = before
    rmSync(dir, { recursive: true })
  })
  const { intake, log } = await bench(t, hostAt('crashing-first'))
  await ready(intake)
  const ended = log.lines.filter(({ event }) => event === 'reader-process-ended')
  assert.deepEqual(
    ended.map(({ facts }) => facts),
    [{ reader: 'desk-1', why: 'exited', exit: 'SIGSEGV' }],
  )
})

test('a bug in the driver is a condition of its reader, again and again, and never the daemon’s end', {
  timeout: 60_000,
}, async (t) => {
  const { intake, log } = await bench(t, hostAt('buggy'))
  const ended = () => log.lines.filter(({ event }) => event === 'reader-process-ended')
  await until(() => ended().length >= 2)
  assert.deepEqual(ended()[0]?.facts, { reader: 'desk-1', why: 'exited', exit: '1' })
  assert.equal(stateOf(intake), 'down')
})

test('a process of another release is refused, and that is said', {
  timeout: 60_000,
}, async (t) => {
  const { intake, log } = await bench(t, hostAt('other-release'))
  await until(() => stateOf(intake) === 'down')
  const ended = log.lines.find(({ event }) => event === 'reader-process-ended')
  assert.deepEqual(ended?.facts, { reader: 'desk-1', why: 'misunderstood', exit: 'SIGKILL' })
  assert.equal(intake.readers()[0]?.fault, 'DRIVER_UNAVAILABLE')
})

test('a reader without a device is down with a code, and a condition', {
  timeout: 60_000,
}, async (t) => {
  const { link, intake, conditions } = await bench(t)
  await ready(intake)
  await link.close()
  await until(() => stateOf(intake) === 'down')
  assert.equal(intake.readers()[0]?.fault, 'READER_GONE')
  assert.deepEqual(conditions.showing(), [], 'a transient is no news')
  t.mock.method(Date, 'now', () => performance.timeOrigin + performance.now() + 60_000)
  const [shown] = conditions.showing()
  assert.equal(shown?.code, 'READER_DOWN')
  assert.equal(shown.subject, 'desk-1')
  assert.equal(shown.facts['code'], 'READER_GONE')
})

test('closing ends the reader’s process', { timeout: 60_000 }, async (t) => {
  const { intake } = await bench(t)
  await ready(intake)
  const pid = intake.pids()[0]
  assert.ok(pid !== undefined)
  await intake.close()
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})

test('a reader’s process does not outlive a daemon that was killed', {
  timeout: 60_000,
}, async () => {
  const daemon = fork(hostAt('parent'), [], { execArgv: [] })
  const [pid] = await once(daemon, 'message')
  assert.ok(typeof pid === 'number')
  assert.equal(isAlive(pid), true)
  daemon.kill('SIGKILL')
  await until(() => !isAlive(pid))
})

/** A zombie is dead: who reaps it is not our concern. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test('a reader whose process is always slow to start gets the time that it takes', {
  timeout: 120_000,
}, async (t) => {
  const { intake } = await bench(t, hostAt('sluggish'))
  await ready(intake)
})

test('restarts come soon, then ever later, but never more than 1 s apart', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6, 100].map(restartAfterMs)
  assert.deepEqual(pauses, [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000])
})
