import { deepStrictEqual, match, strictEqual } from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../../bed/browser.ts'
import { sampleNote, sampleVerification } from '../../../../bed/desk-samples.ts'
import { Refusal } from '../../../../bed/desk-stage.ts'
import { different, focusIs, openToday, person, sentTo, textOf } from './today-bed.ts'

after(closeBrowser)
const skip = noBrowser

test('a tick is noted once, shows who and when, and keeps the focus', { skip }, async () => {
  const noted = () => sampleNote('v-3', 'original-sighted', { by: '受付 見本' })
  await using stage = await openToday({ answers: { 'POST /v1/verifications/:id/notes': noted } })
  const { page } = stage
  await page.getByRole('option', { name: /三郎/ }).click()
  const tick = page.getByRole('button', { name: '現物確認済' })
  await tick.press('Enter')
  await page.getByText('9:40 受付 見本').waitFor()
  strictEqual(await tick.getAttribute('aria-pressed'), 'true')
  await focusIs(stage, 'tick-original-sighted')
  await tick.press('Enter')
  deepStrictEqual(
    sentTo(stage, '/v1/verifications/v-3/notes').map(({ body }) => body),
    [{ kind: 'original-sighted' }],
  )
})

test('a referral is noted with from where', { skip }, async () => {
  const noted = () => sampleNote('v-3', 'referral', { text: '見本クリニック' })
  await using stage = await openToday({ answers: { 'POST /v1/verifications/:id/notes': noted } })
  const { page } = stage
  await page.getByRole('option', { name: /三郎/ }).click()
  await page.getByLabel('どこから').fill('見本クリニック')
  await page.keyboard.press('Enter')
  await page.getByText('紹介状あり（見本クリニック）').waitFor()
  deepStrictEqual(sentTo(stage, '/notes')[0]?.body, { kind: 'referral', text: '見本クリニック' })
})

test('paid in full and held are asked about before they are noted', { skip }, async () => {
  const notes = [sampleNote('v-3', 'paid-in-full'), sampleNote('v-3', 'hold')]
  const noted = () => notes.shift()
  await using stage = await openToday({ answers: { 'POST /v1/verifications/:id/notes': noted } })
  const { page } = stage
  await page.getByRole('option', { name: /三郎/ }).click()
  await page.getByRole('button', { name: '全額（10割）支払い' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'やめる' }).click()
  strictEqual(sentTo(stage, '/notes').length, 0)
  await page.getByRole('button', { name: '全額（10割）支払い' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '記録する' }).click()
  await page.getByRole('button', { name: '✓ 全額（10割）支払い' }).waitFor()
  await page.getByRole('button', { name: '保留にする' }).click()
  await page.getByLabel(/^気づいたこと/).fill('お名前が違うとのこと')
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: /本人確認待ち/ }).waitFor()
  deepStrictEqual(sentTo(stage, '/notes').at(-1)?.body, {
    kind: 'hold',
    text: 'お名前が違うとのこと',
  })
})

test('asking again opens the new result; the old one says that there is a newer one', {
  skip,
}, async () => {
  const again = () => person(4, { supersedes: 'v-2' })
  await using stage = await openToday({ answers: { 'POST /v1/verifications/:id/recheck': again } })
  const { page } = stage
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByRole('button', { name: 'もう一度照会' }).dblclick()
  await page.getByRole('heading', { name: '見本　四郎 9:04' }).waitFor()
  strictEqual(sentTo(stage, '/recheck').length, 1)
  await page.getByRole('option', { name: /照会し直し済/ }).click()
  await page.getByRole('button', { name: '新しい結果を開く' }).click()
  await page.getByRole('heading', { name: '見本　四郎 9:04' }).waitFor()
})

test('a card question says that the card is needed, what to do, and the number', {
  skip,
}, async () => {
  const refusal = new Refusal(409, {
    status: 409,
    code: 'CARD_NEEDED',
    number: 'E532',
    title: 'カードがもう一度必要です。',
    action: 'カードを置いていただき、本人確認をやり直してください。',
  })
  await using stage = await openToday({
    answers: { 'POST /v1/verifications/:id/recheck': refusal },
  })
  const { page } = stage
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByRole('button', { name: 'もう一度照会' }).click()
  const alert = page.getByRole('alert').filter({ hasText: 'E532' })
  match(await textOf(alert), /カードがもう一度必要です。[\s\S]*E532[\s\S]*カードを置いていただき/)
  await focusIs(stage, 'today-detail')
})

