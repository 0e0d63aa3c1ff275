import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { sampleEvent, sampleNote } from '../../../bed/desk-samples.ts'
import {
  openStage,
  Refusal,
  type Stage,
  type StageOptions,
  sentTo,
} from '../../../bed/desk-stage.ts'

after(closeBrowser)
const skip = noBrowser

/** As `GET /v1/worklist` says it. */
const item = (id: string, given: object = {}) => ({
  id,
  kind: 'unresolved',
  since: '2026-04-01T09:00:00+09:00',
  verificationId: `v-${id}`,
  intakeId: null,
  patientNumber: '00107',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  outcome: 'not-found',
  nextAskAt: '2026-04-01T10:30:00+09:00',
  asked: 2,
  needs: null,
  advisories: [],
  notes: [],
  ...given,
})
const cardNeeded = {
  status: 409,
  code: 'CARD_NEEDED',
  number: 'E532',
  title: 'カードがもう一度必要です。',
  detail: 'A card question is never asked again without the card.',
  action: 'カードを置いていただき、本人確認をやり直してください。',
}
const held = item('held', { kind: 'held', outcome: 'valid', nextAskAt: null })
const refund = item('refund', { kind: 'refund', outcome: 'valid', notes: ['paid-in-full'] })
const intake = item('in-1', {
  kind: 'intake',
  intakeId: 'i-1',
  verificationId: null,
  outcome: null,
  nextAskAt: null,
  nameKana: 'カクウ ミキ',
})

/** Closed however the test ends. */
async function openWork(items: readonly object[], options: StageOptions = {}) {
  const stage = await openStage({
    ...options,
    answers: { 'GET /v1/worklist': { items }, ...options.answers },
  })
  await stage.page.getByRole('link', { name: /^(\d )?対応/ }).click()
  await stage.page.getByRole('heading', { name: '対応', exact: true }).waitFor()
  return Object.assign(stage, { [Symbol.asyncDispose]: () => stage.close() })
}
/** The number behind its title in the navigation. */
const countOf = ({ page }: Pick<Stage, 'page'>) =>
  page.getByRole('link', { name: /対応/ }).locator('.count')
const posted = (stage: Stage) => sentTo(stage, /^POST /)
const lists = (stage: Stage) =>
  stage.asked.filter(({ route }) => route.startsWith('GET /v1/worklist')).length

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

test('asking again once says what came of it, and the list is read anew', { skip }, async () => {
  let items: readonly object[] = [item('plain')]
  const again = () => {
    items = []
    return sampleEvent({ id: 'v-new', supersedes: 'v-plain' })
  }
  await using stage = await openWork([], {
    answers: {
      'GET /v1/worklist': () => ({ items }),
      'POST /v1/verifications/:id/recheck': again,
    },
  })
  const { page } = stage
  await page.getByRole('button', { name: 'もう一度照会' }).dblclick()
  await page.getByText('照会しました：資格は有効です').waitFor()
  await page.getByText('対応が必要なものはありません。').waitFor()
  deepStrictEqual(
    posted(stage).map(({ route }) => route),
    ['POST /v1/verifications/v-plain/recheck'],
  )
  await page.locator('#work-title:focus').waitFor()
})

test('what cannot be asked again says why, what to do, and its number', { skip }, async () => {
  await using stage = await openWork([item('plain')], {
    answers: { 'POST /v1/verifications/:id/recheck': new Refusal(409, cardNeeded) },
  })
  await stage.page.getByRole('button', { name: 'もう一度照会' }).click()
  match(
    (await stage.page.getByRole('alert').filter({ hasText: 'E532' }).textContent()) ?? '',
    /カードを置いていただき/,
  )
})

