import {
  type CrcOrder,
  decodeFrame,
  encodeFrame,
  type Frame,
  frameBytes,
} from '../vivopay/frame.ts'
import { openAssembler, toReports } from '../vivopay/report.ts'
import type { Dialogue, Edit, EditPieces, Piece } from './edit.ts'

/** [NEO 2 Interface Developer's Guide 80139403-002 rev. 88.1, 8.12 to 8.15] */
const PASS_THROUGH = 0x2c
const POLL = 0x02
const EXCHANGE = 0x13
const TYPE_B = 0x02
const CRC_BYTES = 2
const HEAD_BYTES = 14
/** A report's id stands before its part of the frame. */
const ID_BYTES = 1
const PUPI_BYTES = 4
/** Type, PUPI, application data and protocol info: more is no answer to a poll. */
const POLL_LIMIT_BYTES = 12

type EditFrame = (frame: Frame) => Frame

/** Frames of a ViVOpay reader in HID reports, one a piece. */
export const editVivopay: EditPieces = (pieces, edit) => {
  const talk = openTalk(edit)
  const toDevice = openDirection(edit, ['low-first', 'high-first'], talk.command)
  const toHost = openDirection(edit, ['high-first'], talk.answer)
  for (const piece of pieces) (piece.to === 'device' ? toDevice : toHost).take(piece)
  toDevice.end()
  toHost.end()
}

/** Answers do not say to which sub-command they are: they come in the order of the commands. */
function openTalk(edit: Edit): { readonly command: EditFrame; readonly answer: EditFrame } {
  let sub = 0
  let dialogue: Dialogue = edit.dialogue()
  const answered = ({ command, data }: Frame): Uint8Array => {
    if (command !== PASS_THROUGH) return edit.data(data)
    if (sub === EXCHANGE) return dialogue.answer(data)
    return sub === POLL ? polled(data, edit) : edit.data(data)
  }
  return {
    command: (frame) => {
      if (frame.command !== PASS_THROUGH) return frame
      sub = frame.code
      if (sub === POLL) dialogue = edit.dialogue()
      if (sub !== EXCHANGE) return frame
      const [contact = 0] = frame.data
      const apdu = dialogue.command(frame.data.subarray(1))
      return { ...frame, data: Uint8Array.of(contact, ...apdu) }
    },
    answer: (frame) => ({ ...frame, data: answered(frame) }),
  }
}

function polled(data: Uint8Array, edit: Edit): Uint8Array {
  const [type] = data
  if (type === undefined || data.length > POLL_LIMIT_BYTES) return edit.data(data)
  if (type !== TYPE_B) return Uint8Array.of(type, ...edit.id(data.subarray(1)))
  const pupi = edit.id(data.subarray(1, 1 + PUPI_BYTES))
  // Behind it stand kind and protocol of the card, as in an ATR.
  return Uint8Array.of(type, ...pupi, ...data.subarray(1 + PUPI_BYTES))
}

/** Collects the pieces of each frame of one direction, and puts others in their place. */
function openDirection(edit: Edit, orders: readonly CrcOrder[], change: EditFrame) {
  const assemble = openAssembler()
  let parts: Piece[] = []
  const spoil = () => {
    for (const part of parts) part.bytes = torn(part.bytes, edit)
    parts = []
  }
  return {
    take: (piece: Piece) => {
      const [id = 0] = piece.bytes
      const begins = id === 0x01 || id === 0x02
      if (begins) spoil()
      const isPart = begins || ((id === 0x03 || id === 0x04) && parts.length > 0)
      if (isPart) parts.push(piece)
      else piece.bytes = edit.noise(piece.bytes)
      const assembled = assemble(isPart ? piece.bytes : new Uint8Array())
      if (assembled.is === 'broken') spoil()
      if (assembled.is !== 'frame') return
      const reports = toReports(changed(assembled.bytes, orders, change, edit))
      parts.forEach((part, at) => {
        part.bytes = reports[at] ?? torn(part.bytes, edit)
      })
      parts = []
    },
    end: spoil,
  }
}

/** A report of a frame that cannot be had whole: its place in the frame, and the frame's head. */
function torn(report: Uint8Array, edit: Edit): Uint8Array {
  const head = ID_BYTES + (frameBytes(report.subarray(ID_BYTES)) === undefined ? 0 : HEAD_BYTES)
  return Uint8Array.of(...report.subarray(0, head), ...edit.data(report.subarray(head)))
}

function changed(
  bytes: Uint8Array,
  orders: readonly CrcOrder[],
  change: EditFrame,
  edit: Edit,
): Uint8Array {
  for (const order of orders) {
    const frame = decodeFrame(bytes, order)
    if (frame !== undefined) return encodeFrame(change(frame), order)
  }
  return stillDamaged(bytes, edit)
}

/** A frame with a wrong CRC, which stays wrong by the same bits. */
function stillDamaged(bytes: Uint8Array, edit: Edit): Uint8Array {
  const [command = 0, code = 0] = bytes.subarray(10)
  const data = bytes.subarray(HEAD_BYTES, -CRC_BYTES)
  const right = encodeFrame({ command, code, data }, 'high-first')
  const blank = encodeFrame({ command, code, data: edit.data(data) }, 'high-first')
  for (let at = bytes.length - CRC_BYTES; at < bytes.length; at++)
    blank[at] = (blank[at] ?? 0) ^ (right[at] ?? 0) ^ (bytes[at] ?? 0)
  return blank
}
