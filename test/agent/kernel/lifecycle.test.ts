import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Closer } from '../../../agent/kernel/lifecycle.ts'
import { recordingLog } from '../../fakes/log.ts'

test('parts close newest first, and one that hangs or throws does not stop the rest', async () => {
  const closed: string[] = []
  const part = (name: string) => ({ close: () => void closed.push(name) })
  const log = recordingLog()
  const closer = new Closer(log, 10)
  closer.add('store', part('store'))
  closer.add('faulty', { close: () => Promise.reject(new Error('boom')) })
  closer.add('hung', { close: () => new Promise<void>(() => {}) })
  closer.add('api', part('api'))

  await closer.close()
  await closer.close()
  assert.deepEqual(closed, ['api', 'store'])
  assert.deepEqual(
    log.lines.map(({ event }) => event),
    ['part-closes-late', 'part-close-failed'],
  )
})
