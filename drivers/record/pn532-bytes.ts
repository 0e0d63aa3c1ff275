import { ackFrame, nackFrame, PAYLOAD_LIMIT_BYTES, TO_CHIP, TO_HOST } from '../pn532/frame.ts'
import type { Dialogue, Edit, EditPieces, Piece } from './edit.ts'
import { editTargets } from './pn532-targets.ts'

/** [NXP UM0701-02, table 12] */
const IN_DATA_EXCHANGE = 0x40
const IN_LIST_PASSIVE_TARGET = 0x4a
/** Answers that are the chip's own word, of at most so many bytes. */
const OWN_WORD = new Set([0x01, 0x03, 0x15, 0x33, 0x45, 0x53, 0x55])
const OWN_WORD_LIMIT_BYTES = 8
const ERROR_FRAME_BYTES = 1
/** Bit of a target's number, and of a status: more follows. */
const MORE = 0x40

/** A frame's body, from its TFI to its last byte, in the stream of one direction. */
interface Found {
  readonly stream: Stream
  readonly from: number
  readonly to: number
  /** What all bytes of the body and its checksum come to: 0 in a good frame. */
  readonly error: number
  /** When its last byte came, in pieces. */
  readonly piece: number
}

interface Stream {
  readonly tfi: number
  readonly bytes: Uint8Array
  readonly pieces: readonly Piece[]
  /** For each byte, which of all pieces brought it. */
  readonly pieceOf: Uint32Array
}

/** Frames of the PN53x family in two byte streams. */
export const editPn532: EditPieces = (pieces, edit) => {
  const streams = [streamOf(pieces, 'device', TO_CHIP), streamOf(pieces, 'host', TO_HOST)]
  const found = streams.flatMap((stream) => framesIn(stream, edit))
  const talk = openTalk(edit)
  for (const frame of found.sort((a, b) => a.piece - b.piece)) talk.take(frame)
  talk.end()
  for (const frame of found) seal(frame)
  for (const { bytes, pieces } of streams) cut(bytes, pieces)
}

function streamOf(pieces: readonly Piece[], to: Piece['to'], tfi: number): Stream {
  const own = pieces.filter((piece) => piece.to === to)
  const bytes = Buffer.concat(own.map((piece) => piece.bytes))
  const pieceOf = new Uint32Array(bytes.length)
  let at = 0
  pieces.forEach((piece, index) => {
    if (piece.to !== to) return
    pieceOf.fill(index, at, at + piece.bytes.length)
    at += piece.bytes.length
  })
  return { tfi, pieces: own, bytes, pieceOf }
}

/** Where frames are; what is between them has gone through `edit.noise`. */
function framesIn(stream: Stream, edit: Edit): Found[] {
  const { bytes, tfi, pieceOf } = stream
  const found: Found[] = []
  let quiet = 0
  const hush = (to: number) => {
    // What the driver wrote outside of frames is its wake-up call.
    if (tfi === TO_HOST) bytes.set(edit.noise(bytes.subarray(quiet, to)), quiet)
  }
  for (let at = 0; at < bytes.length; at++) {
    const frame = frameAt(bytes, at, tfi)
    if (frame === undefined) continue
    hush(at)
    quiet = frame.end
    at = frame.end - 1
    if (frame.from < frame.to) found.push({ ...frame, stream, piece: pieceOf[frame.to] ?? 0 })
  }
  hush(bytes.length)
  return found
}

interface Framed {
  readonly from: number
  readonly to: number
  readonly error: number
  readonly end: number
}

/**
 * The frame whose start code is here; an acknowledgement has no body. One with a wrong sum counts
 * where no good one begins within it: then it was cut short, and is noise.
 */
function frameAt(bytes: Uint8Array, at: number, tfi: number): Framed | undefined {
  const body = bodyAt(bytes, at)
  if (body === undefined || body.from === body.to) return body
  const isOurs = bytes[body.from] === tfi || body.to - body.from === ERROR_FRAME_BYTES
  if (body.error === 0 && isOurs) return body
  for (let within = at + 1; within < body.end; within++) {
    const other = bodyAt(bytes, within)
    if (other !== undefined && other.error === 0) return undefined
  }
  return body
}

