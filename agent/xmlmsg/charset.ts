import { isUtf8 } from 'node:buffer'
import { AgentError } from '../kernel/errors.ts'
import { decodeCp932, encodeCp932 } from './cp932.ts'

/** As the XML declaration names it. `Shift_JIS` is CP932 on both sides of the wire. */
export type Charset = 'UTF-8' | 'Shift_JIS'

/** `CharacterCodeIdentifier`, OQSCD005. */
export const characterCodes: Readonly<Record<Charset, string>> = { 'UTF-8': '0', Shift_JIS: '1' }

/** Where the XML declaration ends at the latest; the documented ones are under 60 bytes. */
const DECLARATION_LIMIT_BYTES = 512

const CHANCE_LIMIT = 3

const labels: ReadonlyMap<string, Charset> = new Map([
  ['utf-8', 'UTF-8'],
  ['utf8', 'UTF-8'],
  ['us-ascii', 'UTF-8'],
  ['shift_jis', 'Shift_JIS'],
  ['shift-jis', 'Shift_JIS'],
  ['sjis', 'Shift_JIS'],
  ['x-sjis', 'Shift_JIS'],
  ['windows-31j', 'Shift_JIS'],
  ['cswindows31j', 'Shift_JIS'],
  ['cp932', 'Shift_JIS'],
  ['ms932', 'Shift_JIS'],
  ['ms_kanji', 'Shift_JIS'],
])

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Bytes of one message to text. The charset is the first of: byte order mark, XML declaration,
 * `CharacterCodeIdentifier`, what the bytes can be. Bytes that are not strictly in it are refused:
 * `ANSWER_NOT_XML` for what is no XML at all, else `ANSWER_MALFORMED`.
 */
export function decodeText(bytes: Uint8Array): { text: string; charset: Charset } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (/^(\xff\xfe|\xfe\xff)/.test(view.toString('latin1', 0, 2))) {
    throw malformed('the message is in UTF-16')
  }
  const marked = view.toString('latin1', 0, 3) === '\xef\xbb\xbf'
  const head = view.toString('latin1', marked ? 3 : 0, DECLARATION_LIMIT_BYTES)
  if (!/^[ \t\r\n]*<(?!!doctype\s+html|html[\s>])/i.test(head)) {
    throw new AgentError('ANSWER_NOT_XML', 'the message is no XML', {
      facts: { bytes: bytes.byteLength },
    })
  }
  const charset = marked ? 'UTF-8' : (declared(head) ?? identified(view) ?? guessed(view))
  const text = charset === 'UTF-8' ? decodeUtf8(view) : decodeShiftJis(view)
  if (text === undefined) {
    throw malformed(`the message holds bytes that are not ${charset}`, { charset })
  }
  return { text, charset }
}

/** Throws `CHARACTER_UNENCODABLE`, with the element, for a character that CP932 has not. */
export function encodeText(text: string, charset: Charset): Uint8Array {
  if (charset === 'UTF-8') return Buffer.from(text, 'utf8')
  const encoded = encodeCp932(text)
  if (typeof encoded !== 'number') return encoded
  const element = /^<([A-Za-z0-9]+)>/.exec(text.slice(text.lastIndexOf('<', encoded)))?.[1]
  throw new AgentError('CHARACTER_UNENCODABLE', 'a character has no CP932 form', {
    facts: { element: element ?? 'unknown' },
  })
}

const malformed = (message: string, facts = {}) =>
  new AgentError('ANSWER_MALFORMED', message, { facts })

function declared(head: string): Charset | undefined {
  if (!/^<\?xml[ \t\r\n]/.test(head)) return undefined
  const end = head.indexOf('?>')
  if (end < 0) throw malformed('the XML declaration does not end')
  const label = /[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']/.exec(
    head.slice(0, end),
  )?.[1]
  if (label === undefined) return undefined
  const charset = labels.get(label.toLowerCase())
  if (charset === undefined) throw malformed('the message declares a charset that is not supported')
  return charset
}

/** OQSCD005. Safe to look for in bytes: no byte of a CP932 or UTF-8 character is a '<'. */
function identified(view: Buffer): Charset | undefined {
  const tag = '<CharacterCodeIdentifier>'
  const at = view.indexOf(tag, 0, 'latin1')
  if (at < 0) return undefined
  const code = /^\s*([01])\s*</.exec(
    view.toString('latin1', at + tag.length, at + tag.length + 16),
  )?.[1]
  return code === undefined ? undefined : code === '0' ? 'UTF-8' : 'Shift_JIS'
}

const guessed = (view: Buffer): Charset => (isUtf8(view) ? 'UTF-8' : 'Shift_JIS')

function decodeUtf8(view: Buffer): string | undefined {
  return isUtf8(view) ? utf8.decode(view) : undefined
}

/**
 * UTF-8 often passes as CP932 and then reads as other, wrong characters. Text whose every character
 * is UTF-8 was not written as CP932, whatever it declares, once there are enough of them to rule
 * out chance: one or two rare kanji do look like UTF-8.
 */
function decodeShiftJis(view: Buffer): string | undefined {
  return isUtf8(view) && longCharacters(view) >= CHANCE_LIMIT ? undefined : decodeCp932(view)
}

/** Characters of three bytes and more in UTF-8; all of Japanese is. */
function longCharacters(view: Buffer): number {
  let count = 0
  for (const byte of view) if (byte >= 0xe0) count += 1
  return count
}
