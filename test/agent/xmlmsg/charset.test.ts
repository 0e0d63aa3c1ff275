import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { decodeMessage, encodeMessage } from '../../../agent/xmlmsg/codec.ts'
import { decodeCp932, encodeCp932 } from '../../../agent/xmlmsg/cp932.ts'
import { sample, utf8 } from './samples.ts'

const strict = new TextDecoder('shift_jis', { fatal: true })
const decode = (...parts: (string | Uint8Array)[]) =>
  decodeMessage(
    'eligibilityAnswer',
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? utf8(part) : part))),
  )
const sjis = (text: string): Uint8Array => {
  const bytes = encodeCp932(text)
  assert.ok(typeof bytes !== 'number')
  return bytes
}
const body = (name: string, identifier = '') =>
  `<XmlMsg><MessageHeader>${identifier}<ErrorMessage>${name}</ErrorMessage></MessageHeader></XmlMsg>`
const says = (code: '0' | '1') => `<CharacterCodeIdentifier>${code}</CharacterCodeIdentifier>`
const declares = (label: string) => `<?xml version="1.0" encoding="${label}" standalone="no"?>`
const BOM = Uint8Array.of(0xef, 0xbb, 0xbf)
const malformed = { code: 'ANSWER_MALFORMED' }

test('a byte order mark goes before the declaration, and that before CharacterCodeIdentifier', () => {
  const cases = [
    decode(BOM, declares('Shift_JIS'), body('漢字', says('1'))),
    decode(declares('UTF-8'), body('漢字', says('1'))),
    decode(declares('Shift_JIS'), sjis(body('漢字', says('0')))),
    decode(body('漢字', says('0'))),
    decode(sjis(body('漢字', says('1')))),
    decode(body('漢字')),
    decode(sjis(body('漢字'))),
  ]
  assert.deepEqual(
    cases.map(({ charset }) => charset),
    ['UTF-8', 'UTF-8', 'Shift_JIS', 'UTF-8', 'Shift_JIS', 'UTF-8', 'Shift_JIS'],
  )
  for (const { message } of cases) assert.equal(message.messageHeader?.errorMessage, '漢字')
})

test('the other names of CP932 mean CP932, and a charset of another kind is refused', () => {
  for (const label of ['shift_jis', 'SJIS', 'Windows-31J', 'MS932', 'x-sjis']) {
    assert.equal(decode(declares(label), sjis(body('髙①'))).charset, 'Shift_JIS')
  }
  assert.equal(decode(`<?xml version='1.0'  encoding = 'utf8' ?>`, body('a')).charset, 'UTF-8')
  for (const label of ['UTF-16', 'EUC-JP', 'ISO-2022-JP', 'x', '']) {
    assert.throws(() => decode(declares(label), body('a')), malformed)
  }
})

test('bytes of the other charset are refused, also where they would decode to other characters', () => {
  const mojibake = utf8('ああああ')
  assert.doesNotThrow(() => strict.decode(mojibake), 'the trap is a trap')
  assert.throws(() => decode(declares('Shift_JIS'), body('ああああ')), malformed)
  assert.throws(() => decode(body('ああああ', says('1'))), malformed)
  assert.throws(() => decode(declares('UTF-8'), sjis(body('検証'))), malformed)
  assert.throws(() => decode(sjis(body('検証', says('0')))), malformed)
  const mixed = [declares('UTF-8'), '<XmlMsg><A>検</A><A>', sjis('検'), '</A></XmlMsg>']
  assert.throws(() => decode(...mixed), malformed)
})

test('kana and rare kanji that would pass as UTF-8 stay themselves where Shift_JIS is declared', () => {
  for (const text of ['ﾃｱ', '雖兎']) {
    assert.doesNotThrow(() => new TextDecoder('utf-8', { fatal: true }).decode(sjis(text)))
    const { message } = decode(declares('Shift_JIS'), sjis(body(text)))
    assert.equal(message.messageHeader?.errorMessage, text)
  }
})

test('UTF-16, with its mark or without, is refused', () => {
  const text = declares('UTF-16') + body('漢')
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  assert.throws(() => decode(Uint8Array.of(0xff, 0xfe), little), malformed)
  assert.throws(() => decode(Uint8Array.of(0xfe, 0xff), big), malformed)
  assert.throws(() => decode(little), malformed)
  assert.throws(() => decode(big), { code: 'ANSWER_NOT_XML' })
})

test('broken sequences are refused in both charsets', () => {
  const broken = [
    [0x81],
    [0x81, 0x3c],
    [0xa0],
    [0xfd],
    [0xff],
    [0x80],
    [0x85, 0x9f],
    [0x1c],
    [0x7f],
  ]
  for (const bytes of broken) {
    const parts = ['<XmlMsg><A>', Uint8Array.from(bytes), '</A></XmlMsg>']
    assert.throws(() => decode(declares('Shift_JIS'), ...parts), malformed, `${bytes}`)
  }
  for (const bytes of [
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe6, 0xa4],
  ]) {
    const parts = ['<XmlMsg><A>', Uint8Array.from(bytes), '</A></XmlMsg>']
    assert.throws(() => decode(declares('UTF-8'), ...parts), malformed, `${bytes}`)
  }
})

test('whatever CP932 decodes, it encodes again, to the bytes that Windows writes', () => {
  let characters = 0
  let compared = 0
  for (let lead = 0x81; lead <= 0xfc; lead += 1) {
    for (let trail = 0x40; trail <= 0xfc; trail += 1) {
      const text = decodeCp932(Uint8Array.of(lead, trail))
      if (text?.length !== 1) continue
      characters += 1
      const bytes = sjis(text)
      assert.equal(decodeCp932(bytes), text)
      const judge = iconv.encode(text, 'cp932')
      // The judge knows no user-defined characters and writes '?'.
      if (text >= '\ue000' && text <= '\uf8ff') continue
      compared += 1
      assert.deepEqual(Buffer.from(bytes), judge, text)
    }
  }
  assert.ok(compared > 7_500 && characters === compared + 1_880)
})

test('no character of Unicode encodes to something that decodes to another', () => {
  const aliases = new Set('〜−‖—¢£¬')
  for (let code = 0; code <= 0xffff; code += 1) {
    const text = String.fromCharCode(code)
    const bytes = encodeCp932(text)
    if (typeof bytes !== 'number' && !aliases.has(text)) assert.equal(decodeCp932(bytes), text)
  }
  assert.equal(encodeCp932('ab𠮷'), 2)
})

test('encoding names the charset in the declaration', () => {
  const { message } = decodeMessage('eligibilityAnswer', sample('02'))
  for (const charset of ['UTF-8', 'Shift_JIS'] as const) {
    const head = Buffer.from(encodeMessage('eligibilityAnswer', message, charset)).toString(
      'latin1',
    )
    assert.ok(head.startsWith(`<?xml version="1.0" encoding="${charset}" standalone="no"?>\n`))
  }
})
