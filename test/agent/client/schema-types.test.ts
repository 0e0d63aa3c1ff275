import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typeOf } from '../../../agent/client/schema-types.ts'

test('each shape of a schema has its type', () => {
  const text = { type: 'string' }
  for (const [schema, type] of [
    [{}, 'unknown'],
    [text, 'string'],
    [{ type: 'integer', minimum: 1 }, 'number'],
    [{ enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: 'string', const: 'open' }, '"open"'],
    [{ anyOf: [text, { type: 'null' }] }, 'string | null'],
    [{ type: 'array', items: { anyOf: [text, { type: 'null' }] } }, '(string | null)[]'],
    [{ type: 'array', items: { $ref: '#/components/schemas/Note' } }, 'Note[]'],
    [{ type: 'object', properties: { 'a-b': { type: 'string' } } }, "{\n  'a-b'?: string\n}"],
    [{ type: 'object', patternProperties: { '^.*$': text } }, 'Record<string, string>'],
    [{ type: 'object', properties: {} }, 'Record<string, never>'],
    [{ allOf: [{ enum: ['a', 'b'] }, text] }, '("a" | "b") & string'],
  ] as const) {
    assert.equal(typeOf(schema), type)
  }
})

test('a field that may be absent is optional, and its description goes with it', () => {
  const properties = { a: { type: 'string', description: 'One */ two.' }, b: { type: 'boolean' } }
  assert.equal(
    typeOf({ type: 'object', required: ['b'], properties, additionalProperties: false }),
    '{\n  /** One * / two. */\n  a?: string\n  b: boolean\n}',
  )
})

test('a keyword that no type is known for is an error, not a wider type', () => {
  assert.throws(() => typeOf({ type: 'object', unevaluatedProperties: false }), /unevaluated/)
  assert.throws(() => typeOf({ type: ['string', 'null'] }), /no type is known/)
})
