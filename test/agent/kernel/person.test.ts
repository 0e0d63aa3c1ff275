import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contradicts, resembles, type Traits } from '../../../agent/kernel/person.ts'

const known: Traits = {
  name: '山田 洋子',
  nameKana: 'ヤマダ ヨウコ',
  birthdate: '19800502',
  sex: '2',
}

/** What of the other record is different, whether it may be the same person, and whether it cannot be. */
const others: [Partial<Traits>, boolean, boolean][] = [
  [{}, true, false],
  [{ name: '山田　洋子', nameKana: 'ﾔﾏﾀﾞ ﾖｳｺ' }, true, false],
  [{ name: '山●　洋子' }, true, false],
  [{ sex: '3' }, true, false],
  [{ name: '鈴木 洋子', nameKana: 'スズキ ヨウコ' }, true, false],
  [{ name: '山田 陽子' }, true, true],
  [{ name: '', nameKana: '' }, false, false],
  [{ birthdate: '' }, false, false],
  [{ name: '山田 花子', nameKana: 'ヤマダ ハナコ' }, false, true],
  [{ birthdate: '19800503' }, false, true],
  [{ sex: '1' }, false, true],
]

test('a record may be of the same person, cannot be, or sounds the same and is for a person to tell', () => {
  for (const [difference, mayBe, cannotBe] of others) {
    const other = { ...known, ...difference }
    const what = JSON.stringify(difference)
    assert.deepEqual([resembles(known, other), contradicts(known, other)], [mayBe, cannotBe], what)
    assert.deepEqual([resembles(other, known), contradicts(other, known)], [mayBe, cannotBe], what)
  }
})
