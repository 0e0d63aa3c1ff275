/** What a host sends to a chip of the PN53x family. */
export type Sent =
  | { readonly is: 'ack' | 'nack' | 'wake-up' }
  /** The payload behind D4: code and parameters. */
  | { readonly is: 'command'; readonly payload: Uint8Array }
  /** Bytes that are no frame, or one that the chip cannot take. */
  | { readonly is: 'wrong'; readonly why: string }

/** Largest payload with its D4. [NXP UM0701-02, 6.2.1.2] */
const LIMIT_BYTES = 265
const HOST = 0xd4
const CHIP = 0xd5
const WAKE_UP = 0x55

export const ack = Uint8Array.of(0, 0, 0xff, 0, 0xff, 0)
export const nack = Uint8Array.of(0, 0, 0xff, 0xff, 0, 0)
export const errorFrame = Uint8Array.of(0, 0, 0xff, 0x01, 0xff, 0x7f, 0x81, 0)

const total = (bytes: Iterable<number>): number => {
  let sum = 0
  for (const byte of bytes) sum += byte
  return sum % 256
}

/** Frames an answer: its code, then its data. Extended where it must be. */
export function answerFrame(payload: readonly number[]): Uint8Array {
  const length = payload.length + 1
  const head =
    length < 256
      ? [length, (256 - length) % 256]
      : [0xff, 0xff, length >> 8, length % 256, (512 - (length >> 8) - (length % 256)) % 256]
  const check = (512 - CHIP - total(payload)) % 256
  return Uint8Array.from([0, 0, 0xff, ...head, CHIP, ...payload, check, 0])
}

/**
 * Reads the host's bytes, strictly: between frames there are zeros and wake-up bytes, and nothing
 * else. Calls `take` for each thing as soon as it is whole.
 */
export function makeHostReader(take: (sent: Sent) => void): (chunk: Uint8Array) => void {
  let held: Buffer = Buffer.alloc(0)
  let last: Sent | undefined
  return (chunk) => {
    held = Buffer.concat([held, chunk])
    for (;;) {
      const read = readOne(held)
      if (read === undefined) return
      held = held.subarray(read.bytes)
      // The rest of a wrong frame is no second one.
      const isRest = read.sent?.is === 'wrong' && read.sent.why === STRAY && last?.is === 'wrong'
      if (read.sent === undefined || isRest) continue
      last = read.sent
      take(read.sent)
    }
  }
}

const STRAY = 'bytes between frames'

interface ReadOne {
  readonly bytes: number
  readonly sent?: Sent
}

/** Undefined: more has to come. */
function readOne(held: Buffer): ReadOne | undefined {
  const [first, second, third] = held
  if (first === undefined) return undefined
  if (first === WAKE_UP) return { bytes: 1, sent: { is: 'wake-up' } }
  if (first !== 0) return { bytes: 1, sent: { is: 'wrong', why: STRAY } }
  if (second === undefined) return undefined
  if (second !== 0) return { bytes: 1 }
  if (third === undefined) return undefined
  return third === 0xff ? readFrame(held) : { bytes: 1 }
}

function readFrame(held: Buffer): ReadOne | undefined {
  const [, , , length, check] = held
  if (length === undefined || check === undefined) return undefined
  if (length === 0 && check === 0xff) return closed(held, 5, { is: 'ack' })
  if (length === 0xff && check === 0) return closed(held, 5, { is: 'nack' })
  if (length !== 0xff || check !== 0xff) {
    if ((length + check) % 256 !== 0 || length === 0) return wrong(5, 'a wrong length checksum')
    return readPayload(held, 5, length)
  }
  if (held.length < 8) return undefined
  const long = held.readUInt16BE(5)
  if (total(held.subarray(5, 8)) !== 0) return wrong(8, 'a wrong length checksum')
  if (long < 256) return wrong(8, 'an extended frame where a normal one does')
  if (long > LIMIT_BYTES) return wrong(8, 'more than 265 bytes')
  return readPayload(held, 8, long)
}

function readPayload(held: Buffer, head: number, length: number): ReadOne | undefined {
  const end = head + length + 1
  if (held.length <= end) return undefined
  if (total(held.subarray(head, end)) !== 0) return wrong(end, 'a wrong data checksum')
  if (held[head] !== HOST) return wrong(end, 'no frame of a host')
  if (length < 2) return wrong(end, 'no command code')
  const payload = Uint8Array.from(held.subarray(head + 1, end - 1))
  return closed(held, end, { is: 'command', payload })
}

/** A frame ends with a zero. */
function closed(held: Buffer, at: number, sent: Sent): ReadOne | undefined {
  const end = held[at]
  if (end === undefined) return undefined
  return end === 0 ? { bytes: at + 1, sent } : wrong(at, 'no postamble')
}

const wrong = (bytes: number, why: string): ReadOne => ({ bytes, sent: { is: 'wrong', why } })
