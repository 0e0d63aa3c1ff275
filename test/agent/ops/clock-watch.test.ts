import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { type ClockTrust, openClockTrust } from '../../../agent/ops/clock-trust.ts'
import { clockFaults, watchClock } from '../../../agent/ops/clock-watch.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'

const MINUTE_MS = 60_000
const YEAR_MS = 366 * 24 * 60 * MINUTE_MS
const builtAt = Date.parse('2026-03-01T00:00:00Z')

/** A machine with its clock, its time service and its watch. `ahead`: what its clock is set wrong by. */
function machine(t: TestContext) {
  const real = new FakeClock()
  const wall = { aheadMs: 0 }
  const clock = {
    now: () => real.now() + wall.aheadMs,
    sleep: (ms: number, signal: AbortSignal) => real.sleep(ms, signal),
  }
  const monotonic = () => real.now() - 1_000_000
  const said: { now: ReturnType<ClockTrust['now']> } = { now: 'synchronised' }
  const trust = openClockTrust({ clock, monotonic, log: recordingLog() }, async () => said.now)
  t.after(() => trust.close())
  const conditions = new Conditions(clock, () => true, monotonic)
  const watch = watchClock({ trust, conditions, clock, monotonic, builtAt })
  const shows = () => conditions.showing().map(({ code }) => code)
  const wait = async (minutes: number) => {
    for (let at = 0; at < minutes; at += 1) {
      await real.advance(MINUTE_MS)
      watch.look()
    }
  }
  const set = (aheadMs: number) => {
    wall.aheadMs = aheadMs
    watch.look()
  }
  /** The gateway, whose clock is right, answers. */
  const answer = () => {
    watch.dated(wall.aheadMs)
    watch.look()
  }
  return { said, wait, set, answer, shows, conditions, watch, clock }
}

test('an hour without a time server is told, less is not, and it clears by itself', async (t) => {
  const { said, wait, shows } = machine(t)
  await wait(1)
  said.now = 'unsynchronised'
  await wait(60)
  assert.deepEqual(shows(), [])
  await wait(11)
  assert.deepEqual(shows(), ['CLOCK_UNSYNCHRONISED'])
  said.now = 'synchronised'
  await wait(1)
  assert.deepEqual(shows(), [])
})

for (const [name, aheadMs] of [
  ['a year ahead', YEAR_MS],
  ['a year back', -YEAR_MS],
] as const)
  test(`a clock that is set ${name} is told at once, and no longer when it is put right`, async (t) => {
    const { wait, set, answer, shows, conditions } = machine(t)
    await wait(1)
    answer()
    conditions.raise('STORE_FAILING', 'database')
    const [before] = conditions.showing()
    await wait(5)
    set(aheadMs)
    assert.deepEqual(shows(), ['STORE_FAILING', 'CLOCK_IMPLAUSIBLE'])
    const [during] = conditions.showing()
    assert.equal(during?.since, (before?.since ?? 0) + aheadMs, 'its age is what it was')
    await wait(2)
    assert.deepEqual(shows(), ['STORE_FAILING', 'CLOCK_IMPLAUSIBLE'])
    set(0)
    await wait(2)
    assert.deepEqual(shows(), ['STORE_FAILING'])
    assert.equal(conditions.showing()[0]?.since, before?.since)
  })

test('what began before the clock was set back is shown when its time has come, not a year later', async (t) => {
  const { wait, set, shows, conditions } = machine(t)
  await wait(1)
  conditions.raise('READER_DOWN', 'desk-1')
  set(-YEAR_MS)
  await wait(1)
  assert.ok(shows().includes('READER_DOWN'))
})

test('a clock two minutes off the gateway is wrong, whatever the time server says', async (t) => {
  const { wait, set, answer, shows } = machine(t)
  set(120_000)
  await wait(12)
  assert.deepEqual(shows(), [], 'the machine says that it is right')
  answer()
  assert.deepEqual(shows(), [])
  await wait(1)
  assert.deepEqual(shows(), ['CLOCK_WRONG'])
  set(2_000)
  answer()
  assert.deepEqual(shows(), [])
})

test('where nobody is asked a clock that was set is wrong until the machine says otherwise', async (t) => {
  const { said, wait, set, shows } = machine(t)
  await wait(1)
  said.now = 'unsynchronised'
  set(-90_000)
  await wait(2)
  assert.deepEqual(shows(), ['CLOCK_WRONG'])
  said.now = 'synchronised'
  await wait(12)
  assert.deepEqual(shows(), [])
})

test('a date before the release was made cannot be', () => {
  const right = { trust: 'unknown', jumpedMs: 0, aheadMs: null, builtAt } as const
  const codes = (now: number) => [...clockFaults({ ...right, now }).keys()]
  assert.deepEqual(codes(builtAt - 1), ['CLOCK_IMPLAUSIBLE'])
  assert.deepEqual(codes(builtAt), [])
  assert.deepEqual(codes(Date.parse('2038-01-19T03:14:08Z')), [])
})
