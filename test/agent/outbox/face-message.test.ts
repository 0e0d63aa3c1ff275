import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faceMessage } from '../../../agent/outbox/face-message.ts'
import { type Charset, decodeText } from '../../../agent/xmlmsg/charset.ts'
import { decodeMessage, encodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { sample, samples, utf8 } from '../xmlmsg/samples.ts'

const read = (bytes: Uint8Array) =>
  decodeMessage('eligibilityAnswer', bytes, { limitBytes: Infinity }).message

function fileOf(bytes: Uint8Array, wanted?: Charset): Uint8Array {
  const { charset } = decodeText(bytes)
  const made = faceMessage({ bytes, charset }, wanted)
  assert.equal(made.is, 'file')
  return made.is === 'file' ? made.bytes : new Uint8Array()
}

const answers = samples.filter(({ kind }) => kind === 'eligibilityAnswer')
const face = sample('03')

test('a result of the card reader is the official bytes, whatever their order', () => {
  assert.deepEqual(fileOf(face), face)
  assert.deepEqual(fileOf(face, 'UTF-8'), face)
})

test('an answer to a typed card face loses the echo of the question, and nothing else', () => {
  assert.ok(answers.length >= 8)
  let echoed = 0
  for (const { bytes, name } of answers) {
    const { messageBody, ...rest } = read(bytes)
    const { qualificationConfirmSearchInfo, ...kept } = messageBody ?? {}
    if (qualificationConfirmSearchInfo !== undefined) echoed += 1
    const made = read(fileOf(bytes))
    assert.deepEqual(made, { ...rest, ...(messageBody && { messageBody: kept }) }, name)
  }
  assert.ok(echoed >= 3)
})

test('no patient number is invented', () => {
  const text = new TextDecoder().decode(fileOf(sample('02')))
  assert.match(text, /<ReferenceClassification>2</)
  assert.doesNotMatch(text, /ReferenceNumber|ArbitraryIdentifier|42_1/)
})

test('in another charset declaration, identifier and bytes agree, and the values stay', () => {
  for (const { bytes, name } of answers) {
    const { messageHeader, messageBody } = read(bytes)
    const { qualificationConfirmSearchInfo: _, ...kept } = messageBody ?? {}
    for (const [charset, code] of [
      ['Shift_JIS', '1'],
      ['UTF-8', '0'],
    ] as const) {
      const made = fileOf(bytes, charset)
      const { text, charset: found } = decodeText(made)
      assert.equal(found, charset, name)
      assert.match(text, new RegExp(`^<\\?xml version="1.0" encoding="${charset}" standalone="no"`))
      const value = read(made)
      const said = messageHeader?.characterCodeIdentifier
      assert.equal(value.messageHeader?.characterCodeIdentifier, said && code, name)
      assert.deepEqual(value.messageBody, messageBody && kept, name)
      assert.deepEqual(fileOf(made, charset), made)
    }
  }
})

test('a message whose identifier lies is written anew where a charset is wanted', () => {
  const lying = utf8(
    new TextDecoder()
      .decode(face)
      .replace('<CharacterCodeIdentifier>0<', '<CharacterCodeIdentifier>1<'),
  )
  assert.deepEqual(fileOf(lying), lying)
  assert.equal(read(fileOf(lying, 'UTF-8')).messageHeader?.characterCodeIdentifier, '0')
})

test('several results stay in one file', () => {
  const made = read(fileOf(sample('10'), 'Shift_JIS'))
  assert.equal(made.messageBody?.resultList?.length, 2)
})

test('a character that Shift_JIS has not is told by its element, never by itself', () => {
  const bytes = encodeMessage(
    'eligibilityAnswer',
    {
      messageBody: { resultList: [{ name: '𠮷田　一郎' }] },
    },
    'UTF-8',
  )
  assert.deepEqual(faceMessage({ bytes, charset: 'UTF-8' }, 'Shift_JIS'), {
    is: 'unmappable',
    field: 'Name',
  })
  assert.deepEqual(faceMessage({ bytes: utf8('<none'), charset: 'UTF-8' }, undefined), {
    is: 'unmappable',
    field: 'ANSWER_MALFORMED',
  })
})