test('closing asks who it is about, takes what was done, and keeps the keyboard on the page', {
  skip,
}, async () => {
  let items: readonly object[] = [refund]
  const close = () => {
    items = []
    return sampleNote('v-refund', 'closing')
  }
  await using stage = await openWork([], {
    answers: { 'GET /v1/worklist': () => ({ items }), 'POST /v1/verifications/:id/notes': close },
  })
  const { page } = stage
  await page.getByRole('button', { name: '対応終了' }).click()
  const dialog = page.getByRole('dialog')
  match((await dialog.textContent()) ?? '', /ミホン イチロウ[\s\S]*取り消せません/)
  await dialog.getByLabel(/^どう対応したか/).fill('差額を返金')
  await page.keyboard.press('Enter')
  await page.getByText('対応が必要なものはありません。').waitFor()
  deepStrictEqual(posted(stage), [
    {
      route: 'POST /v1/verifications/v-refund/notes',
      body: { kind: 'closing', text: '差額を返金' },
    },
  ])
  await page.locator('#work-title:focus').waitFor()
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

test('what others do is seen in a moment: one request for a burst, and none for the state alone', {
  skip,
}, async () => {
  await using stage = await openWork([item('one')])
  const { page } = stage
  await page.getByRole('listitem').waitFor()
  const before = lists(stage)
  const again = page.waitForResponse(/worklist/)
  for (let event = 0; event < 20; event += 1)
    stage.push('item', sampleNote(`v-${event}`, 'closing'), `c${event}`)
  await again
  await page.getByRole('listitem').waitFor()
  strictEqual(lists(stage), before + 1)
})

test('the focus stays on the same person’s button when another one above is done', {
  skip,
}, async () => {
  let items = [item('one'), item('two', { nameKana: 'レイジ ハナ' })]
  await using stage = await openWork([], { answers: { 'GET /v1/worklist': () => ({ items }) } })
  const { page } = stage
  await page.locator('#two-close').focus()
  items = items.slice(1)
  stage.push('item', sampleNote('v-one', 'closing'), 'c1')
  await page.getByText('資格が確認できていない方（1件）').waitFor()
  await page.locator('#two-close:focus').waitFor()
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

test('a press hits whom it was aimed at, whatever comes and goes in the list meanwhile', {
  skip,
}, async () => {
  let items = [item('one'), item('two'), item('three')]
  await using stage = await openWork([], {
    answers: {
      'GET /v1/worklist': () => ({ items }),
      'POST /v1/verifications/:id/recheck': ({ path }: { path: string }) =>
        sampleEvent({ id: 'v-new', supersedes: path.split('/')[3] ?? '' }),
    },
  })
  const { page, push } = stage
  await page.locator('#three-ask').focus()
  items = [item('three'), item('zero', { nameKana: 'カクウ ミキ' }), item('one')]
  push('item', sampleEvent({ id: 'v-news' }), 'c1')
  await page.getByText('カクウ ミキ').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('照会しました：資格は有効です').waitFor()
  deepStrictEqual(
    posted(stage).map(({ route }) => route),
    ['POST /v1/verifications/v-three/recheck'],
  )
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

test('a refusal outlives the list’s next reading; what is pressed meanwhile is said not to be done', {
  skip,
}, async () => {
  const { promise, resolve } = Promise.withResolvers<object>()
  await using stage = await openWork([item('one'), refund], {
    answers: { 'POST /v1/verifications/:id/recheck': () => promise },
  })
  const { page } = stage
  page.setDefaultTimeout(10_000)
  await page.getByRole('button', { name: 'もう一度照会' }).click()
  await page.locator('#refund-close').click()
  await page.getByRole('dialog').getByRole('button', { name: '対応終了にする' }).click()
  await page.getByText('今の操作は行っていません').waitFor()
  resolve(new Refusal(409, cardNeeded))
  await page.getByRole('alert').filter({ hasText: 'E532' }).waitFor()
  const again = page.waitForResponse(/worklist/)
  stage.push('item', sampleNote('v-other', 'closing'), 'c1')
  await (await again).finished()
  await holdsOn(page, 'document.querySelector(".items") !== null')
  strictEqual(await page.getByRole('alert').filter({ hasText: 'E532' }).count(), 1)
})
