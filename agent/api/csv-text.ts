import { codeOf } from '../kernel/errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })
/** Excel in Japan saves "CSV" in CP932, which Node calls shift_jis. */
const cp932 = new TextDecoder('shift_jis', { fatal: true })

/** C0 but tab, line feed and carriage return, and DEL: no text has them, and CP932 permutes some. */
const isControl = (byte: number) =>
  byte === 0x7f || (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, at) => bytes[at] === byte)

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
/** A ZIP, which an Excel workbook is, and the older workbook. */
const WORKBOOKS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
]

/** The text of a file as Excel or a program saved it, or what is wrong with the file. */
export type CsvText =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'workbook' | 'no-text' }

/** UTF-8 with or without a byte order mark, else CP932. The mark is dropped. */
export function csvText(bytes: Uint8Array): CsvText {
  if (WORKBOOKS.some((start) => startsWith(bytes, start))) return { is: 'workbook' }
  if (bytes.some(isControl)) return { is: 'no-text' }
  const unicode = decode(utf8, bytes)
  if (unicode !== undefined && (startsWith(bytes, BYTE_ORDER_MARK) || !isHalfWidthKana(unicode)))
    return { is: 'text', text: unicode }
  const text = decode(cp932, bytes) ?? unicode
  return text === undefined ? { is: 'no-text' } : { is: 'text', text }
}

/**
 * Two half-width kana in CP932 (ﾐｷ) can be one Latin or Cyrillic letter in UTF-8. A file of this
 * country that has such letters and no Japanese character is taken to be in CP932.
 */
const isHalfWidthKana = (unicode: string) =>
  /[\u0080-\u07ff]/.test(unicode) && !/[\u0800-\uffff]/.test(unicode)

function decode(decoder: typeof utf8, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    if (codeOf(error) === 'ERR_ENCODING_INVALID_ENCODED_DATA') return undefined
    throw error
  }
}
