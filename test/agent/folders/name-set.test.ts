import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hashOf, NameSet } from '../../../agent/folders/name-set.ts'

test('names of official files have numbers of their own', () => {
  const seen = new Set<number>()
  for (let at = 0; at < 300_000; at += 1)
    seen.add(hashOf(`OQSsiquc01res_${20261122000000 + at}.xml`))
  for (let at = 0; at < 100_000; at += 1) seen.add(hashOf(`OQSsihvd01res_A${at.toString(36)}.zip`))
  assert.equal(seen.size, 400_000)
})

test('a hash is a whole number that a double holds, and never marks a free slot', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const hash = hashOf(name)
      assert.ok(Number.isSafeInteger(hash) && hash > 0)
      assert.equal(hash, hashOf(name))
    }),
  )
})

test('a set of names is a set', () => {
  const step = fc.tuple(fc.constantFrom('add' as const, 'delete' as const), fc.nat(3_000))
  fc.assert(
    fc.property(fc.array(step, { size: 'max', maxLength: 6_000 }), (steps) => {
      const ours = new NameSet()
      const theirs = new Set<number>()
      for (const [what, n] of steps) {
        const hash = n * 4_096 + 1
        ours[what](hash)
        theirs[what](hash)
      }
      for (let n = 0; n <= 3_000; n += 1)
        assert.equal(ours.has(n * 4_096 + 1), theirs.has(n * 4_096 + 1))
    }),
    { numRuns: 25 },
  )
})
