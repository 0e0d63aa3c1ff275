import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { formOfName, isIncomplete, partsOf } from '../../../agent/kernel/name-form.ts'
import { FORM_OF } from '../../../agent/kernel/name-variants.ts'
import { closestName, compareNames, type Name, soundsAlike } from '../../../agent/kernel/names.ts'
import { families, familyForms, givens, givenTwins, half, mumbled } from './name-lists.ts'
import { COLUMNS, csv } from './name-pairs.ts'

const file = readFileSync(new URL('../../fixtures/names/pairs.csv', import.meta.url), 'utf8')
const [header = [], ...lines] = parse(file)
const rows = lines.map((line) => {
  const [kind = '', expected = '', name = '', nameKana = '', ...returned] = line
  const [itsName = '', itsKana = '', other = '', otherKana = ''] = returned
  const names = [
    { name: itsName, nameKana: itsKana },
    { name: other, nameKana: otherKana },
  ].filter((one, at) => at === 0 || one.name !== '' || one.nameKana !== '')
  return { kind, expected, known: { name, nameKana }, names, line: line.join(' | ') }
})
const verdictOf = (known: Name, names: readonly Name[]) => closestName(known, names)?.verdict

test('the corpus is the one that its script writes, and holds at least 500 pairs', () => {
  assert.equal(file, csv)
  assert.deepEqual(header, COLUMNS)
  assert.ok(rows.length >= 500, `${rows.length} pairs`)
})

test('every pair of the corpus gets the verdict that it was made for', (t) => {
  const confusion = new Map<string, number>()
  const wrong: string[] = []
  for (const { expected, known, names, line } of rows) {
    const got = verdictOf(known, names)
    const cell = `${expected} -> ${got}`
    confusion.set(cell, (confusion.get(cell) ?? 0) + 1)
    if (got !== expected) wrong.push(`${line} got ${got}`)
  }
  for (const [cell, count] of [...confusion].sort()) t.diagnostic(`${cell}: ${count}`)
  assert.deepEqual(wrong, [])
})

test('every pair gets the same verdict the other way round', () => {
  for (const { known, names, line } of rows)
    for (const name of names)
      assert.equal(compareNames(known, name), compareNames(name, known), line)
})

const family = fc.constantFrom(...families)
const given = fc.constantFrom(...givens)
const person = fc.tuple(family, given).map(([[its, reading], [own, ownReading]]) => ({
  name: `${its} ${own}`,
  nameKana: `${reading} ${ownReading}`,
}))
/** Letters that names hold, and ones that they should not. */
const noise = fc.string({
  unit: fc.constantFrom(
    ...'山邉齋斉藤々あがゞヴゥヂァーｰｶﾞﾟ゛●？ＡbÉ-‐−～・， 　\u3099\ufe00\u{e0100}\u{20bb7}',
  ),
  maxLength: 12,
})
const name = fc.record({ name: fc.oneof(noise, fc.string()), nameKana: noise })
const anyone = fc.oneof(person, name)

test('comparing is symmetric, and a name is never another than itself', () => {
  fc.assert(
    fc.property(anyone, anyone, (one, other) => {
      assert.equal(compareNames(one, other), compareNames(other, one))
      const isKnown = !isIncomplete(one.name) || !isIncomplete(one.nameKana)
      assert.ok((isKnown ? ['same'] : ['same', 'unknown']).includes(compareNames(one, one)))
    }),
    { numRuns: 2_000 },
  )
})

test('a normal form is its own normal form, and changes no verdict', () => {
  const normal = (one: Name) => ({
    name: formOfName(one.name),
    nameKana: formOfName(one.nameKana),
  })
  fc.assert(
    fc.property(anyone, anyone, (one, other) => {
      assert.deepEqual(normal(normal(one)), normal(one))
      assert.equal(compareNames(normal(one), normal(other)), compareNames(one, other))
    }),
    {
      numRuns: 2_000,
      examples: [
        [
          { name: '', nameKana: 'ゞ々‐ﾞ' },
          { name: '', nameKana: '' },
        ],
      ],
    },
  )
})

