import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Zippable, zipSync } from 'fflate'
import type { AgentError } from '../../../agent/kernel/errors.ts'
import { unzipMessage } from '../../../agent/xmlmsg/zip.ts'
import { samples, utf8 } from './samples.ts'

const LIMIT = 1024 * 1024
const zipped = (files: Zippable) => zipSync(files)
const refused = (zip: Uint8Array, code = 'ANSWER_MALFORMED', limit = LIMIT) =>
  assert.throws(() => unzipMessage(zip, limit), { code })
/** `at` counts from the last record of `signature`. */
function patched(zip: Uint8Array, signature: number, at: number, value: number, bytes: 2 | 4) {
  const copy = Buffer.from(zip)
  const mark = Buffer.alloc(4)
  mark.writeUInt32LE(signature)
  const start = copy.lastIndexOf(mark)
  if (bytes === 2) copy.writeUInt16LE(value, start + at)
  else copy.writeUInt32LE(value, start + at)
  return copy
}
const CENTRAL = 0x02014b50
const END = 0x06054b50

test('every sample comes out of a ZIP byte for byte, packed or stored', () => {
  for (const { name, bytes } of samples) {
    for (const level of [0, 6] as const)
      assert.deepEqual(
        Buffer.from(
          unzipMessage(zipSync({ [`a/${name.toUpperCase()}`]: [bytes, { level }] }), LIMIT),
        ),
        Buffer.from(bytes),
      )
  }
})

test('other files beside the one XML do not matter, nor does a comment at the end', () => {
  const zip = zipped({
    'a.pdf': utf8('%PDF'),
    'a.xml': utf8('<XmlMsg/>'),
    'xml/': new Uint8Array(),
  })
  assert.equal(String(unzipMessage(zip, LIMIT)), '<XmlMsg/>')
  const comment = Buffer.from('comment PK\x05\x06')
  const commented = Buffer.concat([zip, comment])
  commented.writeUInt16LE(comment.length, zip.length - 2)
  assert.equal(String(unzipMessage(commented, LIMIT)), '<XmlMsg/>')
})

test('a ZIP that ends anywhere too early is incomplete, never refused and never taken', () => {
  const zip = zipped({ 'a.xml': utf8(`<XmlMsg>${'<A>架空</A>'.repeat(50)}</XmlMsg>`) })
  for (let end = 0; end < zip.length; end += 1) {
    assert.equal(unzipMessage(zip.subarray(0, end), LIMIT), 'incomplete', `${end} bytes`)
    const reserved = new Uint8Array(zip.length)
    reserved.set(zip.subarray(0, end))
    // The last bytes of this ZIP are zeros: the length of no comment.
    if (end >= 4 && zip.subarray(end).some((byte) => byte !== 0))
      assert.equal(unzipMessage(reserved, LIMIT), 'incomplete', `${end} bytes, then zeros`)
  }
})

test('no XML, several, or something that is no ZIP at all is refused', () => {
  refused(zipped({ 'a.pdf': utf8('%PDF') }))
  refused(zipped({ 'a.xml': utf8('<A/>'), 'b/a.XML': utf8('<A/>') }))
  refused(zipped({}))
  for (const text of ['<XmlMsg/>', '%PDF-1.7', 'PDF', 'PK\x05\x06']) refused(utf8(text))
})

test('an encrypted one, or one packed in another way, is refused', () => {
  const zip = zipped({ 'a.xml': utf8('<XmlMsg/>') })
  for (const flag of [1, 0x41, 0x2001]) refused(patched(zip, CENTRAL, 8, flag, 2))
  refused(patched(zip, CENTRAL, 10, 12, 2))
})

test('one whose end names no directory before it is not whole', () => {
  const zip = zipped({ 'a.xml': utf8('<XmlMsg/>') })
  for (const at of [0, 1, 0x7fffffff])
    assert.equal(unzipMessage(patched(zip, END, 16, at, 4), LIMIT), 'incomplete')
})

test('a damaged one is refused: content, checksum, size, directory', () => {
  const zip = zipped({ 'a.xml': utf8(`<XmlMsg>${'<A>架空</A>'.repeat(50)}</XmlMsg>`) })
  refused(patched(zip, CENTRAL, 16, 0, 4))
  refused(patched(zip, CENTRAL, 20, 3, 4))
  refused(patched(zip, CENTRAL, 20, 0x7fffffff, 4))
  refused(patched(zip, CENTRAL, 24, 5, 4))
  refused(patched(zip, CENTRAL, 42, 7, 4))
  refused(patched(zip, CENTRAL, 42, 0x7fffffff, 4))
  refused(patched(zip, END, 10, 9, 2))
})

test('too long is refused by what the ZIP says, and by what it holds whatever it says', () => {
  const bomb = zipped({ 'a.xml': new Uint8Array(32 * LIMIT) })
  assert.throws(() => unzipMessage(bomb, LIMIT), {
    code: 'ANSWER_TOO_LARGE',
    facts: { bytes: 32 * LIMIT, limitBytes: LIMIT },
  })
  const liar = patched(bomb, CENTRAL, 24, 10, 4)
  assert.throws(
    () => unzipMessage(liar, LIMIT),
    (error: AgentError) =>
      error.code === 'ANSWER_TOO_LARGE' && Number(error.facts['bytes']) < 6 * LIMIT,
  )
  const fits = zipped({ 'a.xml': utf8('12345') })
  assert.equal(unzipMessage(fits, 5).length, 5)
  refused(fits, 'ANSWER_TOO_LARGE', 4)
})

test('whatever bytes are changed, the result is the message, incomplete, or a fault', () => {
  const message = utf8(`<XmlMsg>${'<A>架空</A>'.repeat(20)}</XmlMsg>`)
  const zip = zipped({ 'a.xml': message })
  const changes = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(changes, (some) => {
      const copy = new Uint8Array(zip)
      for (const [at, byte] of some) copy[at] = byte
      try {
        const result = unzipMessage(copy, LIMIT)
        if (result !== 'incomplete') assert.deepEqual(Buffer.from(result), Buffer.from(message))
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : error
        assert.ok(code === 'ANSWER_MALFORMED' || code === 'ANSWER_TOO_LARGE', String(error))
      }
    }),
    { numRuns: 3_000 },
  )
})
