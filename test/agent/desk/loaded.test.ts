import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Answer, OUT_OF_REACH } from '../../../agent/desk/call.ts'
import { openLoaded } from '../../../agent/desk/loaded.ts'

/** Longer than a list is left alone. */
const LONG_MS = 15_001

/** A list that was read once, of an agent that is there until the test says something else. */
async function read(t: TestContext, { isOk = true } = {}) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const agent = { isConnected: true, isOk }
  const list = openLoaded<unknown>({
    get isConnected() {
      return agent.isConnected
    },
    changed() {},
    call: async <T>(): Promise<Answer<T>> =>
      agent.isOk
        ? { ok: true, status: 200, body: JSON.parse('{}'), location: '', etag: '' }
        : { ok: false, trouble: OUT_OF_REACH },
  })
  assert.equal(list.isDue(true), false)
  await list.load('/v1/list')
  return { list, agent, tick: t.mock.timers.tick.bind(t.mock.timers) }
}

test('what could not be read is read again after a while, and what was read is left alone', async (t) => {
  const { list, agent, tick } = await read(t, { isOk: false })
  assert.equal(list.isDue(false), false)
  tick(LONG_MS)
  assert.equal(list.isDue(false), true)
  agent.isOk = true
  await list.again()
  tick(LONG_MS)
  assert.equal(list.isDue(false), false)
})

test('as soon as the agent is back it is read anew, once, whether or not something is wrong', async (t) => {
  const { list, agent } = await read(t)
  agent.isConnected = false
  assert.equal(list.isDue(true), false)
  agent.isConnected = true
  assert.equal(list.isDue(false), true)
  await list.again()
  assert.equal(list.isDue(false), false)
})

test('news are read in their time, and not while the same is being read', async (t) => {
  const { list, tick } = await read(t)
  assert.equal(list.isDue(true), false)
  tick(LONG_MS)
  assert.equal(list.isDue(true), true)
  const reading = list.again()
  tick(LONG_MS)
  assert.equal(list.isDue(true), false)
  await reading
})
