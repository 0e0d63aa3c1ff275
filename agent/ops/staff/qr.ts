import qrcode from 'qrcode-generator'

/**
 * The QR code of a text, byte mode, error correction L: rows of 0 and 1 (dark) with line ends, without
 * the quiet zone. Throws a RangeError beyond 2953 bytes of UTF-8. [ISO/IEC 18004]
 */
export function pictureOf(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length > MOST_BYTES) throw new RangeError(`${bytes.length} bytes do not fit a QR code`)
  const code = qrcode(SMALLEST, 'L')
  // The library takes a character for a byte.
  code.addData(bytes.toString('latin1'), 'Byte')
  code.make()
  const places = Array.from({ length: code.getModuleCount() }, (_, at) => at)
  return places
    .map((row) => places.map((column) => (code.isDark(row, column) ? '1' : '0')).join(''))
    .join('\n')
}

/** Of version 40. [ISO/IEC 18004, table 7] */
const MOST_BYTES = 2953
/** That the text fits. */
const SMALLEST = 0
