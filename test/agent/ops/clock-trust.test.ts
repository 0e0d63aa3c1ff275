import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { askTimedatectl, openClockTrust } from '../../../agent/ops/clock-trust.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'

type Answer = Awaited<ReturnType<typeof askTimedatectl>>

const MINUTE_MS = 60_000

/** A machine that says `said.now`; `set` sets its clock while no time passes. */
function machine(t: TestContext, first: Answer) {
  const real = new FakeClock()
  const said: { now: Answer; asked: number } = { now: first, asked: 0 }
  const wall = { aheadMs: 0 }
  const log = recordingLog()
  const trust = openClockTrust(
    {
      clock: {
        now: () => real.now() + wall.aheadMs,
        sleep: (ms, signal) => real.sleep(ms, signal),
      },
      monotonic: () => real.now(),
      log,
    },
    async () => {
      said.asked += 1
      return said.now
    },
  )
  t.after(() => trust.close())
  const wait = (minutes: number) => real.advance(minutes * MINUTE_MS)
  const set = (byMs: number) => {
    wall.aheadMs += byMs
  }
  return { trust, said, wait, set, log }
}

/** The same, once it has answered for the first time. */
async function asked(t: TestContext, first: Answer) {
  const parts = machine(t, first)
  await parts.wait(0)
  return parts
}

test('before the machine has answered nobody knows whether its clock is right', async (t) => {
  const { trust, wait } = machine(t, 'synchronised')
  assert.equal(trust.now(), 'unknown')
  await wait(0)
  assert.equal(trust.now(), 'synchronised')
})

test('a clock that was synchronised is asked about every ten minutes, and no question asks', async (t) => {
  const { trust, said, wait } = await asked(t, 'synchronised')
  await wait(9)
  said.now = 'unsynchronised'
  for (let i = 0; i < 100; i += 1) assert.equal(trust.now(), 'synchronised')
  assert.equal(said.asked, 1)
  await wait(1)
  assert.equal(trust.now(), 'unsynchronised')
  assert.equal(said.asked, 2)
})

test('after a boot in the morning the clock is trusted within half a minute of its synchronisation', async (t) => {
  const { trust, said, wait, log } = await asked(t, 'unsynchronised')
  await wait(1)
  assert.equal(trust.now(), 'unsynchronised')
  said.now = 'synchronised'
  await wait(0.5)
  assert.equal(trust.now(), 'synchronised')
  assert.deepEqual(
    log.lines.map(({ event, facts }) => [event, facts]),
    [
      ['clock-trust', { clock: 'unsynchronised' }],
      ['clock-trust', { clock: 'synchronised' }],
    ],
  )
})

for (const [name, byMs] of [
  ['forward', 61_000],
  ['back', -61_000],
  ['a year ahead', 365 * 24 * 60 * MINUTE_MS],
] as const)
  test(`a clock that is set ${name} is not trusted until the machine is asked again`, async (t) => {
    const { trust, wait, set, log } = await asked(t, 'synchronised')
    await wait(3)
    set(byMs)
    assert.equal(trust.now(), 'unsynchronised')
    set(-byMs)
    assert.equal(trust.now(), 'unsynchronised', 'also when it is set back')
    await wait(7)
    assert.equal(trust.now(), 'synchronised')
    const jumps = log.lines.filter(({ event }) => event === 'clock-jumped')
    assert.deepEqual(
      jumps.map(({ facts }) => facts),
      [{ jumpSeconds: byMs / 1_000 }, { jumpSeconds: -byMs / 1_000 }],
    )
  })

test('a correction of a minute, and hours that pass, are no jump', async (t) => {
  const { trust, wait, set } = await asked(t, 'synchronised')
  await wait(1)
  set(60_000)
  assert.equal(trust.now(), 'synchronised')
  await wait(600)
  assert.equal(trust.now(), 'synchronised')
})

test('a clock that is set while the machine answers is seen', async (t) => {
  const real = new FakeClock()
  const wall = { aheadMs: 0 }
  const trust = openClockTrust(
    {
      clock: { now: () => real.now() + wall.aheadMs, sleep: (ms, cut) => real.sleep(ms, cut) },
      monotonic: () => real.now(),
      log: recordingLog(),
    },
    async () => {
      wall.aheadMs += 90_000
      return 'synchronised'
    },
  )
  t.after(() => trust.close())
  await real.advance(0)
  assert.equal(trust.now(), 'unsynchronised')
})

test('closing ends the question to the machine, however long it would take', async () => {
  const hanging = openClockTrust(
    { clock: new FakeClock(), monotonic: () => 0, log: recordingLog() },
    (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve('unknown'))),
  )
  await hanging.close()
  await hanging.close()
  assert.equal(hanging.now(), 'unknown')
})

/** A folder that stands first in PATH, with a `timedatectl` that does this. */
function withTimedatectl(t: TestContext, script: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-clock-'))
  t.after(() => rmSync(folder, { recursive: true }))
  if (script !== null)
    writeFileSync(join(folder, 'timedatectl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { PATH: script === null ? folder : `${folder}:/usr/bin:/bin` }
}

const never = new AbortController().signal
const scripts: readonly (readonly [name: string, script: string | null, answer: Answer])[] = [
  ['says yes', '[ "$*" = "show -p NTPSynchronized --value" ] && echo yes', 'synchronised'],
  ['says no', 'echo no', 'unsynchronised'],
  ['finds no systemd', 'echo "System has not been booted with systemd" >&2; exit 1', 'unknown'],
  ['says yes and fails', 'echo yes; exit 1', 'unknown'],
  ['says something else', 'echo n/a', 'unknown'],
  ['is not there', null, 'unknown'],
]
for (const [name, script, answer] of scripts)
  test(`a machine whose timedatectl ${name} is ${answer}`, async (t) => {
    assert.equal(await askTimedatectl(never, withTimedatectl(t, script)), answer)
  })

test('a timedatectl that hangs is ended when the agent closes', async (t) => {
  const stop = new AbortController()
  const hanging = askTimedatectl(stop.signal, withTimedatectl(t, 'exec sleep 60'))
  stop.abort()
  assert.equal(await hanging, 'unknown')
})
