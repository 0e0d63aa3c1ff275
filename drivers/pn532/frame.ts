/**
 * Frames of the PN53x family, as bytes: normal and extended information frames, ACK, NACK and the
 * error frame. Nothing here waits or sends. [NXP UM0701-02, 6.2.1]
 */

/** First byte of a payload: who speaks. */
export const TO_CHIP = 0xd4
export const TO_HOST = 0xd5

/** The largest payload in either direction, TFI included. [UM0701-02, 6.2.1.2] */
export const PAYLOAD_LIMIT_BYTES = 265

/** Also aborts the command that runs. [UM0701-02, 6.2.1.3] */
export const ackFrame = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00)
/** Asks for the last answer once more. */
export const nackFrame = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00)

export type Frame =
  | { readonly is: 'ack' | 'nack' }
  /** The chip did not understand the command. */
  | { readonly is: 'error' }
  /** `payload` begins with the response code: the TFI is checked and gone. */
  | { readonly is: 'data'; readonly payload: Uint8Array }
  /** No frame, or one with a wrong sum: of its head, or of all that follows a good head. */
  | { readonly is: 'damaged'; readonly part: 'head' | 'body' }

/** Sum of what a checksum byte complements, mod 256. */
const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0)

const NORMAL_LIMIT_BYTES = 255

/** Frames one payload behind its TFI. Throws a RangeError for one that no chip takes. */
export function encodeFrame(tfi: number, payload: Uint8Array): Uint8Array {
  const body = Uint8Array.of(tfi, ...payload)
  if (body.length > PAYLOAD_LIMIT_BYTES) throw new RangeError('a payload has at most 265 bytes')
  const { length } = body
  const head =
    length <= NORMAL_LIMIT_BYTES
      ? [length, -length & 0xff]
      : [0xff, 0xff, length >> 8, length & 0xff, -((length >> 8) + length) & 0xff]
  return Uint8Array.of(0x00, 0x00, 0xff, ...head, ...body, -sum(body) & 0xff, 0x00)
}

/** What begins at a start code; `bytes` are counted from there. */
type Read =
  | { readonly is: 'unfinished' }
  | { readonly is: 'noise' }
  | { readonly is: 'frame'; readonly frame: Frame; readonly bytes: number }

const unfinished = { is: 'unfinished' } as const
const noise = { is: 'noise' } as const
/** The preamble is part of it, as half of this is in any noise. */
const START = Buffer.of(0x00, 0x00, 0xff)
const ERROR_CODE = 0x7f

function readAt(at: Uint8Array, tfi: number): Read {
  const [length, check] = at.subarray(START.length)
  if (length === undefined || check === undefined) return unfinished
  const bytes = START.length + 2
  if (length === 0x00 && check === 0xff) return closed(at, { is: 'ack' }, bytes)
  if (length === 0xff && check === 0x00) return closed(at, { is: 'nack' }, bytes - 1)
  if (length === 0xff && check === 0xff) return readExtended(at, tfi)
  if (length === 0 || ((length + check) & 0xff) !== 0) return noise
  return readBody(at, bytes, length, tfi)
}

/** These have no checksum but their zeros, which may be another frame's preamble. */
function closed(at: Uint8Array, frame: Frame, bytes: number): Read {
  const postamble = at[START.length + 2]
  if (postamble === undefined) return unfinished
  return postamble === 0x00 ? { is: 'frame', frame, bytes } : noise
}

function readExtended(at: Uint8Array, tfi: number): Read {
  const [high, low, check] = at.subarray(START.length + 2)
  if (high === undefined || low === undefined || check === undefined) return unfinished
  const length = (high << 8) + low
  const fits = length > 0 && length <= PAYLOAD_LIMIT_BYTES
  return fits && ((high + low + check) & 0xff) === 0
    ? readBody(at, START.length + 5, length, tfi)
    : noise
}

/** The postamble says nothing that the checksum does not: a frame ends with its checksum. */
function readBody(at: Uint8Array, headBytes: number, length: number, tfi: number): Read {
  const bytes = headBytes + length + 1
  if (at.length < bytes) return unfinished
  const body = at.subarray(headBytes, headBytes + length)
  const good = sum(at.subarray(headBytes, bytes)) === 0
  const [first] = body
  if (good && length === 1 && first === ERROR_CODE)
    return { is: 'frame', frame: { is: 'error' }, bytes }
  if (good && length > 1 && first === tfi)
    return { is: 'frame', frame: { is: 'data', payload: body.slice(1) }, bytes }
  return { is: 'frame', frame: { is: 'damaged', part: 'body' }, bytes: 0 }
}

/**
 * Finds frames in a byte stream, however it is cut and whatever stands between them. A frame that
 * is still unfinished holds back what follows: only time can tell it from noise, so the caller says
 * when no more of it will come (`lapse`).
 */
export class FrameReader {
  readonly #tfi: number
  #rest: Uint8Array = new Uint8Array()

  /** `tfi`: the direction that is listened to. */
  constructor(tfi: number) {
    this.#tfi = tfi
  }

  /** Something that may be the beginning of a frame is held back. */
  get unfinished(): boolean {
    return this.#rest.length > 0
  }

  push(chunk: Uint8Array): Frame[] {
    // A copy of its own: a slice of a Buffer would share its memory.
    this.#rest = Uint8Array.from(Buffer.concat([this.#rest, chunk]))
    return this.#scan()
  }

  /** What is held back is no frame: looks behind its start for others. */
  lapse(): Frame[] {
    if (this.#rest.length <= START.length) {
      this.#rest = new Uint8Array()
      return []
    }
    this.#rest = this.#rest.subarray(1)
    return [{ is: 'damaged', part: 'head' }, ...this.#scan()]
  }

  #scan(): Frame[] {
    const frames: Frame[] = []
    for (;;) {
      const start = startIn(this.#rest)
      // It may have been a frame whose start code is broken.
      const isNoise = this.#rest.subarray(0, start).some((byte) => byte !== 0x00)
      if (isNoise) frames.push({ is: 'damaged', part: 'head' })
      this.#rest = this.#rest.subarray(start)
      if (this.#rest.length < START.length) return frames
      const read = readAt(this.#rest, this.#tfi)
      if (read.is === 'unfinished') return frames
      if (read.is === 'noise') frames.push({ is: 'damaged', part: 'head' })
      else frames.push(read.frame)
      // Behind what is no frame, the next one may begin anywhere.
      const skip = read.is === 'noise' ? 1 : Math.max(1, read.bytes)
      this.#rest = this.#rest.subarray(skip)
    }
  }
}

/** Where the next start code begins, or what may be the beginning of one at the end. */
function startIn(bytes: Uint8Array): number {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(START)
  if (whole >= 0) return whole
  const zeros = bytes.at(-1) !== 0x00 ? 0 : bytes.at(-2) !== 0x00 ? 1 : 2
  return bytes.length - zeros
}
