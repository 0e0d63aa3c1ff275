import assert from 'node:assert/strict'
import { test } from 'node:test'
import { officialMessage } from '../../../agent/eligibility/message.ts'

const DECODED_BY_DEFAULT_BYTES = 1024 * 1024

test('an official answer of any size that was accepted is re-encoded', () => {
  const element = '<InsurerName>見本健康保険組合</InsurerName>'
  const long = `<XmlMsg><MessageBody>${'<Later>あ</Later>'.repeat(90_000)}${element}</MessageBody></XmlMsg>`
  const bytes = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${long}`)
  assert.ok(bytes.byteLength > DECODED_BY_DEFAULT_BYTES)
  const store = {
    find: () => Buffer.from('{}'),
    message: () => ({ bytes, charset: 'UTF-8' as const }),
  }
  const message = officialMessage(store, 'v1', 'Shift_JIS')
  assert.equal(message?.contentType, 'application/xml; charset=Shift_JIS')
  const text = new TextDecoder('shift_jis').decode(message?.bytes)
  assert.equal(text.match(/<Later>あ<\/Later>/g)?.length, 90_000)
})