function bodyAt(bytes: Uint8Array, at: number): Framed | undefined {
  if (bytes[at] !== 0x00 || bytes[at + 1] !== 0xff) return undefined
  const plain = [ackFrame, nackFrame].some((frame) =>
    frame.subarray(3, 5).every((byte, i) => bytes[at + 2 + i] === byte),
  )
  if (plain) return { from: at + 4, to: at + 4, error: 0, end: at + 4 }
  const [length = 0, check = 0, high = 0, low = 0, checkOfLong = 0] = bytes.subarray(at + 2)
  const isLong = length === 0xff && check === 0xff
  const count = isLong ? (high << 8) + low : length
  const sum = isLong ? high + low + checkOfLong : length + check
  const from = at + (isLong ? 7 : 4)
  const to = from + count
  if ((sum & 0xff) !== 0 || count === 0 || count > PAYLOAD_LIMIT_BYTES) return undefined
  if (to >= bytes.length) return undefined
  return { from, to, error: sumOf(bytes.subarray(from, to + 1)), end: to + 1 }
}

const sumOf = (bytes: Uint8Array) => bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0)

/** An APDU, in the one frame or the several that carried it. */
interface Carried {
  readonly spans: { readonly bytes: Uint8Array; readonly from: number; readonly to: number }[]
}

function openTalk(edit: Edit) {
  let dialogue: Dialogue = edit.dialogue()
  let polling: number | undefined
  let command: Carried = { spans: [] }
  let answer: Carried = { spans: [] }

  const flush = (carried: Carried, change: (apdu: Uint8Array) => Uint8Array) => {
    if (carried.spans.length === 0) return
    let rest = change(
      Buffer.concat(carried.spans.map((one) => one.bytes.subarray(one.from, one.to))),
    )
    for (const { bytes, from, to } of carried.spans) {
      bytes.set(rest.subarray(0, to - from), from)
      rest = rest.subarray(to - from)
    }
  }
  /** An answer in pieces is never asked for with a body; a repeated one is an answer of its own. */
  const flushAnswer = () => {
    flush(answer, (apdu) => dialogue.answer(apdu))
    answer = { spans: [] }
  }
  const sent = ({ stream: { bytes }, from, to }: Found) => {
    const code = bytes[from + 1]
    if (code === IN_LIST_PASSIVE_TARGET) {
      polling = bytes[from + 3]
      flushAnswer()
      dialogue = edit.dialogue()
    }
    if (code !== IN_DATA_EXCHANGE || from + 3 >= to) return
    flushAnswer()
    command.spans.push({ bytes, from: from + 3, to })
    if (((bytes[from + 2] ?? 0) & MORE) !== 0) return
    flush(command, (apdu) => dialogue.command(apdu))
    command = { spans: [] }
  }
  const came = ({ stream: { bytes }, from, to }: Found) => {
    const code = bytes[from + 1] ?? 0
    const data = bytes.subarray(from + 2, to)
    if (code === IN_LIST_PASSIVE_TARGET + 1) return editTargets(data, polling, edit)
    if (code === IN_DATA_EXCHANGE + 1) {
      const [status = 0] = data
      answer.spans.push({ bytes, from: Math.min(from + 3, to), to })
      if ((status & MORE) === 0) flushAnswer()
      return
    }
    if (OWN_WORD.has(code) && data.length <= OWN_WORD_LIMIT_BYTES) return
    data.set(edit.data(data.subarray(1)), Math.min(1, data.length))
  }
  return {
    take: (frame: Found) => {
      const { stream, from, to, error } = frame
      if (to - from === ERROR_FRAME_BYTES) return
      if (error !== 0) stream.bytes.set(edit.data(stream.bytes.subarray(from + 2, to)), from + 2)
      else if (stream.tfi === TO_CHIP) sent(frame)
      else came(frame)
    },
    end: () => {
      flush(command, (apdu) => dialogue.command(apdu))
      flushAnswer()
    },
  }
}

/** Sets the checksum so that the frame is as right, or as wrong, as it was. */
function seal({ stream: { bytes }, from, to, error }: Found): void {
  bytes[to] = (error - sumOf(bytes.subarray(from, to))) & 0xff
}

function cut(bytes: Uint8Array, pieces: readonly Piece[]): void {
  let at = 0
  for (const piece of pieces) {
    const end = at + piece.bytes.length
    piece.bytes = bytes.slice(at, end)
    at = end
  }
}
