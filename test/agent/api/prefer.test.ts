import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { waitOf } from '../../../agent/api/prefer.ts'

test('Prefer is read as RFC 7240 writes it', () => {
  const cases: [string | string[] | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['wait=5', 5_000],
    ['wait="5"', 5_000],
    ['Wait = 5', 5_000],
    ['return=minimal; x="a,wait=9", wait=5', 5_000],
    ['wait=5; strict', 5_000],
    ['respond-async, wait=7', 7_000],
    ['respond-async', 0],
    ['wait=5, wait=9', 5_000],
    [['return=minimal', 'wait=5'], 5_000],
    ['wait=61', 60_000],
    ['wait=999999999', 60_000],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['wait=soon', undefined],
    ['wait', undefined],
    ['awaits=5', undefined],
    ['"wait=5', undefined],
  ]
  for (const [header, expected] of cases) assert.equal(waitOf(header, 60), expected, String(header))
})

test('whatever stands in Prefer, a wait is within its bound', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'wait=",;5 \\x-') }), (header) => {
      const wait = waitOf(header, 60) ?? 0
      assert.ok(wait >= 0 && wait <= 60_000)
    }),
  )
})
