import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isHardToFind, isSpelledOtherwise, kanaSearchKey } from '../../../agent/kernel/kana.ts'
import { asRegistered, doubtfulNames, largeNames, smallNames, wordsOf } from './kana-names.ts'

/** Of a hundred names that are spelled right, so many may be said to be hard to find. */
const FALSE_ALARMS_PERCENT = 2

test('all spellings of a name have one key', () => {
  const same = [
    [
      'ショウイチ',
      'シヨウイチ',
      'ｼｮｳｲﾁ',
      'ｼﾖｳｲﾁ',
      'しょういち',
      'しよういち',
      'ショウ　イチ',
      'ｼﾖｳ ｲﾁ',
    ],
    ['ジョージ', 'ジヨージ', 'ｼﾞﾖ-ｼﾞ', 'ジヨ‐ジ', 'じょーじ', 'シ゛ョーシ゛', 'ジョジ'],
    ['ハットリ', 'ハツトリ', 'ﾊﾂﾄﾘ', 'はっとり'],
    ['ヤマザキ', 'ヤマサキ', 'ﾔﾏｻﾞｷ', 'やまさ\u3099き'],
    ['ミヅキ', 'ミズキ', 'みずき', 'みづき'],
    ['ヴァイオレット', 'バイオレット', 'ｳﾞｧｲｵﾚｯﾄ'],
    ['ヱミ', 'エミ'],
    ['ヰチロウ', 'イチロウ'],
    ['ヲサム', 'オサム'],
    ['オノヱ', 'おのえ'],
  ]
  for (const spellings of same)
    assert.equal(new Set(spellings.map(kanaSearchKey)).size, 1, spellings.join(' '))
})

test('other names have other keys', () => {
  const names = [
    'オノ',
    'オオノ',
    'サトウ',
    'サイトウ',
    'ミヨ',
    'ミヤ',
    'ユウコ',
    'ユウキ',
    'ハツタ',
    'ハタ',
  ]
  assert.equal(new Set(names.map(kanaSearchKey)).size, names.length)
})

test('a key is its own key', () => {
  const kana = fc.string({ unit: fc.constantFrom(...'アイウガザパハョュヮヴヅ ーぁがｶﾞﾟ゛゜-') })
  fc.assert(
    fc.property(kana, (text) => {
      assert.equal(kanaSearchKey(kanaSearchKey(text)), kanaSearchKey(text))
    }),
  )
})

test('another spelling of one name is told from the same spelling in another width, and from another name', () => {
  assert.equal(isSpelledOtherwise('ｶｸｳ ｼﾖｳｲﾁ', 'カクウ　ショウイチ'), true)
  assert.equal(isSpelledOtherwise('ｶｸｳ ｼﾞﾖ-ｼﾞ', 'カクウ　ジヨージ'), true)
  assert.equal(isSpelledOtherwise('ｶｸｳ ｼｮｳｲﾁ', 'かくうしょういち'), false)
  assert.equal(isSpelledOtherwise('ｶｸｳ ｼﾞﾛｳ', 'カクウ　シ゛ロウ'), false)
  assert.equal(isSpelledOtherwise('ｶｸｳ ｼﾖｳｲﾁ', 'カクウ　ショウジ'), false)
})

test('names that a register wrote with large kana are hard to find', () => {
  const names = wordsOf(smallNames)
  assert.ok(names.length >= 100, `${names.length}`)
  assert.deepEqual(
    names.filter((name) => !isHardToFind(asRegistered(name))),
    [],
  )
})

test('names that are spelled right raise next to no alarm', (t) => {
  const names = [largeNames, smallNames, doubtfulNames].flatMap(wordsOf)
  const alarms = names.filter((name) => isHardToFind(name))
  const percent = (100 * alarms.length) / names.length
  t.diagnostic(`${alarms.length} false alarms in ${names.length} names (${percent.toFixed(1)} %)`)
  assert.ok(wordsOf(largeNames).length >= 150)
  assert.ok(percent <= FALSE_ALARMS_PERCENT, alarms.join(' '))
})

test('a name is judged word by word, in any width', () => {
  for (const kana of ['ｶｸｳ ｼﾖｳｲﾁ', 'ﾊﾂﾄﾘ ﾊﾅｺ', 'カクウ　ジユリ', 'かくう　しゆん', 'ｶｸｳ ﾎﾂﾀ'])
    assert.equal(isHardToFind(kana), true, kana)
  for (const kana of [
    'ﾆｼ ﾔｽｺ',
    'ﾌｼﾞ ﾕｳｺ',
    'ﾐｷ ﾖｳｺ',
    'モリ　ヨウイチ',
    'アサヒ　ユウタ',
    'ｶﾂ ﾋﾟｱ',
    '',
  ])
    assert.equal(isHardToFind(kana), false, kana)
})

test('kana that search masks do not have are hard to find', () => {
  for (const kana of [
    'ｳﾞｧﾝ',
    'ヴィクトリア',
    'ヰチロウ',
    'ヱミ',
    'クヮン',
    'マリ‐',
    'ﾏﾘ-',
    'マリ−',
    'イスヾ',
  ])
    assert.equal(isHardToFind(kana), true, kana)
  assert.equal(isHardToFind('マリー'), false)
})
