import { AgentError } from '../kernel/errors.ts'
import { type Charset, decodeText, encodeText } from './charset.ts'
import { formats, type Message, type MessageKind } from './messages.ts'
import { readXml } from './reader.ts'
import { writeXml } from './writer.ts'

/** 1 MiB: two hundred times a long answer for one person. */
const LIMIT_BYTES = 1024 * 1024

/** Documented elements take forty bytes and more; this many fewer is no official message. */
const BYTES_PER_ELEMENT = 16

/**
 * Bytes of one official message to its typed value, in time and memory that `limitBytes` bounds.
 * Values are the strings that came; absent is absent, present and empty is ''. Throws
 * `ANSWER_TOO_LARGE`, `ANSWER_NOT_XML`, or `ANSWER_MALFORMED` for whatever is not whole, well-formed
 * and unambiguous. Official errors are no faults here: they are in the message.
 */
export function decodeMessage<K extends MessageKind>(
  kind: K,
  bytes: Uint8Array,
  { limitBytes = LIMIT_BYTES }: { limitBytes?: number } = {},
): { message: Message<K>; charset: Charset } {
  if (bytes.byteLength > limitBytes) {
    throw new AgentError('ANSWER_TOO_LARGE', 'the message exceeds its limit', {
      facts: { bytes: bytes.byteLength, limitBytes },
    })
  }
  const { text, charset } = decodeText(bytes)
  const format = formats[kind]
  const message = readXml(text, format.layout, Math.ceil(limitBytes / BYTES_PER_ELEMENT))
  if (!format.fits(message)) {
    throw new AgentError('ANSWER_MALFORMED', 'the message does not fit its schema', {
      facts: { kind },
    })
  }
  return { message, charset }
}

/**
 * A typed value to the bytes of one official message: declaration, documented element order,
 * two-space indent. `CharacterCodeIdentifier` is written as it stands in the value. Throws
 * `CHARACTER_UNENCODABLE` (`facts.element`) for a character that `charset` or XML cannot hold.
 */
export function encodeMessage<K extends MessageKind>(
  kind: K,
  message: Message<K>,
  charset: Charset,
): Uint8Array {
  const declaration = `<?xml version="1.0" encoding="${charset}" standalone="no"?>\n`
  return encodeText(declaration + writeXml(message, formats[kind].layout), charset)
}
