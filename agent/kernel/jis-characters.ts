import { inflateRawSync } from 'node:zlib'
import { JIS_X_0208, JIS_X_0213, JIS_X_0213_SEQUENCES } from './jis-data.ts'

/**
 * The smallest set that has a character: `jis-x-0208` (第1・第2水準) is what a claim carries,
 * `jis-x-0213` what prescriptions and names may hold beyond it (第3・第4水準).
 */
export type CharacterSet = 'jis-x-0208' | 'jis-x-0213' | 'outside'

/**
 * Cells of JIS X 0208 that other makers name with another code point; official messages, which are
 * CP932, hold these. [Unicode, CP932.TXT against JIS0208.TXT]
 */
const ALIASES: ReadonlySet<string> = new Set('～－∥—￠￡￢')
const SEQUENCES: ReadonlySet<string> = new Set(JIS_X_0213_SEQUENCES)

/** Printable ASCII and half-width kana, which a claim carries in one byte. [JIS X 0201] */
const ONE_BYTE = /^[ -~\uff61-\uff9f]$/

/** A character with whatever combines with it: voiced marks, accents, variation selectors. */
const CHARACTER = new RegExp(`${JIS_X_0213_SEQUENCES.join('|')}|\\P{M}\\p{M}*|\\p{M}`, 'gsu')

const LAST_PLANES = 0x30000
const IN_0208 = 1
const IN_0213 = 2
const sets = ['outside', 'jis-x-0208', 'jis-x-0213'] as const

/** By code point. Made when first needed. */
let table: Uint8Array | undefined

function readTable(): Uint8Array {
  const made = new Uint8Array(LAST_PLANES)
  for (const [from, to] of runsIn(JIS_X_0208)) made.fill(IN_0208, from, to)
  for (const [from, to] of runsIn(JIS_X_0213)) made.fill(IN_0213, from, to)
  return made
}

/** From and before which code point. */
function* runsIn(packed: string): Generator<[from: number, to: number]> {
  const numbers = numbersIn(inflateRawSync(Buffer.from(packed, 'base64')))
  let end = 0
  for (let at = 0; at < numbers.length; at += 2) {
    const from = end + (numbers[at] ?? 0)
    end = from + (numbers[at + 1] ?? 0)
    yield [from, end]
  }
}

function numbersIn(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  let number = 0
  let bits = 0
  for (const byte of bytes) {
    number |= (byte & 0x7f) << bits
    bits = byte < 0x80 ? 0 : bits + 7
    if (bits > 0) continue
    numbers.push(number)
    number = 0
  }
  return numbers
}

/** A text by what a reader sees as one character: a letter with its marks, a kanji with its selector. */
export const charactersOf = (text: string): string[] => text.match(CHARACTER) ?? []

/**
 * Which set has a character, as `charactersOf` gives it. A mark that Unicode can compose (か and U+3099)
 * counts as composed. A kanji with a variation selector is outside: no JIS set has selectors.
 */
export function characterSetOf(character: string): CharacterSet {
  const isOne = [...character].length === 1
  // Never a lone kanji: NFC would take a compatibility ideograph (神 U+FA19) for the common one.
  const composed = isOne ? character : character.normalize('NFC')
  if (ONE_BYTE.test(composed) || ALIASES.has(composed)) return 'jis-x-0208'
  if (SEQUENCES.has(composed)) return 'jis-x-0213'
  const [first = '', ...more] = composed
  if (more.length > 0) return 'outside'
  table ??= readTable()
  return sets[table[first.codePointAt(0) ?? 0] ?? 0] ?? 'outside'
}
