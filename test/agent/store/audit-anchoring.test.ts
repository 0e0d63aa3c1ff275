import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startAnchoring } from '../../../agent/store/audit-anchoring.ts'
import { recordingLog } from '../../fakes/log.ts'

test('an anchor that neither takes a line nor refuses it is told after a minute, and is well when it answers', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { promise, resolve } = Promise.withResolvers<void>()
  const told: (string | null)[] = []
  const line = { count: 1, kind: 'head', seq: 1, hash: '', journal: 0, at: 0 } as const
  const anchoring = startAnchoring({
    file: {
      last: () => undefined,
      isForeign: () => false,
      setAside() {},
      append: () => promise.then(() => line),
    },
    second: null,
    key: new Uint8Array(32),
    state: () => ({ head: { seq: 1, hash: new Uint8Array(32) }, journal: 0 }),
    clock: { now: () => 0 },
    log: recordingLog(),
    onAnchored() {},
    observe: (_place, code) => void told.push(code),
    onBug: (error) => {
      throw error
    },
  })
  const seconds = (number: number) => {
    anchoring.changed()
    for (let second = 0; second < number; second += 1) t.mock.timers.tick(1_000)
  }
  seconds(1)
  seconds(30)
  assert.deepEqual(told, [], 'a slow disk is no news')
  seconds(60)
  assert.deepEqual(told, ['ETIMEDOUT'])
  resolve()
  await anchoring.close()
  assert.deepEqual(told, ['ETIMEDOUT', null])
})
