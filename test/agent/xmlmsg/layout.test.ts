import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { layoutOf } from '../../../agent/xmlmsg/layout.ts'
import { formats } from '../../../agent/xmlmsg/messages.ts'

test('a schema gives the element names in their order, and leaves out what it does not know', () => {
  const { fields } = formats.bulkAnswer.layout
  assert.deepEqual(
    fields.map(({ element }) => element),
    ['MessageHeader', 'MessageBody'],
  )
  const body = formats.bulkAnswer.layout.byElement.get('MessageBody')
  assert.ok(body?.is === 'group')
  assert.deepEqual(
    body.group.fields.map(({ element, is }) => [element, is]),
    [['BulkConfirmUnit', 'groups']],
  )
})

test('a schema that the codec could not follow fails at start', () => {
  for (const child of [Type.Number(), Type.Array(Type.String()), Type.Array(Type.Object({}))]) {
    assert.throws(() => layoutOf(Type.Object({ child })), TypeError)
  }
})
