import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { PathReport, Standing } from '../../../agent/kernel/line.ts'
import { type Kept, openKeeper } from '../../../agent/uplink/keeper.ts'
import type { Look } from '../../../agent/uplink/life.ts'
import { policy } from '../../../agent/uplink/policy.ts'
import { begin, type LineMemory } from '../../../agent/uplink/standing.ts'
import { FakeClock } from '../../fakes/clock.ts'

const PROBE_MS = 10_000
const report: PathReport = { line: 'a', at: 0, steps: [], fault: null, facts: {} }

/** A line that is kept, after its first round; what was done on it, with the time in ms. */
async function stage(t: TestContext, over: Partial<Kept> = {}, standing: Standing = 'up') {
  const clock = new FakeClock()
  const began = clock.now()
  const now = () => clock.now() - began
  const done: string[] = []
  const bugs: unknown[] = []
  const [line] = begin(['a'], null, 0).lines
  assert.ok(line)
  const state: { memory: LineMemory; isWarm: boolean; look: Look } = {
    memory: { ...line, standing },
    isWarm: false,
    look: { is: 'alive' },
  }
  const stand = (standing: Standing, testAfterMs = state.memory.testAfterMs) => {
    state.memory = { ...state.memory, standing, testAfterMs }
  }
  const keeper = openKeeper(
    {
      isMetered: false,
      memory: () => state.memory,
      isNeeded: () => false,
      async look() {
        done.push(`look ${now()}`)
        return state.look
      },
      isWarm: () => state.isWarm,
      async warm() {
        done.push(`warm ${now()}`)
        state.isWarm = true
        return null
      },
      rest() {},
      async probeApplication() {},
      async test() {
        done.push(`test ${now()}`)
        return report
      },
      lastTestAt: () => 0,
      ...over,
    },
    { clock, now, probeMs: PROBE_MS, onBug: (bug) => void bugs.push(bug) },
  )
  t.after(() => keeper.close())
  await clock.advance(0)
  return { clock, now, done, bugs, state, stand, keeper }
}

test('a line that carries nothing is looked at and kept warm', async (t) => {
  const { clock, done, state } = await stage(t)
  await clock.advance(PROBE_MS)
  assert.deepEqual(done, ['look 0', 'warm 0', `look ${PROBE_MS}`])
  state.isWarm = false
  await clock.advance(PROBE_MS)
  assert.deepEqual(done.slice(3), [`look ${2 * PROBE_MS}`, `warm ${2 * PROBE_MS}`])
})

test('a silent line is looked at again soon, and not connected to', async (t) => {
  const { clock, done } = await stage(t, { look: async () => ({ is: 'silent' }) })
  await clock.advance(PROBE_MS)
  assert.deepEqual(done, [], 'not warmed')
  let looks = 0
  const other = await stage(t, {
    async look() {
      looks += 1
      return { is: 'silent' }
    },
  })
  await other.clock.advance(policy.lookAfterMissMs)
  assert.equal(looks, 2)
})

test('a line that is down is tested, after longer and longer, and looked at once it is back', async (t) => {
  const { clock, done, stand, keeper } = await stage(t)
  done.length = 0
  stand('down', 1_000)
  keeper.kick()
  await clock.advance(0)
  stand('down', 2_000)
  await clock.advance(1_000)
  await clock.advance(1_999)
  assert.deepEqual(done, ['test 0', 'test 1000'])
  stand('trial')
  await clock.advance(1)
  assert.equal(done.at(-1), 'look 3000')
})

test('a line on trial is looked at often', async (t) => {
  const { clock, done } = await stage(t, { isWarm: () => true }, 'trial')
  await clock.advance(2 * policy.lookOnTrialMs)
  assert.deepEqual(done, ['look 0', ...[1, 2].map((n) => `look ${n * policy.lookOnTrialMs}`)])
})

test('a connection that the other end keeps closing is made anew less and less often', async (t) => {
  const { clock, done } = await stage(t, { isWarm: () => false })
  await clock.advance(200_000)
  const at = done.flatMap((one) => (one.startsWith('warm') ? [Number(one.split(' ')[1])] : []))
  const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0))
  assert.deepEqual(gaps.slice(0, 6), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000].slice(0, 6))
  assert.ok(gaps.every((gap) => gap <= policy.warmAgainAtMostMs))
})

test('a line that costs by use rests, up or down, but for its monthly test', async (t) => {
  for (const standing of ['up', 'down'] as const) {
    const dueMs = 60_000
    const lastTestAt = dueMs - policy.meteredTestMs
    let tests = 0
    const over: Partial<Kept> = {
      isMetered: true,
      lastTestAt: () => (tests === 0 ? lastTestAt : dueMs),
      async test() {
        tests += 1
        return report
      },
    }
    const { clock, done } = await stage(t, over, standing)
    await clock.advance(dueMs - 1)
    assert.deepEqual([done, tests], [[], 0])
    await clock.advance(1)
    assert.equal(tests, 1)
    await clock.advance(10 * dueMs)
    assert.deepEqual([done, tests], [[], 1])
  }
})

test('a line that costs by use is kept like any other while no other is left', async (t) => {
  let isNeeded = false
  const { clock, done, keeper, stand } = await stage(t, {
    isMetered: true,
    isNeeded: () => isNeeded,
  })
  isNeeded = true
  keeper.kick()
  await clock.advance(0)
  assert.deepEqual(done, ['look 0', 'warm 0'])
  stand('down')
  keeper.kick()
  await clock.advance(0)
  assert.equal(done.at(-1), 'test 0')
})

test('a line is never tested twice at once, and what came meanwhile is done after', async (t) => {
  let [running, most, tests] = [0, 0, 0]
  const { clock, keeper, stand } = await stage(t, {
    async test(signal) {
      tests += 1
      running += 1
      most = Math.max(most, running)
      await clock.sleep(500, signal)
      running -= 1
      return report
    },
  })
  stand('down', 60_000)
  for (let n = 0; n < 5; n += 1) {
    keeper.kick()
    await clock.advance(100)
  }
  await clock.advance(1_000)
  assert.deepEqual([most, tests], [1, 2])
})

test('closing ends what is under way; it is no bug', async (t) => {
  const aborted = Promise.withResolvers<never>()
  const { clock, keeper, bugs } = await stage(t, {
    look(signal) {
      const end = () => aborted.reject(new AgentError('SHUTTING_DOWN', 'closing'))
      signal.addEventListener('abort', end, { once: true })
      return aborted.promise
    },
  })
  await keeper.close()
  assert.deepEqual([bugs, clock.sleeping()], [[], 0])
})

test('a bug is told, not swallowed', async (t) => {
  const bug = new TypeError('a bug')
  const { bugs } = await stage(t, { look: () => Promise.reject(bug) })
  assert.deepEqual(bugs, [bug])
})
