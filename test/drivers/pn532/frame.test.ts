import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ackFrame,
  encodeFrame,
  type Frame,
  FrameReader,
  nackFrame,
  TO_CHIP,
  TO_HOST,
} from '../../../drivers/pn532/frame.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const hexOf = (of: Uint8Array): string => Buffer.from(of).toString('hex')

/** What a reader makes of pieces, down to the last thing held back. */
function read(tfi: number, ...pieces: readonly Uint8Array[]): Frame[] {
  const reader = new FrameReader(tfi)
  const frames = pieces.flatMap((piece) => reader.push(piece))
  while (reader.unfinished) frames.push(...reader.lapse())
  return frames
}
const payloads = (frames: readonly Frame[]): string[] =>
  frames.flatMap((frame) => (frame.is === 'data' ? [hexOf(frame.payload)] : []))

/** [NXP UM0701-02; readings of libnfc and nfcpy] */
const commands = [
  ['GetFirmwareVersion', '02', '0000ff02fed4022a00'],
  ['SAMConfiguration', '14010000', '0000ff05fbd4140100001700'],
  ['RFConfiguration of the retries', '3205ff0102', '0000ff06fad43205ff0102f300'],
  ['InListPassiveTarget of type B', '4a010300', '0000ff05fbd44a010300de00'],
  [
    'InDataExchange with SELECT',
    '400100a4040c0ad392f000260100000001',
    '0000ff12eed4400100a4040c0ad392f000260100000001b000',
  ],
  ['InRelease of all', '5200', '0000ff03fdd45200da00'],
] as const

for (const [name, payload, frame] of commands)
  test(`${name} has the bytes of the manual`, () => {
    assert.equal(hexOf(encodeFrame(TO_CHIP, bytes(payload))), frame)
    assert.deepEqual(payloads(read(TO_CHIP, bytes(frame))), [payload])
  })

for (const [name, payload, frame] of [
  ['SAMConfiguration', '15', '0000ff02fed5151600'],
  ['GetFirmwareVersion', '0332010607', '0000ff06fad50332010607e800'],
] as const)
  test(`the answer to ${name} is read`, () => {
    assert.equal(hexOf(encodeFrame(TO_HOST, bytes(payload))), frame)
    assert.deepEqual(payloads(read(TO_HOST, bytes(frame))), [payload])
  })

test('a signature with its status word comes in an extended frame', () => {
  const payload = Uint8Array.of(0x41, 0x00, ...new Uint8Array(256).fill(0x5a), 0x90, 0x00)
  const frame = encodeFrame(TO_HOST, payload)
  assert.equal(hexOf(frame.subarray(0, 11)), '0000ffffff0105fad54100')
  assert.deepEqual(payloads(read(TO_HOST, frame)), [hexOf(payload)])
})

test('acknowledgements and the error frame are told apart', () => {
  assert.equal(hexOf(ackFrame), '0000ff00ff00')
  assert.equal(hexOf(nackFrame), '0000ffff0000')
  const frames = read(TO_HOST, ackFrame, nackFrame, bytes('0000ff01ff7f8100'))
  assert.deepEqual(
    frames.map(({ is }) => is),
    ['ack', 'nack', 'error'],
  )
})

test('an acknowledgement glued to its answer is two frames', () => {
  const answer = encodeFrame(TO_HOST, bytes('15'))
  const frames = read(TO_HOST, Uint8Array.of(...ackFrame, ...answer, ...answer))
  assert.deepEqual(
    frames.map(({ is }) => is),
    ['ack', 'data', 'data'],
  )
})

test('a payload of 266 bytes is not framed, and one that claims more is not read', () => {
  assert.throws(() => encodeFrame(TO_CHIP, new Uint8Array(265)), RangeError)
  assert.deepEqual(payloads(read(TO_HOST, bytes(`0000ffffff010af5d5${'00'.repeat(267)}`))), [])
})

test('a frame of the other direction is none', () => {
  assert.deepEqual(payloads(read(TO_HOST, encodeFrame(TO_CHIP, bytes('02')))), [])
})

const payloadOf = fc.uint8Array({ minLength: 1, maxLength: 264 })

test('what was framed is read again, however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(payloadOf, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (sent, cuts) => {
        const stream = Uint8Array.from(sent.flatMap((one) => [...encodeFrame(TO_HOST, one)]))
        const pieces: Uint8Array[] = []
        for (let at = 0; at < stream.length; ) {
          const length = cuts.next().value ?? 1
          pieces.push(stream.slice(at, at + length))
          at += length
        }
        assert.deepEqual(payloads(read(TO_HOST, ...pieces)), sent.map(hexOf))
      },
    ),
  )
})

test('a frame that is cut in two at any byte is read', () => {
  const frame = encodeFrame(TO_HOST, new Uint8Array(260).fill(0x00))
  for (let cut = 1; cut < frame.length; cut++)
    assert.equal(payloads(read(TO_HOST, frame.slice(0, cut), frame.slice(cut))).length, 1)
})

/** Noise that looks like frames more often than chance would have it. */
const noise = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(
        ...['00', '00ff', '0000ff', '0000ff10f0', '0000ff10f0d5', '0000ffffff0105fa', 'ff', '5555']
          .map(bytes)
          .concat(ackFrame, nackFrame),
      ),
    ),
    { maxLength: 4 },
  )
  .map((parts) => Uint8Array.from(Buffer.concat(parts)))

test('noise between frames hides none of them', () => {
  fc.assert(
    fc.property(noise, payloadOf, noise, payloadOf, (before, first, between, second) => {
      const stream = Buffer.concat([
        before,
        encodeFrame(TO_HOST, first),
        between,
        encodeFrame(TO_HOST, second),
      ])
      const found = payloads(read(TO_HOST, stream))
      const sent = [hexOf(first), hexOf(second)]
      // One noise in some hundred sums up to a whole frame: no reader could tell.
      fc.pre(found.every((one) => sent.includes(one)))
      assert.deepEqual(found, sent)
    }),
    { numRuns: 500 },
  )
})

test('a wrong byte never makes another payload', () => {
  fc.assert(
    fc.property(payloadOf, fc.nat(), fc.integer({ min: 1, max: 255 }), (payload, where, flip) => {
      const frame = encodeFrame(TO_HOST, payload)
      const at = where % frame.length
      const damaged = frame.map((byte, index) => (index === at ? byte ^ flip : byte))
      for (const found of payloads(read(TO_HOST, damaged))) assert.equal(found, hexOf(payload))
    }),
    { numRuns: 1_000 },
  )
})

test('a damaged body is said to be one, so that it can be asked for again', () => {
  const frame = encodeFrame(TO_HOST, bytes('410090'))
  const damaged = frame.map((byte, at) => (at === frame.length - 2 ? byte ^ 1 : byte))
  assert.deepEqual(read(TO_HOST, damaged)[0], { is: 'damaged', part: 'body' })
})
