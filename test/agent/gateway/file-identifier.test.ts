import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  fileIdentifierOf,
  isOwnIdentifier,
  timeRangeOf,
} from '../../../agent/gateway/file-identifier.ts'
import { openIdentifiers } from '../../../agent/gateway/terminal-identifiers.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'

/** Until the year 2223. */
const time = fc.integer({ min: 0, max: 8_000_000_000_000 })

test('an identifier is a letter and eleven characters, the same for the same question', () => {
  fc.assert(
    fc.property(time, (at) => {
      const id = uuidV7(at)
      const identifier = fileIdentifierOf(id, 'K')
      assert.match(identifier, /^K[0-9A-Z]{11}$/)
      assert.equal(fileIdentifierOf(id, 'K'), identifier)
      assert.ok(isOwnIdentifier(identifier, 'K'))
      assert.deepEqual(timeRangeOf(identifier), { fromMs: at, toMs: at + 1 })
    }),
  )
})

test('identifiers sort by the time of their questions', () => {
  fc.assert(
    fc.property(time, fc.integer({ min: 1, max: 1_000_000 }), (at, later) => {
      assert.ok(fileIdentifierOf(uuidV7(at), 'A') < fileIdentifierOf(uuidV7(at + later), 'A'))
    }),
  )
})

test('no identifier of a receipt computer, nor one of another letter, is ours', () => {
  for (const other of ['202604010001', '20260401000001', 'B12345678901', 'A1234567890', '', 'A'])
    assert.ok(!isOwnIdentifier(other, 'A'), other)
  for (const other of ['a12345678901', 'A1234567890a', 'A12345678901\n', 'A123456789012'])
    assert.ok(!isOwnIdentifier(other, 'A'), other)
})

test('what is no UUID version 7 and no identifier of ours is a bug', () => {
  assert.throws(() => fileIdentifierOf('6f0c1cfe-9a3e-4f1c-9b0c-0d7f2f9e8a11', 'A'), RangeError)
  assert.throws(() => timeRangeOf('202604010001'), RangeError)
})

test('two questions of one millisecond never hold the same identifier', () => {
  const identifiers = openIdentifiers('A')
  const one = '019d4567-89ab-7000-8000-000000000001'
  const other = '019d4567-89ab-7fff-bfff-ffffffff0001'
  assert.equal(fileIdentifierOf(one, 'A'), fileIdentifierOf(other, 'A'))
  const identifier = identifiers.of(one)
  assert.throws(() => identifiers.of(other), { code: 'QUEUE_FULL' })
  assert.equal(identifiers.of(one), identifier, 'the same question has it again')
})

test('a fresh identifier never comes twice, also where the clock is set back', () => {
  const identifiers = openIdentifiers('A')
  const times = [1_000_000, 1_000_000, 5, 999_999, 1_000_001, 1_000_001]
  const given = times.map((at) => identifiers.fresh(at))
  assert.equal(new Set(given).size, given.length)
  assert.deepEqual(given, [...given].sort())
})
