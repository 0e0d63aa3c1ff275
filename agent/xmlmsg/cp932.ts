import { codeOf } from '../kernel/errors.ts'

/**
 * CP932, which the official side calls Shift_JIS. Node decodes it and has no encoder; the encoder
 * here is the decoder's own table read backwards, so that whatever decodes encodes again (gaiji of
 * the user-defined rows too) and nothing can turn into '?'.
 */
const strict = new TextDecoder('shift_jis', { fatal: true })

/**
 * JIS X 0208 cells that other makers name with another code point. Without these, a wave dash typed
 * on a phone or a Mac would be refused, though its cell exists.
 */
const aliases: readonly (readonly [string, string])[] = [
  ['〜', '～'], // U+301C
  ['−', '－'], // U+2212
  ['‖', '∥'], // U+2016
  ['—', '―'], // U+2014
  ['¢', '￠'], // U+00A2
  ['£', '￡'], // U+00A3
  ['¬', '￢'], // U+00AC
]

const HALF_WIDTH_FIRST = 0xff61
const HALF_WIDTH_LAST = 0xff9f
const HALF_WIDTH_BYTE = 0xa1

/** Code point to two bytes. Made when first needed: most starts never encode CP932. */
let doubles: ReadonlyMap<number, number> | undefined

function* pairs(): Generator<[lead: number, trail: number]> {
  for (let lead = 0x81; lead <= 0xfc; lead += 1) {
    // 0xED and 0xEE repeat the IBM rows 0xFA-0xFC, which are the ones that Windows writes.
    // [source: WHATWG Encoding, index Shift_JIS pointer]
    if ((lead >= 0xa0 && lead <= 0xdf) || lead === 0xed || lead === 0xee) continue
    for (let trail = 0x40; trail <= 0xfc; trail += 1) if (trail !== 0x7f) yield [lead, trail]
  }
}

function readDoubles(): ReadonlyMap<number, number> {
  const cells = [...pairs()]
  const lenient = new TextDecoder('shift_jis')
  // A line feed is no trail byte, so each line is what one cell decodes to.
  const bytes = Uint8Array.from(cells.flatMap(([lead, trail]) => [lead, trail, 0x0a]))
  const table = new Map<number, number>()
  for (const [index, character] of lenient.decode(bytes).split('\n').entries()) {
    const cell = cells[index]
    const code = character.codePointAt(0)
    if (cell === undefined || code === undefined) continue
    if (character.length > 1 || character === '\ufffd' || table.has(code)) continue
    table.set(code, (cell[0] << 8) | cell[1])
  }
  for (const [alias, character] of aliases) {
    const cell = table.get(character.charCodeAt(0))
    if (cell !== undefined) table.set(alias.charCodeAt(0), cell)
  }
  return table
}

/** The text, or undefined where a byte sequence is no CP932. */
export function decodeCp932(bytes: Uint8Array): string | undefined {
  // ICU permutes these three controls (0x1C becomes U+007F, which XML allows); no message has them.
  if (bytes.includes(0x1a) || bytes.includes(0x1c) || bytes.includes(0x7f)) return undefined
  try {
    return strict.decode(bytes)
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return undefined
    throw error
  }
}

/** The bytes, or the index (UTF-16) of the first character that has no CP932 form. */
export function encodeCp932(text: string): Uint8Array | number {
  doubles ??= readDoubles()
  const bytes = new Uint8Array(text.length * 2)
  let length = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (isPlain(code)) {
      bytes[length] = code
      length += 1
    } else if (code >= HALF_WIDTH_FIRST && code <= HALF_WIDTH_LAST) {
      bytes[length] = code - HALF_WIDTH_FIRST + HALF_WIDTH_BYTE
      length += 1
    } else {
      const cell = doubles.get(code)
      if (cell === undefined) return index
      bytes[length] = cell >> 8
      bytes[length + 1] = cell & 0xff
      length += 2
    }
  }
  return bytes.subarray(0, length)
}

/** Printable ASCII, tab, line feed, carriage return: the same byte in both charsets. */
function isPlain(code: number): boolean {
  return (code >= 0x20 && code <= 0x7e) || code === 0x0a || code === 0x09 || code === 0x0d
}
