import { strictEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { openRefresher } from '../../../agent/desk/refresher.ts'

/** A list that answers when the test says so. */
function slowList() {
  const waiting: (() => void)[] = []
  let loads = 0
  return {
    load() {
      loads += 1
      return new Promise<void>((resolve) => waiting.push(resolve))
    },
    get loads() {
      return loads
    },
    async answer() {
      waiting.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('there is never more than one request; what is asked for meanwhile is one more afterwards', async () => {
  const list = slowList()
  const refresher = openRefresher(list.load)
  refresher.now()
  refresher.now()
  refresher.now()
  strictEqual(list.loads, 1)
  await list.answer()
  strictEqual(list.loads, 2)
  await list.answer()
  strictEqual(list.loads, 2)
})

test('a burst of events loads once, and a steady stream does not keep it from loading', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const list = slowList()
  const refresher = openRefresher(list.load, 1_000)
  for (let event = 0; event < 50; event += 1) {
    refresher.soon()
    t.mock.timers.tick(10)
  }
  strictEqual(list.loads, 0)
  t.mock.timers.tick(500)
  strictEqual(list.loads, 1)
})
