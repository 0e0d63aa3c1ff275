import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { readRequestName } from '../../../../agent/sim/terminal/names.ts'
import { readRequest } from '../../../../agent/sim/terminal/request.ts'
import { changed, question } from './bed.ts'

const EXPECTED = { institutionCode: '1319999991', sameIdentifier: true }
const named = () => {
  const name = readRequestName('OQSsiquc01req_Q.xml')
  assert.ok(name)
  return name
}
const read = (bytes: Buffer) => readRequest(bytes, named(), EXPECTED)
const good = question('01', 'Q')
const sjis = (text: string) => iconv.encode(changed(text, 'UTF-8', 'Shift_JIS'), 'cp932')

for (const [what, bytes] of [
  ['UTF-8', Buffer.from(good)],
  ['UTF-8 with a BOM', Buffer.from(`\ufeff${good}`)],
  ['Shift_JIS', sjis(good)],
  ['UTF-8 with comments', Buffer.from(changed(good, '<XmlMsg>', '<!-- <a> --><XmlMsg>'))],
] as const)
  test(`a request in ${what} that ends anywhere is incomplete, never refused`, () => {
    for (let length = 0; length < bytes.length; length += 1)
      assert.equal(read(bytes.subarray(0, length)).is, 'incomplete', `${length} bytes`)
    for (const end of ['', '\n', '\r\n  ', '<!-- end -->']) {
      const reading = read(Buffer.concat([bytes, Buffer.from(end)]))
      assert.ok(reading.is === 'asking' && reading.asking.is === 'single', `after ${end}`)
    }
  })

test('no bytes make the reader fail, and what it accepts obeys the rules', () => {
  const bytes = Buffer.from(good)
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
      const other = Buffer.from(bytes)
      other[at] = byte
      const reading = read(other)
      if (reading.is !== 'asking' || reading.asking.is !== 'single') return
      assert.equal(reading.asking.header['MedicalInstitutionCode'], '1319999991')
      assert.match(reading.asking.line.cardFace.birthdate, /^\d{8}$/)
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      assert.notEqual(read(Buffer.from(noise)).is, 'asking')
    }),
  )
})

test('names are read as documented, and only so', () => {
  assert.deepEqual(readRequestName('OQSmuquc02req_202604010001.xml'), {
    name: 'OQSmuquc02req_202604010001.xml',
    kind: 'bulk-result',
    identifier: '202604010001',
    answerStem: 'OQSmuquc02res_202604010001',
  })
  for (const name of [
    '',
    'OQSsiquc01req.xml',
    'OQSsiquc01req_.xml',
    'OQSsiquc01res_1.xml',
    'OQSsiquc03req_1.xml',
    ' OQSsiquc01req_1.xml',
    'OQSsiquc01req_1.xml ',
    'OQSsiquc01req_1.zip',
    'OQSsiquc01req_a/b.xml',
    `OQSsiquc01req_${'1'.repeat(101)}.xml`,
  ])
    assert.equal(readRequestName(name), undefined, name)
})
