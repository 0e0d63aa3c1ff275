import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgentError } from '../../agent/kernel/errors.ts'
import { openCalls } from '../../drivers/io/pcsc-calls.ts'

const never = () => new Promise<never>(() => undefined)

/** Calls of which nothing returns by itself, and what was said of them. */
function calls(t: { mock: typeof import('node:test').mock }) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const hung: AgentError[] = []
  return {
    hung,
    call: openCalls((error) => hung.push(error)),
    passMs: (ms: number) => {
      now += ms
      t.mock.timers.tick(ms)
    },
  }
}

test('a call to a device that does not return within 10 s is a hung reader', (t) => {
  const { call, hung, passMs } = calls(t)
  void call(never)
  passMs(9_999)
  assert.equal(hung.length, 0)
  passMs(1)
  assert.equal(hung[0]?.code, 'READER_HUNG')
})

test('a person has the time that was given, and the device 10 s more', (t) => {
  const { call, hung, passMs } = calls(t)
  void call(never, 30_000)
  passMs(39_999)
  assert.equal(hung.length, 0)
  passMs(1)
  assert.equal(hung.length, 1)
})

test('while a person is waited for, nothing else at the reader counts as hung', async (t) => {
  const { call, hung, passMs } = calls(t)
  const entered = Promise.withResolvers<void>()
  const entry = call(() => entered.promise, 30_000)
  void call(never)
  passMs(29_999)
  assert.equal(hung.length, 0)
  entered.resolve()
  await entry
  void call(never)
  passMs(10_000)
  assert.equal(hung.length, 1, 'the call that began after the entry')
})

test('a call that returned is never said to hang', async (t) => {
  const { call, hung, passMs } = calls(t)
  assert.equal(await call(async () => 1, 30_000), 1)
  await assert.rejects(
    call(() => Promise.reject(Object.assign(new Error(), { code: 'RemovedCard' }))),
    { code: 'CARD_GONE', facts: { pcsc: 'RemovedCard' } },
  )
  const bug = new TypeError('a bug')
  await assert.rejects(
    call(() => {
      throw bug
    }),
    bug,
  )
  passMs(100_000)
  assert.equal(hung.length, 0)
})
