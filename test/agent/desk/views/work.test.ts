import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { sampleEvent, sampleNote } from '../../../bed/desk-samples.ts'
import { openStage } from '../../../bed/desk-stage.ts'
import { cardNeeded, countOf, held, intake, item, lists, openWork, refund } from './work-bed.ts'

after(closeBrowser)
const skip = noBrowser

test('what is left to do is told by kind, with since when, when it is asked again, and what is needed', {
  skip,
}, async () => {
  const offline = item('off', { outcome: 'offline', nextAskAt: null, asked: 0 })
  const card = item('card', { nextAskAt: null, needs: cardNeeded, notes: ['original-sighted'] })
  const advisory = { number: 'A11', severity: 'warn', title: '該当する資格が見つかりません。' }
  const plain = item('plain', { advisories: [advisory] })
  await using stage = await openWork([plain, offline, card, refund, held, intake])
  const { page } = stage
  await page.getByRole('listitem').first().waitFor()
  deepStrictEqual(await page.getByRole('heading', { level: 2 }).allTextContents(), [
    '本人確認待ち（1件）',
    '返金の確認（1件）',
    '受付票（人が確認するもの）（1件）',
    '資格が確認できていない方（3件）',
  ])
  const texts = await page.getByRole('listitem').allTextContents()
  match(texts[0] ?? '', /ミホン イチロウ[\s\S]*別の人の可能性[\s\S]*K110/)
  match(texts[1] ?? '', /全額（10割）支払い/)
  match(texts[2] ?? '', /カクウ ミキ[\s\S]*受付票を開く/)
  match(texts[3] ?? '', /9:00 から[\s\S]*10:30 に自動で照会し直します（自動の照会 2回）[\s\S]*A11/)
  match(texts[4] ?? '', /つながると自動で照会し直します/)
  match(texts[5] ?? '', /カードがもう一度必要です。[\s\S]*E532[\s\S]*現物確認済/)
  ok(!/もう一度照会/.test(texts[5] ?? '') && !/自動で/.test(texts[5] ?? ''))
  const text = (await page.locator('main').textContent()) ?? ''
  ok(!/undefined|null|never asked/.test(text), text)
  strictEqual(
    await page.getByRole('link', { name: '受付票を開く' }).getAttribute('href'),
    '#/intake/i-1',
  )
  deepStrictEqual(stage.errors, [])
})

test('whose kana is not known is called by name, else by number; nobody whose name is known is unknown', {
  skip,
}, async () => {
  const unread = { nameKana: null, name: '架空　美紀' }
  const unnamed = { nameKana: null, name: null }
  await using stage = await openWork([
    { ...intake, ...unread, patientNumber: null },
    item('one', { ...unread, nameKana: '　' }),
    item('two', unnamed),
    item('three', { ...unnamed, patientNumber: null }),
  ])
  const titles = stage.page.getByRole('heading', { level: 3 })
  await titles.first().waitFor()
  deepStrictEqual(
    (await titles.allTextContents()).map((text) => text.replaceAll(/\s+/g, ' ').trim()),
    ['架空 美紀', '架空 美紀 患者番号 00107', '患者番号 00107', '氏名未確認の方'],
  )
})

test('the navigation counts what is open, and nothing to do is said', { skip }, async () => {
  await using busy = await openWork([held, refund])
  match((await countOf(busy).textContent()) ?? '', /^2/)
  await using free = await openWork([])
  await free.page.getByText('対応が必要なものはありません。').waitFor()
})

test('a detail is opened in the day’s list', { skip }, async () => {
  const event = sampleEvent({ id: 'v-plain' })
  await using stage = await openWork([item('plain')], {
    answers: { 'GET /v1/verifications': { items: [event], cursor: 'c0' } },
  })
  await stage.page.getByRole('link', { name: '内容を開く' }).click()
  await stage.page.getByRole('heading', { name: '見本　一郎 9:30' }).waitFor()
})

test('a month is looked through before its claims', { skip }, async () => {
  const list = ({ path }: { path: string }) => ({
    items: path.endsWith('month=2026-03') ? [item('march')] : [],
  })
  await using stage = await openWork([], { answers: { 'GET /v1/worklist': list } })
  const { page } = stage
  await page.getByLabel('表示するもの').selectOption('2026年3月分の請求前の確認')
  await page.getByText('資格が確認できていない方（1件）').waitFor()
  strictEqual(await countOf(stage).count(), 0)
})

test('what others do is seen in a moment, without a request for each', { skip }, async () => {
  await using stage = await openWork([item('one')])
  const { page } = stage
  await page.getByRole('listitem').waitFor()
  const before = lists(stage)
  const again = page.waitForResponse(/worklist/)
  for (let event = 0; event < 20; event += 1)
    stage.push('item', sampleNote(`v-${event}`, 'closing'), `c${event}`)
  await again
  await page.getByRole('listitem').waitFor()
  // One a second: on a loaded machine the twenty take a few.
  ok(lists(stage) - before < 10)
})

test('who may only read sees no buttons', { skip }, async () => {
  await using stage = await openWork([item('plain'), held], { role: 'remote-billing' })
  await stage.page.getByRole('listitem').first().waitFor()
  strictEqual(await stage.page.getByRole('main').getByRole('button').count(), 0)
  strictEqual(await stage.page.getByRole('link', { name: '内容を開く' }).count(), 2)
})

test('roles without a worklist have no such view, and ask for none', { skip }, async () => {
  const stage = await openStage({ role: 'ward' })
  await using _closed = { [Symbol.asyncDispose]: () => stage.close() }
  await stage.page.getByRole('link', { name: /本日/ }).waitFor()
  strictEqual(await stage.page.getByRole('link', { name: /対応/ }).count(), 0)
  strictEqual(lists(stage), 0)
})

test('the month that is looked through is still the one that is named, gone away and back', {
  skip,
}, async () => {
  await using stage = await openWork([item('one')])
  const { page } = stage
  const shown = page.getByLabel('表示するもの')
  await shown.selectOption('2026-03')
  await page.getByRole('link', { name: /本日/ }).click()
  await page.getByRole('heading', { name: '本日の照会' }).waitFor()
  await page.getByRole('link', { name: /対応/ }).click()
  strictEqual(await shown.inputValue(), '2026-03')
})
