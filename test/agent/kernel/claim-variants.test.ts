import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claimSafe, claimVariants } from '../../../agent/kernel/claim-variants.ts'
import { characterSetOf, charactersOf } from '../../../agent/kernel/jis-characters.ts'
import { formOfName } from '../../../agent/kernel/name-form.ts'
import { compareNames } from '../../../agent/kernel/names.ts'

test('the table has one form for each character, and only forms that a claim carries', () => {
  assert.ok(claimVariants.size >= 160, `${claimVariants.size}`)
  for (const [from, to] of claimVariants) {
    assert.equal([...from].length, 1, from)
    assert.notEqual(characterSetOf(from), 'jis-x-0208', from)
    assert.equal(characterSetOf(to), 'jis-x-0208', to)
    // A form that has a better one would be replaced twice in two runs.
    assert.equal(claimVariants.has(to), false, to)
  }
})

test('names get the form of their characters that a claim carries, and what was changed is told', () => {
  const forms = { 德川: '徳川', 髙﨑: '高崎', 𠮷野: '吉野', 濵: '浜', 桒原: '桑原', 栁瀨: '柳瀬' }
  for (const [name, form] of Object.entries(forms)) assert.equal(claimSafe(name).text, form)
  assert.deepEqual(claimSafe('髙髙　德'), {
    text: '高高　徳',
    replaced: [
      { from: '髙', to: '高' },
      { from: '德', to: '徳' },
    ],
    left: [],
  })
})

test('a name as a claim carries it is the same name, and no look-alike', () => {
  for (const [from, to] of claimVariants) assert.equal(formOfName(from), formOfName(to), from)
  const kana = { nameKana: 'ﾊｼﾓﾄ ﾉﾎﾞﾙ' }
  const claimed = { name: claimSafe('𣘺本　曻').text, ...kana }
  assert.equal(compareNames({ name: '𣘺本　曻', ...kana }, claimed), 'same')
})

test('one character in another code is that character: compatibility ideographs, marks, selectors', () => {
  assert.equal(claimSafe('\ufa19田').text, '神田')
  assert.equal(claimSafe('カ\u3099').text, 'ガ')
  assert.equal(claimSafe('葛\u{e0100}城、辻\u{e0101}').text, '葛城、辻')
  assert.equal(claimSafe('﨑\u{e0100}').text, '崎')
})

test('what has no form stays as it is, for a person', () => {
  const { text, replaced, left } = claimSafe('①彅か゚①😀髙\u200b')
  assert.equal(text, '①彅か゚①😀高\u200b')
  assert.deepEqual(replaced, [{ from: '髙', to: '高' }])
  assert.deepEqual(left, ['①', '彅', 'か゚', '😀', '\u200b'])
})

test('what a claim carries is never changed', () => {
  const carried = Array.from({ length: 0x10000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => characterSetOf(character) === 'jis-x-0208')
  assert.ok(carried.length > 6_879)
  assert.deepEqual(
    carried.filter((character) => claimSafe(character).text !== character),
    [],
  )
})

test('whatever the text, the result is carried by a claim but for what is left, and stays so', () => {
  const unit = fc.constantFrom(...claimVariants.keys(), ...'あ●\u3099\u309a\u{e0100}é')
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const safe = claimSafe(text)
      const uncarried = charactersOf(safe.text).filter(
        (one) => characterSetOf(one) !== 'jis-x-0208',
      )
      assert.deepEqual(new Set(uncarried), new Set(safe.left))
      assert.equal(claimSafe(safe.text).text, safe.text)
    }),
  )
})
