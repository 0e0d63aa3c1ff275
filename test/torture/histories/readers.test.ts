import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { chanceOf } from '../random.ts'
import { startReader } from './readers.ts'

const itemOf = (id: string) => ({ type: 'note', id, at: '2026-04-01T09:30:02+09:00', note: {} })

test('what reaches a reader after its end was neither read nor passed by', async () => {
  const stop = new AbortController()
  const cursors: (string | null)[] = []
  const reader = startReader(
    {
      name: 'stream',
      url: '',
      token: '',
      view: 'full',
      chance: chanceOf(1),
      signal: stop.signal,
    },
    async (life) => {
      cursors.push(life.cursor)
      if (cursors.length > 1) return stop.abort()
      life.take(itemOf('read'))
      life.keep('after read')
      await once(life.signal, 'abort')
      life.take(itemOf('too late'))
      life.keep('after too late')
    },
  )
  await reader.done
  assert.deepEqual(cursors, [null, 'after read'])
  assert.deepEqual(
    reader.got.map(({ id }) => id),
    ['read'],
  )
})