test('however a name is written down, it is the same person', () => {
  const ways: ((one: Name) => Name)[] = [
    ({ name: its, nameKana }) => ({ name: its.replace(' ', '　'), nameKana: half(nameKana) }),
    ({ name: its, nameKana }) => ({ name: its, nameKana: half(mumbled(nameKana)) }),
    ({ name: its, nameKana }) => ({ name: its.replace(' ', ''), nameKana }),
    ({ nameKana }) => ({ name: '', nameKana }),
    ({ name: its }) => ({ name: its, nameKana: '' }),
    ({ name: its, nameKana }) => ({ name: `●${its.slice(1)}`, nameKana }),
  ]
  fc.assert(
    fc.property(person, fc.constantFrom(...ways), (one, way) => {
      assert.equal(compareNames(one, way(one)), 'same')
    }),
  )
})

test('two people are never the same: planted look-alikes, in any spelling of the family name', () => {
  const twins = fc.constantFrom(...givenTwins)
  const forms = fc.constantFrom(...familyForms)
  fc.assert(
    fc.property(
      forms,
      twins,
      fc.boolean(),
      fc.boolean(),
      (its, [one, other, reading], isHalf, isJoined) => {
        const [now, old, familyReading] = its
        const kana = `${familyReading} ${reading}`
        const first = { name: `${now} ${one}`, nameKana: kana }
        const second = {
          name: `${old}${isJoined ? '' : '　'}${other}`,
          nameKana: isHalf ? half(mumbled(kana)) : '',
        }
        assert.ok(!['same', 'unknown', 'family-differs'].includes(compareNames(first, second)))
        assert.equal(soundsAlike(first, second), isHalf)
      },
    ),
    { numRuns: 1_000 },
  )
})

test('two different given names of one family are never the same, with ● in any place of the kanji', () => {
  fc.assert(
    fc.property(family, given, given, fc.nat(3), ([its, reading], one, other, at) => {
      fc.pre(one[1] !== other[1])
      const written = [...`${its}　${other[0]}`]
      if (written[at] !== '　') written[at] = '●'
      const verdict = compareNames(
        { name: `${its} ${one[0]}`, nameKana: `${reading} ${one[1]}` },
        { name: written.join(''), nameKana: half(`${reading} ${other[1]}`) },
      )
      assert.equal(verdict, 'given-differs')
    }),
    { numRuns: 1_000 },
  )
})

test('each form of a character has one that it is compared in, and nobody is compared in an old one', () => {
  assert.ok(FORM_OF.size >= 150, `${FORM_OF.size} pairs`)
  for (const [form, today] of FORM_OF) {
    assert.equal([...form].length, 1)
    assert.equal(FORM_OF.has(today), false, `${today} is not the last one`)
    assert.equal(form.normalize('NFKC'), form, 'Unicode does that by itself')
    assert.equal(formOfName(form), formOfName(today))
  }
})

test('parts are split at spaces of any width and at the dot of foreign names', () => {
  assert.deepEqual(partsOf('　髙橋　 恵子 '), ['高橋', '恵子'])
  assert.deepEqual(partsOf('ｽﾐｽ･ｼﾞｮﾝ'), ['スミス', 'ジヨン'])
  assert.deepEqual(partsOf('　'), [])
})

test('of two names that differ from a known one the closer one counts, of equal ones the first', () => {
  const known = { name: '田中 マリア', nameKana: '' }
  const official = { name: 'SANTOS MARIA', nameKana: '' }
  const common = { name: '鈴木 マリア', nameKana: '' }
  assert.deepEqual(closestName(known, [official, common]), {
    name: common,
    verdict: 'family-differs',
  })
  const stranger = { name: '佐藤 健', nameKana: '' }
  assert.deepEqual(closestName(known, [official, stranger]), { name: stranger, verdict: 'differs' })
  assert.equal(closestName(known, [stranger, { ...stranger }])?.name, stranger)
  assert.equal(closestName(known, []), undefined)
})
