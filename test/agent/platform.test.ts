import assert from 'node:assert/strict'
import test from 'node:test'
import { systemClock } from '../../agent/platform.ts'

test('a sleep is never over before its time', async () => {
  const { signal } = new AbortController()
  const early: number[] = []
  const sleepOnce = async (ms: number) => {
    const from = systemClock.now()
    await systemClock.sleep(ms, signal)
    if (systemClock.now() - from < ms) early.push(ms)
  }
  const sleeper = async (ms: number) => {
    for (let count = 0; count < 40; count += 1) await sleepOnce(ms)
  }
  await Promise.all(Array.from({ length: 40 }, (_, at) => sleeper(1 + at)))
  assert.deepEqual(early, [])
})

test('a sleep ends at once when it is no longer wanted', async () => {
  const over = new AbortController()
  const sleeping = systemClock.sleep(600_000, over.signal)
  over.abort()
  await sleeping
  await systemClock.sleep(600_000, over.signal)
})
