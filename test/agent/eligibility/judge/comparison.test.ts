import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { byNumber, hanako, renamedIn, told } from './identity-bed.ts'

test('a marriage is linked, told, and taken over; nothing is held', () => {
  const match = byNumber({ name: '鈴木　花子', nameKana: 'ｽｽﾞｷ ﾊﾅｺ' })
  assert.deepEqual(told(match), ['known', 'IDENTITY_DIFFERS results[0].name'])
  assert.equal(match.isHeld, false)
  assert.equal(match.identity?.count, 1, 'kanji and kana are one')
  assert.deepEqual(match.identity?.differences, {
    name: { known: '山田 花子', returned: '鈴木　花子' },
    nameKana: { known: 'ヤマダ ハナコ', returned: 'ｽｽﾞｷ ﾊﾅｺ' },
  })
  const { id: _, firstSeenAt: __, identity: ___, ...traits } = hanako
  assert.deepEqual(renamedIn(match), { ...traits, name: '鈴木　花子', nameKana: 'ｽｽﾞｷ ﾊﾅｺ' })
})

test('another reading of the same kanji is shown, and neither counted nor told', () => {
  const match = byNumber({ nameKana: 'ﾔﾏﾀﾞ ｶｺ' })
  assert.deepEqual(told(match), ['known'])
  assert.equal(match.identity?.count, 0)
  assert.deepEqual(match.identity?.differences, {
    nameKana: { known: 'ヤマダ ハナコ', returned: 'ﾔﾏﾀﾞ ｶｺ' },
  })
  assert.equal(renamedIn(match), null)
})

test('a good name is never replaced by one with ●, and takes the place of one with ●', () => {
  const worse: Partial<OfficialResult>[] = [
    { name: '●田　花子' },
    { nameKana: 'ﾔﾏﾀﾞ ﾊ●ｺ' },
    { name: '●●　花子', nameKana: 'ｽｽﾞｷ ﾊﾅｺ' },
    { name: '渡〓　花子', nameKana: '' },
    { sex1: '3' },
    { sex1: '' },
    { nameKana: '' },
  ]
  for (const result of worse)
    assert.equal(renamedIn(byNumber(result)), null, 'nor by a kana without its kanji')
  const poor = { ...hanako, name: '●田 花子', nameKana: '', sex: '3', birthdate: '' }
  const { id: _, firstSeenAt: __, identity: ___, ...traits } = hanako
  const official = { ...traits, name: '山田　花子', nameKana: 'ﾔﾏﾀﾞ ﾊﾅｺ' }
  assert.deepEqual(renamedIn(byNumber({}, poor)), official)
  assert.deepEqual(renamedIn(byNumber({}, { ...poor, name: '' })), official)
  const both = renamedIn(byNumber({ name: '山●　花子' }, poor))
  assert.equal(both?.name, '●田 花子', 'two halves are not put together')
})

test('the clinic’s own spelling stays: old forms and kana in another width are no news', () => {
  const patient = { ...hanako, name: '髙﨑 惠子', nameKana: 'タカサキ ケイコ' }
  const match = byNumber({ name: '高崎　恵子', nameKana: 'ﾀｶｻｷ ｹｲｺ' }, patient)
  assert.deepEqual([told(match), renamedIn(match)], [['known'], null])
})

test('after a marriage the name that the clinic uses is taken over: the 通称', () => {
  const match = byNumber({
    name: 'SANTOS MARIA',
    nameKana: 'ｻﾝﾄｽ ﾏﾘｱ',
    nameOfOther: '鈴木　花子',
    nameOfOtherKana: 'ｽｽﾞｷ ﾊﾅｺ',
  })
  assert.equal(renamedIn(match)?.name, '鈴木　花子')
})

test('a difference of the name is always shown, also where only one side has a kana field', () => {
  const patient = { ...hanako, name: 'スミス ジョン', nameKana: '' }
  const match = byNumber({ name: 'SMITH PAUL', nameKana: 'ｽﾐｽ ﾎﾟｰﾙ' }, patient)
  assert.deepEqual(match.identity?.differences, {
    name: { known: 'スミス ジョン', returned: 'SMITH PAUL' },
  })
})
