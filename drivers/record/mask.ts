import { nameOther } from '../atr.ts'
import type { Dialogue, Edit } from './edit.ts'
import { edited } from './edited.ts'
import type { Entry, Head, Recording } from './recording.ts'

/**
 * Takes out of a recording whatever a card or its holder could be known by, and leaves every length,
 * status word and checksum as a driver needs them: certificates, signatures and card numbers become
 * zeros, numbers of cards and slots become others.
 */
export function masked(recording: Recording): Recording {
  const { head, entries } = edited(recording, maskingEdit())
  return { head: maskedHead(head, entries), entries: entries.map(maskedEntry) }
}

const INS_SELECT = 0xa4
const INS_READ_BINARY = 0xb0
const HEADER_BYTES = 4
const STATUS_BYTES = 2

function maskingEdit(): Edit {
  const ids = new Map<string, number>()
  return {
    dialogue: maskedDialogue,
    atr: maskedAtr,
    id: (id) => {
      const hex = Buffer.from(id).toString('hex')
      const number = ids.get(hex) ?? ids.size + 1
      ids.set(hex, number)
      return standIn(id, number)
    },
    data: (bytes) => new Uint8Array(bytes.length),
    noise: (bytes) => keep(bytes, NOISE_KEPT_BYTES),
  }
}

const NOISE_KEPT_BYTES = 2

/** First byte of a UID that is drawn anew at each activation. [ISO/IEC 14443-3, 6.5.4] */
const RANDOM_UID = 0x08

/** Another number of that length, the same for the same card within a recording. */
function standIn(id: Uint8Array, number: number): Uint8Array {
  const bytes = new Uint8Array(id.length)
  if (id[0] === RANDOM_UID) bytes[0] = RANDOM_UID
  if (bytes.length > 1) bytes[bytes.length - 1] = number & 0xff
  if (bytes.length > 2) bytes[bytes.length - 2] = number >> 8
  return bytes
}

function maskedDialogue(): Dialogue {
  let head: readonly number[] = []
  return {
    command: (apdu) => {
      head = [...apdu.subarray(0, HEADER_BYTES)]
      return maskedCommand(apdu)
    },
    answer: (apdu) => {
      const end = Math.max(0, apdu.length - STATUS_BYTES)
      const data = keep(apdu.subarray(0, end), derHeadBytes(head, apdu.subarray(0, end)))
      return Uint8Array.of(...data, ...apdu.subarray(end))
    },
  }
}

/** Only what is selected stays; a body of any other command may be a PIN or a challenge. */
function maskedCommand(apdu: Uint8Array): Uint8Array {
  const [, ins, , , length = 0] = apdu
  if (ins === INS_SELECT || apdu.length <= HEADER_BYTES + 1) return apdu
  const bodyEnd = HEADER_BYTES + 1 + length
  const isShort = length > 0 && (apdu.length === bodyEnd || apdu.length === bodyEnd + 1)
  const kept = keep(apdu, HEADER_BYTES + 1)
  if (isShort) kept.set(apdu.subarray(bodyEnd), bodyEnd)
  return kept
}

/** Tag and length of a DER object that begins where a file begins: what a reader goes by. */
function derHeadBytes([, ins, high, low]: readonly number[], data: Uint8Array): number {
  if (ins !== INS_READ_BINARY || high !== 0 || low !== 0 || data[0] !== 0x30) return 0
  const [, form = 0] = data
  return form < 0x80 ? 2 : Math.min(2 + (form & 0x7f), 4)
}

/** A Type B card as PC/SC shows it: its kind and its protocol, no number. [PC/SC part 3] */
const TYPE_B = [0x3b, 0x88, 0x80, 0x01]

/** An ATR of an unknown kind may hold a number in its historical bytes. */
function maskedAtr(atr: Uint8Array): Uint8Array {
  const isKind = nameOther(atr) !== undefined || TYPE_B.every((byte, at) => atr[at] === byte)
  if (isKind) return atr
  const count = (atr[1] ?? 0) & 0x0f
  const isContactless = atr.length === HEADER_BYTES + count + 1 && atr[2] === 0x80
  const kept = keep(atr, 2)
  if (!isContactless) return kept
  kept.set(atr.subarray(2, HEADER_BYTES), 2)
  kept[atr.length - 1] = kept.subarray(1, -1).reduce((sum, byte) => sum ^ byte, 0)
  return kept
}

/** The first bytes, then zeros. */
function keep(bytes: Uint8Array, count: number): Uint8Array {
  const kept = new Uint8Array(bytes.length)
  kept.set(bytes.subarray(0, count))
  return kept
}

/** `SONY FeliCa RC-S300/S (1234567) 00 00`: pcscd puts the serial number in brackets. */
const maskedSlot = (slot: string) => slot.replace(/\(([^)]*)\)/g, (_, text) => `(${zeros(text)})`)
const zeros = (text: string) => '0'.repeat(text.length)

function maskedEntry(entry: Entry): Entry {
  return 'slot' in entry ? { ...entry, slot: maskedSlot(entry.slot) } : entry
}

/**
 * Options that name one device by its path, number or USB id: a player has another one. A PC/SC
 * reader that was found by its USB id is found by the name that it had.
 */
function maskedHead(head: Head, entries: readonly Entry[]): Head {
  const { options } = head
  const named = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, SAID_AGAIN[key] ?? value]),
  )
  if (head.driver !== 'pcsc') return { ...head, options: named }
  const found = entries.find((entry) => entry.is === 'held')?.slot
  const byUsb = options['usb'] !== undefined && options['usb'] !== ''
  const reader = byUsb ? (found ?? '') : String(options['reader'] ?? '')
  return { ...head, options: { ...named, reader: maskedPart(reader, entries) } }
}

const SAID_AGAIN: Readonly<Record<string, string>> = {
  port: '/dev/recorded',
  device: '',
  usb: '',
  serial_number: '',
}

/** A part of a slot's name, masked like the slot: it may be a part of the serial number. */
function maskedPart(part: string, entries: readonly Entry[]): string {
  const lower = part.toLowerCase()
  for (const entry of entries) {
    if (entry.is !== 'slot') continue
    const at = entry.slot.toLowerCase().indexOf(lower)
    if (at >= 0) return maskedSlot(entry.slot).slice(at, at + part.length)
  }
  return maskedSlot(part).includes('(') ? maskedSlot(part) : part.replace(/\d{4,}/g, zeros)
}
