import { crc32 } from 'node:zlib'
import { Inflate } from 'fflate'
import { AgentError } from '../kernel/errors.ts'

/*
 * Answers in a ZIP: the XML of one message. Read strictly, from the central directory; sizes are
 * bounded before and while anything is unpacked. [source: PKWARE APPNOTE 6.3.10, section 4.3]
 */
const LOCAL = 0x04034b50
const LOCAL_BYTES = 30
const CENTRAL = 0x02014b50
const CENTRAL_BYTES = 46
const END = 0x06054b50
const END_BYTES = 22
const COMMENT_LIMIT_BYTES = 0xffff

/** Traditional and strong encryption, and a masked directory. */
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000
const STORED = 0
const DEFLATED = 8

/** Deflate expands up to 1032 times: one step goes at most 4 MiB beyond the limit. */
const STEP_BYTES = 4_096

interface Entry {
  readonly isEncrypted: boolean
  readonly method: number
  readonly crc: number
  readonly packedBytes: number
  readonly bytes: number
  readonly localAt: number
}

/**
 * The one `.xml` in a ZIP, whatever else is in it. `incomplete`: as far as it goes it can be the
 * beginning of a ZIP, so it may still be being written. Throws `ANSWER_TOO_LARGE` for an XML of
 * more than `limitBytes`, by what the ZIP says of it or by what it really holds, and
 * `ANSWER_MALFORMED` for what will not become right: no XML or several, encrypted, damaged, no ZIP.
 */
export function unzipMessage(bytes: Uint8Array, limitBytes: number): Uint8Array | 'incomplete' {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  if (end === undefined) {
    if (canBegin(view)) return 'incomplete'
    throw malformed('it is no ZIP')
  }
  const [entry, ...others] = messagesIn(view, end)
  if (entry === undefined) throw malformed('it holds no XML')
  if (others.length > 0) throw malformed('it holds several XML files')
  if (entry.isEncrypted) throw malformed('it is encrypted')
  if (entry.bytes > limitBytes) throw tooLarge(entry.bytes, limitBytes)
  const message = unpack(entry, packedOf(view, entry, end), limitBytes)
  if (message.byteLength !== entry.bytes || crc32(message) !== entry.crc)
    throw malformed('its content is not what it says')
  return message
}

const malformed = (why: string) => new AgentError('ANSWER_MALFORMED', `the ZIP is refused: ${why}`)
const tooLarge = (bytes: number, limitBytes: number) =>
  new AgentError('ANSWER_TOO_LARGE', 'the XML in the ZIP exceeds its limit', {
    facts: { bytes, limitBytes },
  })

/** Nothing yet, zeros where the system made room for the file, or the first entry. */
function canBegin(view: Buffer): boolean {
  const head = view.subarray(0, 4)
  const first = Buffer.from([0x50, 0x4b, 0x03, 0x04])
  return head.every((byte) => byte === 0) || first.subarray(0, head.length).equals(head)
}

interface End {
  readonly entries: number
  readonly directoryAt: number
}

/** The record that ends the file with its comment, where it follows the directory that it names. */
function endOf(view: Buffer): End | undefined {
  const last = view.length - END_BYTES
  for (let at = last; at >= Math.max(0, last - COMMENT_LIMIT_BYTES); at -= 1) {
    if (view.readUInt32LE(at) !== END || view.readUInt16LE(at + 20) !== last - at) continue
    const directoryAt = view.readUInt32LE(at + 16)
    if (directoryAt + view.readUInt32LE(at + 12) === at)
      return { entries: view.readUInt16LE(at + 10), directoryAt }
  }
  return undefined
}

function messagesIn(view: Buffer, { entries, directoryAt }: End): Entry[] {
  const found: Entry[] = []
  let at = directoryAt
  for (let left = entries; left > 0; left -= 1) {
    if (at + CENTRAL_BYTES > view.length || view.readUInt32LE(at) !== CENTRAL)
      throw malformed('its directory is damaged')
    const nameAt = at + CENTRAL_BYTES
    const nameEnd = nameAt + view.readUInt16LE(at + 28)
    if (/\.xml$/i.test(view.toString('latin1', nameAt, nameEnd))) found.push(entryAt(view, at))
    at = nameEnd + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32)
  }
  return found
}

const entryAt = (view: Buffer, at: number): Entry => ({
  isEncrypted: (view.readUInt16LE(at + 8) & ENCRYPTED) !== 0,
  method: view.readUInt16LE(at + 10),
  crc: view.readUInt32LE(at + 16),
  packedBytes: view.readUInt32LE(at + 20),
  bytes: view.readUInt32LE(at + 24),
  localAt: view.readUInt32LE(at + 42),
})

function packedOf(view: Buffer, { localAt, packedBytes }: Entry, { directoryAt }: End): Uint8Array {
  if (localAt + LOCAL_BYTES > directoryAt || view.readUInt32LE(localAt) !== LOCAL)
    throw malformed('its entry is damaged')
  const from =
    localAt + LOCAL_BYTES + view.readUInt16LE(localAt + 26) + view.readUInt16LE(localAt + 28)
  if (from + packedBytes > directoryAt) throw malformed('its entry is damaged')
  return view.subarray(from, from + packedBytes)
}

function unpack({ method }: Entry, packed: Uint8Array, limitBytes: number): Uint8Array {
  if (method === STORED) return packed
  if (method !== DEFLATED) throw malformed('it is packed in a way that is not supported')
  const parts: Uint8Array[] = []
  let bytes = 0
  const inflate = new Inflate((part) => {
    bytes += part.byteLength
    parts.push(part)
  })
  for (let at = 0; at < packed.length; at += STEP_BYTES) {
    push(inflate, packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length)
    if (bytes > limitBytes) throw tooLarge(bytes, limitBytes)
  }
  return Buffer.concat(parts)
}

function push(inflate: Inflate, packed: Uint8Array, isLast: boolean): void {
  try {
    inflate.push(packed, isLast)
  } catch (error) {
    // The library's own errors carry a number; damaged tables make it throw plain ones as well.
    throw new AgentError('ANSWER_MALFORMED', 'the ZIP is refused: its content does not unpack', {
      cause: error,
    })
  }
}
