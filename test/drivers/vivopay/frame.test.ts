import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type CrcOrder,
  DATA_LIMIT_BYTES,
  decodeFrame,
  encodeFrame,
  frameBytes,
} from '../../../drivers/vivopay/frame.ts'

const TAG = '56 69 56 4f 74 65 63 68 32 00'
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** [NEO 2 Interface Developer's Guide, 2.8.2 and the commands named] */
const printed = [
  ['ping', 'low-first', '18 01 00 00', 'b3 cd'],
  ['its answer', 'high-first', '18 00 00 00', 'fa 83'],
  ['get configuration', 'low-first', '03 02 00 00', '5b 91'],
  ['contact 60-16', 'low-first', '60 16 00 01 03', '92 ed'],
  ['its answer', 'high-first', '60 00 00 00', '3d 35'],
  ['contact 61-17', 'low-first', '61 17 00 00', '72 8d'],
  ['its answer', 'high-first', '61 00 00 00', '4b 81'],
] as const

const computed = [
  ['pass-through start', 'low-first', '2c 01 00 01 01', '19 1d'],
  ['poll for 5 s', 'low-first', '2c 02 00 02 05 00', 'da a1'],
  [
    'SELECT of the JPKI applet',
    'low-first',
    '2c 13 00 10 00 00 a4 04 0c 0a d3 92 f0 00 26 01 00 00 00 01',
    '49 c0',
  ],
] as const

for (const [name, order, body, crc] of [...printed, ...computed]) {
  test(`the frame of "${name}" (${body.slice(0, 5)}) is the known one, both ways`, () => {
    const [command = 0, code = 0, , , ...data] = hex(body)
    const frame = { command, code, data: Uint8Array.from(data) }
    const bytes = hex(`${TAG} ${body} ${crc}`)
    assert.deepEqual(encodeFrame(frame, order), bytes)
    assert.deepEqual(decodeFrame(bytes, order), frame)
    assert.equal(frameBytes(bytes), bytes.length)
    const other = order === 'low-first' ? 'high-first' : 'low-first'
    assert.equal(decodeFrame(bytes, other), undefined)
  })
}

const order = fc.constantFrom<CrcOrder>('low-first', 'high-first')
const byte = fc.integer({ min: 0, max: 255 })
const frame = fc
  .tuple(byte, byte, fc.uint8Array({ maxLength: DATA_LIMIT_BYTES }))
  .map(([command, code, data]) => ({ command, code, data: Uint8Array.from(data) }))

test('every frame that fits into 1500 bytes comes back as it was', () => {
  fc.assert(
    fc.property(frame, order, (sent, crc) => {
      const bytes = encodeFrame(sent, crc)
      assert.ok(bytes.length <= 1_500)
      assert.deepEqual(decodeFrame(bytes, crc), sent)
    }),
  )
  const full = { command: 0x2c, code: 0, data: new Uint8Array(DATA_LIMIT_BYTES) }
  assert.equal(encodeFrame(full, 'low-first').length, 1_500)
  const more = { ...full, data: new Uint8Array(DATA_LIMIT_BYTES + 1) }
  assert.throws(() => encodeFrame(more, 'low-first'), RangeError)
})

test('a frame with one byte changed, cut or added is none', () => {
  fc.assert(
    fc.property(frame, order, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, crc, at, flip) => {
      const bytes = encodeFrame(sent, crc)
      const spoilt = Uint8Array.from(bytes)
      spoilt[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip
      assert.equal(decodeFrame(spoilt, crc), undefined)
      assert.equal(decodeFrame(bytes.subarray(0, at % bytes.length), crc), undefined)
      assert.equal(decodeFrame(Uint8Array.of(...bytes, 0), crc), undefined)
    }),
  )
})

test('bytes that are no frame are none, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), order, (noise, crc) => {
      assert.equal(decodeFrame(noise, crc), undefined)
    }),
  )
  assert.equal(frameBytes(hex(`${TAG} 2c 00 05 cd 00 00`)), undefined)
  assert.equal(frameBytes(hex(`${TAG} 2c 00 05 cc 00 00`)), 1_500)
})