test('billing decides on a held one with the differing fields side by side', { skip }, async () => {
  const released = () =>
    sampleNote('v-2', 'release', { verification: { ...sampleVerification(), id: 'v-2' } })
  await using stage = await openToday(
    { answers: { 'POST /v1/verifications/:id/notes': released } },
    [person(1), person(2, { held: true, identity: different })],
  )
  const { page } = stage
  await page.getByRole('option', { name: /本人確認待ち/ }).click()
  const part = page.getByRole('region', { name: '本人確認' })
  match(await textOf(part), /見本　二郎[\s\S]*例示　祥子/)
  await part.getByRole('button', { name: '同じ人' }).click()
  const dialog = page.getByRole('dialog', { name: '「同じ人」に決めますか' })
  match(await textOf(dialog), /見本　二郎[\s\S]*送られます/)
  await dialog.getByLabel(/^患者番号/).fill('００１０７')
  await page.keyboard.press('Enter')
  await page.getByText('○ 有効').nth(1).waitFor()
  deepStrictEqual(sentTo(stage, '/v1/verifications/v-2/notes')[0]?.body, {
    kind: 'release',
    patientNumber: '00107',
  })
  strictEqual(await part.count(), 0)
  await focusIs(stage, 'today-detail')
})

test('“not this person” names what will happen, starts on the harmless button, and stays rejected', {
  skip,
}, async () => {
  await using stage = await openToday(
    { answers: { 'POST /v1/verifications/:id/notes': () => sampleNote('v-2', 'rejection') } },
    [person(2, { held: true, identity: different })],
  )
  const { page } = stage
  await page.getByRole('option').click()
  await page.getByRole('button', { name: 'この人ではない' }).click()
  const dialog = page.getByRole('dialog')
  match(await textOf(dialog), /送りません[\s\S]*取り消せません/)
  strictEqual(await textOf(page.locator('button:focus')), 'やめる')
  await dialog.getByRole('button', { name: '「この人ではない」に決める' }).click()
  await page.getByRole('heading', { name: '「この人ではない」と決まりました' }).waitFor()
  match(await textOf(page.getByRole('option')), /この人ではない/)
  strictEqual(await page.getByRole('button', { name: '同じ人' }).count(), 0)
})

test('where somebody else decided in between it is said, and what they said is shown', {
  skip,
}, async () => {
  const refusal = new Refusal(409, {
    status: 409,
    code: 'HOLD_DECIDED',
    number: 'E620',
    title: 'この確認は必要ありません。',
    action: '一覧を開き直して、今の状態を確認してください。',
  })
  let isDecided = false
  const held = person(2, { held: true, identity: different })
  const list = () => ({
    items: isDecided ? [held, sampleNote('v-2', 'rejection', { by: '医事 見本' })] : [held],
    cursor: 'c0',
  })
  const decide = () => {
    isDecided = true
    return refusal
  }
  await using stage = await openToday({
    answers: { 'GET /v1/verifications': list, 'POST /v1/verifications/:id/notes': decide },
  })
  const { page } = stage
  await page.getByLabel('日付').fill('2026-03-31')
  await page.getByRole('option').click()
  await page.getByRole('button', { name: 'この人ではない' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /決める/ })
    .click()
  await page.getByText('E620').waitFor()
  await page.getByText('9:40 に 医事 見本 さんが決めました。').waitFor()
})

test('a decision of somebody else takes the buttons away and leaves the focus on the result', {
  skip,
}, async () => {
  await using stage = await openToday({}, [person(2, { held: true, identity: different })])
  const { page } = stage
  await page.getByRole('option').click()
  await page.getByRole('button', { name: '同じ人' }).focus()
  stage.push('item', sampleNote('v-2', 'rejection', { by: '医事 見本' }), 'c9')
  await page.getByText('9:40 に 医事 見本 さんが決めました。').waitFor()
  await focusIs(stage, 'today-detail')
})

test('reception sees that one is held and who decides, and no buttons for it', {
  skip,
}, async () => {
  const blank = { held: true, results: [], patient: null, identity: null, history: null }
  await using stage = await openToday({ role: 'reception' }, [person(2, blank)])
  const { page } = stage
  match(await textOf(page.getByRole('option')), /患者番号 00102[\s\S]*本人確認待ち/)
  await page.getByRole('option').click()
  await page.getByText('医事の担当者').first().waitFor()
  strictEqual(await page.getByRole('button', { name: '同じ人' }).count(), 0)
  strictEqual(await page.getByRole('button', { name: '現物確認済' }).count(), 1)
})
