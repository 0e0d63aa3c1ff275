import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type CharacterSet,
  characterSetOf,
  charactersOf,
} from '../../../agent/kernel/jis-characters.ts'
import { JIS_X_0213_SEQUENCES } from '../../../agent/kernel/jis-data.ts'

const every = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
const isOneByte = (character: string) => /^[ -~｡-ﾟ]$/.test(character)

/** Characters that one of these sets has as two bytes, without the other makers' names for a cell. */
const counted = (set: CharacterSet) =>
  every.filter((character) => !isOneByte(character) && characterSetOf(character) === set)

/** Other makers' names for cells of JIS X 0208; JIS X 0213 has the first three as cells of their own. */
const aliases = [...'～－∥—￠￡￢']

test('JIS X 0208 has 6,879 characters, JIS X 0213 has 11,233', () => {
  assert.equal(counted('jis-x-0208').length, 6_879 + aliases.length)
  const large = counted('jis-x-0213').length + JIS_X_0213_SEQUENCES.length
  assert.equal(large, 11_233 - 6_879 - 3)
  assert.ok(JIS_X_0213_SEQUENCES.every((one) => characterSetOf(one) === 'jis-x-0213'))
})

test('what Shift_JIS holds in the rows of JIS X 0208 is in JIS X 0208, and nothing else of it', () => {
  const decoder = new TextDecoder('euc-jp')
  const high = Array.from({ length: 94 }, (_, at) => 0xa1 + at)
  const read = (rows: readonly number[]) =>
    rows
      .flatMap((row) => high.map((cell) => decoder.decode(Uint8Array.of(0xa0 + row, cell))))
      .filter((character) => !character.includes('\ufffd'))
  const rows = Array.from({ length: 94 }, (_, at) => at + 1)
  // Row 13 is NEC's, rows 85 and above are IBM's. [WHATWG Encoding, index jis0208]
  const standard = read(rows.filter((row) => row !== 13 && row < 85))
  const extensions = read(rows.filter((row) => row === 13 || row >= 85))
  assert.equal(standard.length, 6_879)
  assert.deepEqual(
    standard.filter((character) => characterSetOf(character) !== 'jis-x-0208'),
    [],
  )
  assert.ok(extensions.length > 400)
  assert.deepEqual(
    extensions.filter((character) => characterSetOf(character) === 'jis-x-0208'),
    // NEC and IBM repeat these signs of row 2.
    [...'≒≡∫√⊥∠∵∩∪￢'],
  )
})

test('characters of names are where the standards have them', () => {
  const where: Record<CharacterSet, string[]> = {
    'jis-x-0208': [...'徳高崎吉濱浜邉邊辺斎齋齊斉冨富嶋島澤ヴヰヱヮー々●〓〜～－−・１Ａ　 aｱﾞ'],
    'jis-x-0213': ['德', '﨑', '濵', '賴', '\ufa19', '①', '㈱', 'か゚', 'ㇷ゚', '𠮟', '俱', '寬', 'é'],
    outside: ['髙', '𠮷', '葛\u{e0100}', '辻\ufe00', '\ufa19\u{e0100}', '\u200b', '\t', '한', '😀'],
  }
  for (const [set, characters] of Object.entries(where))
    for (const character of characters) assert.equal(characterSetOf(character), set, character)
})

test('a text falls into what a reader sees as one character', () => {
  assert.deepEqual(charactersOf('か゚カ\u3099𠮷葛\u{e0100}e\u0301'), [
    'か゚',
    'カ\u3099',
    '𠮷',
    '葛\u{e0100}',
    'e\u0301',
  ])
  assert.equal(characterSetOf('カ\u3099'), 'jis-x-0208')
  assert.equal(characterSetOf('e\u0301'), 'jis-x-0213')
})

test('no text loses or gains anything by being split', () => {
  const unit = fc.constantFrom(...'aか𠮷葛ʌ˥˩\u3099\u309a\u0300\u{e0100}\n', '\ud842', '\udfb7')
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      assert.equal(charactersOf(text).join(''), text)
    }),
  )
})
