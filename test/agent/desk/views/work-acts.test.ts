import { deepStrictEqual, match, strictEqual } from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { sampleEvent, sampleNote } from '../../../bed/desk-samples.ts'
import { Refusal } from '../../../bed/desk-stage.ts'
import { cardNeeded, item, openWork, posted, refund } from './work-bed.ts'

after(closeBrowser)
const skip = noBrowser

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

test('a refusal outlives the list’s next reading; what is pressed meanwhile is said not to be done', {
  skip,
}, async () => {
  const { promise, resolve } = Promise.withResolvers<object>()
  await using stage = await openWork([item('one'), refund], {
    answers: { 'POST /v1/verifications/:id/recheck': () => promise },
  })
  const { page } = stage
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
