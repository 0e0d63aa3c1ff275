import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pauseMs } from '../../../agent/outbox/backoff.ts'

const policy = { firstMs: 1_000, capMs: 300_000 }

test('the pause doubles with each failure, up to the cap', () => {
  const pauses = [1, 2, 3, 9, 10, 1_000].map((failures) => pauseMs(failures, policy, 1))
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 256_000, 300_000, 300_000])
})

test('agents that lost one server together come back apart, none of them at once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const whole = pauseMs(failures, policy, 1)
        const pause = pauseMs(failures, policy, random)
        return pause >= whole / 2 && pause <= whole
      },
    ),
  )
})

test('a target’s Retry-After is kept, up to an hour', () => {
  assert.equal(pauseMs(1, policy, 1, 20), 20_000)
  assert.equal(pauseMs(1, policy, 1, 86_400), 3_600_000)
  assert.equal(pauseMs(9, policy, 1, 1), 256_000)
})
