import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Entry } from '../../../../agent/desk/day.ts'
import { familyOf, sexOf, shareOf } from '../../../../agent/desk/sheets/values.ts'
import { advisory } from '../../../../agent/kernel/advisories.ts'
import { codeLabel } from '../../../../agent/kernel/codes.ts'
import type { Verification } from '../../../../agent/kernel/verification.ts'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { sampleNote, sampleVerification } from '../../../bed/desk-samples.ts'
import { sessionOf } from '../../../bed/desk-stage.ts'
import { deskOf, printed } from './printed.ts'

const skip = noBrowser
after(closeBrowser)

const slip = ['slip', 'slipSheet'] as const
const entryOf = (given: Partial<Verification> = {}): Entry => {
  const verification = sampleVerification(given)
  return { id: verification.id, at: '2026-04-01T09:30:02+09:00', verification, notes: [] }
}
/** When it is printed. */
const AT = '2026-04-01T10:15:00+09:00'
const HALF_MM = 267 / 2

test('a slip says who, which insurance, what is paid, until when, by whom confirmed', {
  skip,
}, async (t) => {
  const stage = await deskOf(t)
  const confirmation = { by: '受付 太郎', at: '2026-04-01T09:29:50+09:00' }
  const source = { kind: 'card', authentication: 'visual', reader: 'desk-1', line: 'ngn' } as const
  const entry = entryOf({ confirmation, source, advisories: [advisory('INSURER_CHANGED')] })
  const { text, pages, heightMm } = await printed(stage, slip, entry, sessionOf('reception'), AT)
  for (const said of [
    '△ 資格は有効です。確認することがあります K111',
    '見本 一郎（ミホン イチロウ）',
    '1980年（昭和55年）5月2日 男',
    '見本健康保険組合 06139992',
    '１２・３４・5678（枝番 01）',
    '本人',
    '3割',
    '2027年3月31日',
    '2026年4月1日 9:30',
    '印刷 2026年4月1日 10:15',
    'マイナンバーカードと目視（受付 太郎）',
    '公費・医療証は、この票では確認していません',
    'A61',
    '受付 見本',
    entry.id,
  ])
    assert.ok(text.includes(said), `${said} in ${text}`)
  assert.equal(pages, 1)
  assert.ok(heightMm < HALF_MM, `${heightMm} mm`)
  assert.deepEqual(stage.errors, [])
})

test('what a role does not see is not on its slip, not even as a title', { skip }, async (t) => {
  const stage = await deskOf(t)
  const { insuredCardSymbol, insuredIdentificationNumber, insuredBranchNumber, ...seen } =
    sampleVerification().results[0] ?? {}
  const { confirmation: _, ...verification } = sampleVerification({ results: [seen] })
  const entry = { ...entryOf(), verification }
  const { text } = await printed(stage, slip, entry, sessionOf('ward'), AT)
  assert.ok(text.includes('見本 一郎'))
  for (const absent of ['記号・番号', '枝番', '・5678', 'undefined', 'null'])
    assert.ok(!text.includes(absent), absent)
})

test('a held one prints nobody’s data', { skip }, async (t) => {
  const stage = await deskOf(t)
  const { text } = await printed(stage, slip, entryOf({ held: true }), sessionOf('billing'), AT)
  assert.ok(text.includes('別の人の可能性があります'))
  for (const value of ['見本 一郎', '1980', '06139992', '・5678', '00107'])
    assert.ok(!text.includes(value), value)
})

test('one that was said to be somebody else’s says so, and not that it waits', {
  skip,
}, async (t) => {
  const stage = await deskOf(t)
  const note = sampleNote('v', 'rejection')
  const entry = { ...entryOf({ held: true, patient: null }), notes: [note] }
  const { text } = await printed(stage, slip, entry, sessionOf('billing'), AT)
  assert.ok(
    text.includes('「この人ではない」と決まりました') && !text.includes('本人確認待ち'),
    text,
  )
})

test('one that could not be asked says what to do, and its fault’s number', { skip }, async (t) => {
  const stage = await deskOf(t)
  const fault = {
    code: 'NO_LINE',
    number: 'E410',
    title: '使える回線がありません。',
    detail: 'x',
    action: 'y',
  }
  const entry = entryOf({ outcome: 'offline', official: null, results: [], fault })
  const { text, pages } = await printed(stage, slip, entry, sessionOf('reception'), AT)
  for (const said of [
    '× 今は照会できません（つながっていません） K109',
    'E410 使える回線がありません。',
    '00107',
  ])
    assert.ok(text.includes(said), `${said} in ${text}`)
  assert.equal(pages, 1)
})

test('of several results none is dropped', { skip }, async (t) => {
  const stage = await deskOf(t)
  const [first] = sampleVerification().results
  assert.ok(first)
  const other = { ...first, insurerName: '別の見本組合' }
  const { text, pages } = await printed(
    stage,
    slip,
    entryOf({ results: [first, other] }),
    sessionOf('reception'),
    AT,
  )
  assert.ok(text.includes('見本健康保険組合') && text.includes('別の見本組合'))
  assert.equal(pages, 1)
})

test('codes are said as the official tables have them, others as they came', () => {
  for (const code of ['1', '2']) {
    assert.equal(sexOf(code), codeLabel('sex1', code))
    assert.equal(familyOf(code), codeLabel('personalFamilyClassification', code))
  }
  for (const code of ['010', '020', '030'])
    assert.equal(shareOf(code), codeLabel('insuredPartialContributionRatio', code))
  assert.deepEqual([sexOf('9'), familyOf('X'), shareOf('100')], ['9', 'X', '100'])
})
