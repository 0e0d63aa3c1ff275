import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { SlowDown } from '../../../../agent/ops/staff/slow-down.ts'
import { FakeClock } from '../../../fakes/clock.ts'

/** Seconds to wait; 0: the attempt may be made, and fails. */
function attempt(slow: SlowDown, source: string): number {
  try {
    slow.begin(source)
    return 0
  } catch (error) {
    assert.ok(error instanceof AgentError && error.code === 'TOO_MANY_REQUESTS')
    return Number(error.facts['retryAfterSeconds'])
  }
}
const failFive = (slow: SlowDown, source: string) => {
  for (let n = 0; n < 5; n += 1) assert.equal(attempt(slow, source), 0)
}

test('waits double up to a quarter of an hour; a quiet half hour forgives', async () => {
  const clock = new FakeClock()
  const slow = new SlowDown(clock)
  failFive(slow, '192.0.2.1')
  const waits: number[] = []
  for (let n = 0; n < 12; n += 1) {
    const wait = attempt(slow, '192.0.2.1')
    waits.push(wait)
    await clock.advance(wait * 1_000)
    assert.equal(attempt(slow, '192.0.2.1'), 0)
  }
  assert.deepEqual(waits.slice(0, 4), [2, 4, 8, 16])
  assert.deepEqual(waits.slice(-2), [900, 900])
  await clock.advance(30 * 60_000)
  failFive(slow, '192.0.2.1')
})

test('a minute without a failure gives five free ones again', async () => {
  const clock = new FakeClock()
  const slow = new SlowDown(clock)
  for (let n = 0; n < 4; n += 1) attempt(slow, '192.0.2.1')
  await clock.advance(60_000)
  failFive(slow, '192.0.2.1')
  assert.equal(attempt(slow, '192.0.2.1'), 2)
})

test('who signs in rightly is not slowed down, and clears nobody else’s failures', () => {
  const slow = new SlowDown(new FakeClock())
  for (let n = 0; n < 50; n += 1) {
    assert.equal(attempt(slow, '192.0.2.1'), 0)
    slow.forgive('192.0.2.1')
  }
  for (let n = 0; n < 4; n += 1) attempt(slow, '192.0.2.1')
  attempt(slow, '192.0.2.1')
  assert.equal(attempt(slow, '192.0.2.1'), 2)
})

test('other sources are not slowed down; the addresses of one IPv6 network are one source', () => {
  const slow = new SlowDown(new FakeClock())
  failFive(slow, '2001:db8:1:2::1')
  assert.equal(attempt(slow, '2001:db8:1:2:aaaa:bbbb:cccc:dddd'), 2)
  for (const other of ['2001:db8:1:3::1', '2001:db8::1:2:0:0:1', '::1', '192.0.2.2'])
    assert.equal(attempt(slow, other), 0, other)
})

test('a clock that is set back locks nobody out for long', async () => {
  let now = 10 * 3_600_000
  const slow = new SlowDown({ now: () => now })
  failFive(slow, '192.0.2.1')
  now = 0
  assert.equal(attempt(slow, '192.0.2.1'), 2)
})

test('ten thousand sources do not fill the memory, and the newest is remembered', () => {
  const slow = new SlowDown(new FakeClock())
  failFive(slow, '192.0.2.1')
  for (let n = 0; n < 10_000; n += 1) attempt(slow, `10.0.${n >> 8}.${n & 255}`)
  assert.equal(attempt(slow, '192.0.2.1'), 0, 'the oldest was forgotten')
  failFive(slow, '192.0.2.9')
  assert.equal(attempt(slow, '192.0.2.9'), 2)
})
