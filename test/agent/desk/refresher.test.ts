import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { openRefresher } from '../../../agent/desk/refresher.ts'

/** Loads that end when the test says so, on a clock of the test. */
function loads(t: { after(done: () => void): void }) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const begun: (() => void)[] = []
  const refresher = openRefresher(() => new Promise<void>((resolve) => begun.push(resolve)), 1_000)
  return { begun, refresher }
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a burst is one load, a moment later; what comes after it is another', async (t) => {
  const { begun, refresher } = loads(t)
  for (let event = 0; event < 20; event += 1) refresher.soon()
  assert.equal(begun.length, 0)
  mock.timers.tick(1_000)
  assert.equal(begun.length, 1)
  mock.timers.tick(10_000)
  assert.equal(begun.length, 1)
  begun[0]?.()
  await settled()
  refresher.soon()
  mock.timers.tick(1_000)
  assert.equal(begun.length, 2)
})

test('what is wanted while a load is out is loaded once, after it', async (t) => {
  const { begun, refresher } = loads(t)
  refresher.now()
  refresher.now()
  refresher.now()
  assert.equal(begun.length, 1)
  begun[0]?.()
  await settled()
  assert.equal(begun.length, 2)
  begun[1]?.()
  await settled()
  assert.equal(begun.length, 2)
})
