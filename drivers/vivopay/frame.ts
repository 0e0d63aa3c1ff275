/**
 * The frame of ID TECH's ViVOpay NEO readers, protocol 2, both ways:
 * `ViVOtech2 00 | command | sub-command or status | length, MSB first | data | CRC`.
 * [NEO 2 Interface Developer's Guide 80139403-002 rev. 88.1, 2.1 and 2.8]
 */
const TAG = [0x56, 0x69, 0x56, 0x4f, 0x74, 0x65, 0x63, 0x68, 0x32, 0x00]
const COMMAND_AT = TAG.length
const CODE_AT = COMMAND_AT + 1
const LENGTH_AT = CODE_AT + 1
const HEAD_BYTES = LENGTH_AT + 2
const CRC_BYTES = 2
/** A whole frame. [the guide, 2.1] */
const FRAME_LIMIT_BYTES = 1_500
/** What one frame can carry. */
export const DATA_LIMIT_BYTES = FRAME_LIMIT_BYTES - HEAD_BYTES - CRC_BYTES

export interface Frame {
  readonly command: number
  /** The sub-command on the way to the reader, the status on the way back. */
  readonly code: number
  readonly data: Uint8Array
}

/**
 * Which byte of the CRC comes first: the low one in commands, the high one in responses. Commands
 * of the pass-through family are printed either way in the guide (low first at 2C-13, high first at
 * 2C-02 and in 3.2.2): not confirmed, so the link takes whichever the reader accepts.
 */
export type CrcOrder = 'low-first' | 'high-first'

/** Throws a RangeError for more data than a frame carries. */
export function encodeFrame({ command, code, data }: Frame, order: CrcOrder): Uint8Array {
  if (data.length > DATA_LIMIT_BYTES) throw new RangeError('a frame carries less data')
  const body = Uint8Array.of(...TAG, command, code, data.length >> 8, data.length & 0xff, ...data)
  return Uint8Array.of(...body, ...crcBytes(body, order))
}

/**
 * How many bytes the frame that begins here has, as its head says; undefined where none begins.
 * Nothing behind the head is looked at.
 */
export function frameBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEAD_BYTES || TAG.some((byte, at) => bytes[at] !== byte)) return undefined
  const [high = 0, low = 0] = bytes.subarray(LENGTH_AT)
  const total = HEAD_BYTES + ((high << 8) | low) + CRC_BYTES
  return total > FRAME_LIMIT_BYTES ? undefined : total
}

/** The frame that these bytes are, from the first to the last; undefined where they are none. */
export function decodeFrame(bytes: Uint8Array, order: CrcOrder): Frame | undefined {
  if (frameBytes(bytes) !== bytes.length) return undefined
  const end = bytes.length - CRC_BYTES
  const [first, second] = crcBytes(bytes.subarray(0, end), order)
  if (bytes[end] !== first || bytes[end + 1] !== second) return undefined
  const [command = 0, code = 0] = bytes.subarray(COMMAND_AT)
  return { command, code, data: bytes.slice(HEAD_BYTES, end) }
}

function crcBytes(body: Uint8Array, order: CrcOrder): readonly [number, number] {
  const crc = crcOf(body)
  const [high, low] = [crc >> 8, crc & 0xff]
  return order === 'low-first' ? [low, high] : [high, low]
}

/** CRC-16/CCITT-FALSE: polynomial 1021, starts at FFFF. */
function crcOf(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff
  }
  return crc
}
