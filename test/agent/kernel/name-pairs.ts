/**
 * Writes `test/fixtures/names/pairs.csv` anew: `node test/agent/kernel/name-pairs.ts`. Pairs of names of
 * invented people, as a clinic knows them and as an answer has them, with the verdict that how the
 * pair was made calls for. Nothing of the code under test is used: what is done to a name here is
 * done by plain lists.
 */
import { writeFileSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import {
  families,
  familyForms,
  familyTwins,
  foreigners,
  givenForms,
  givens,
  givenTwins,
  half,
  handMade,
  mumbled,
  type Pair,
  readings,
} from './name-lists.ts'

const FILE = new URL('../../fixtures/names/pairs.csv', import.meta.url)
export const COLUMNS = [
  'kind',
  'expected',
  'name',
  'nameKana',
  'returnedName',
  'returnedKana',
  'returnedOther',
  'returnedOtherKana',
] as const

/** Official writing: a full-width space, half-width kana. */
const official = (family: string, given: string) => `${family}　${given}`
const kana = (family: string, given: string) => half(`${family} ${given}`)
const at = <T>(list: readonly T[], index: number): T => {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('an empty list')
  return item
}

/** Each family name with some given names, in each way that it is one person or not. */
const made: Pair[] = families.flatMap(([family, reading], n) => {
  const [given, givenReading] = at(givens, n * 3)
  const [sibling, siblingReading] = at(givens, n * 3 + 1)
  const [stranger, strangerReading] = at(givens, n * 3 + 2)
  const [other, otherReading] = at(families, n + 7)
  const known = [`${family} ${given}`, `${reading} ${givenReading}`] as const
  const written = official(family, given)
  const read = kana(reading, givenReading)
  const large = kana(mumbled(reading), mumbled(givenReading))
  const blotted = `●${family.slice(1)}　${given}`
  return [
    ['width', 'same', ...known, written, read],
    ['large kana', 'same', ...known, written, large],
    ['large kana, kana only', 'same', '', known[1], written, large],
    ['no space', 'same', family + given, reading + givenReading, written, read],
    ['kana only', 'same', '', known[1], '', read],
    ['●', 'same', ...known, blotted, read],
    ['● without kana', 'unknown', ...known, blotted, ''],
    ['all ●', 'same', ...known, '●●●　●', read],
    [
      'marriage',
      'family-differs',
      ...known,
      official(other, given),
      kana(otherReading, givenReading),
    ],
    ['marriage, kana only', 'family-differs', '', known[1], '', kana(otherReading, givenReading)],
    [
      'sibling',
      'given-differs',
      ...known,
      official(family, sibling),
      kana(reading, siblingReading),
    ],
    ['sibling, no kana', 'given-differs', ...known, official(family, sibling), ''],
    [
      'sibling, ●',
      'given-differs',
      ...known,
      `●${family.slice(1)}　${sibling}`,
      kana(reading, siblingReading),
    ],
    [
      'stranger',
      'differs',
      ...known,
      official(other, stranger),
      kana(otherReading, strangerReading),
    ],
  ]
})

const formed: Pair[] = [
  ...familyForms.map(([now, old, reading], n): Pair => {
    const [given, givenReading] = at(givens, n)
    return [
      'old form of a family name',
      'same',
      `${now} ${given}`,
      '',
      official(old, given),
      kana(reading, givenReading),
    ]
  }),
  ...givenForms.map(([now, old, reading], n): Pair => {
    const [family, familyReading] = at(families, n)
    return [
      'old form of a given name',
      'same',
      `${family} ${now}`,
      '',
      official(family, old),
      kana(familyReading, reading),
    ]
  }),
  ...familyForms.map(([now, old, reading], n): Pair => {
    const [given, givenReading] = at(givens, n)
    const [other, otherReading] = at(givens, n + 1)
    return [
      'sibling with an old form',
      'given-differs',
      `${now} ${given}`,
      `${reading} ${givenReading}`,
      official(old, other),
      kana(reading, otherReading),
    ]
  }),
]

const alike: Pair[] = [
  ...givenTwins.flatMap(([one, other, reading], n): Pair[] => {
    const [family, familyReading] = at(families, n)
    const known = [`${family} ${one}`, `${familyReading} ${reading}`] as const
    const read = kana(familyReading, reading)
    return [
      ['look-alike', 'kanji-differs', ...known, official(family, other), read],
      ['look-alike without space', 'kanji-differs', family + one, known[1], family + other, read],
      ['look-alike without kana', 'given-differs', ...known, official(family, other), ''],
    ]
  }),
  ...familyTwins.map(([one, other, reading], n): Pair => {
    const [given, givenReading] = at(givens, n)
    return [
      'family names that sound the same',
      'family-differs',
      `${one} ${given}`,
      `${reading} ${givenReading}`,
      official(other, given),
      kana(reading, givenReading),
    ]
  }),
  ...readings.map(([written, one, other], n): Pair => {
    const [family, reading] = at(families, n)
    return [
      'another reading',
      'same',
      `${family} ${written}`,
      `${reading} ${one}`,
      official(family, written),
      kana(reading, other),
    ]
  }),
]

export const pairs: readonly Pair[] = [...made, ...formed, ...alike, ...foreigners, ...handMade]
export const csv = stringify([
  COLUMNS,
  ...pairs.map((row) => COLUMNS.map((_, at) => row[at] ?? '')),
])

if (import.meta.main) writeFileSync(FILE, csv)
