import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { limited } from '../../../agent/uplink/limit.ts'
import { FakeClock } from '../../fakes/clock.ts'

const late = () => new AgentError('LINE_TIMEOUT', 'by the test')
const never = () => new Promise<never>(() => undefined)

test('work that takes too long is told to stop, and its fault does not wait for it', async () => {
  const clock = new FakeClock()
  let told: unknown
  const work = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => {
      told = signal.reason
    })
    return never()
  }
  const { signal } = new AbortController()
  const running = limited(1_000, work, { clock, signal, late })
  const refused = assert.rejects(running, { code: 'LINE_TIMEOUT' })
  await clock.advance(1_000)
  await refused
  assert.ok(told instanceof AgentError)
})

test('work that is called off ends with the reason, before it began too', async () => {
  const clock = new FakeClock()
  const caller = new AbortController()
  const running = limited(1_000, never, { clock, signal: caller.signal, late })
  const reason = new Error('by the caller')
  const refused = assert.rejects(running, reason)
  caller.abort(reason)
  await refused
  await assert.rejects(limited(1_000, never, { clock, signal: caller.signal, late }), reason)
  assert.equal(clock.sleeping(), 0)
})

test('work that is done in time leaves nothing behind, however often', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const clock = new FakeClock()
  const { signal } = new AbortController()
  const kept: WeakRef<object>[] = []
  const once = async (count: number) => {
    const ownLate = () => new AgentError('LINE_TIMEOUT', `of ${count}`)
    kept.push(new WeakRef(ownLate))
    await limited(1_000, async () => count, { clock, signal, late: ownLate })
  }
  for (let count = 0; count < 100; count += 1) await once(count)
  await turn()
  collect()
  assert.equal(kept.filter((one) => one.deref() !== undefined).length, 0)
})
