import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { uuidV7 } from '../../../agent/kernel/ids.ts'

const LAST_MS = 2 ** 48 - 1

test('an id is a UUID of version 7 that carries its time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST_MS }), (nowMs) => {
      const id = uuidV7(nowMs)
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), nowMs)
    }),
  )
})

test('ids of a later millisecond sort later', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST_MS - 1 }), (nowMs) => {
      assert.ok(uuidV7(nowMs) < uuidV7(nowMs + 1))
    }),
  )
})

test('ids of one millisecond differ', () => {
  assert.equal(new Set(Array.from({ length: 1_000 }, () => uuidV7(1))).size, 1_000)
})
