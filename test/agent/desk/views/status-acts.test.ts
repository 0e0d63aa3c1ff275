import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { faultReport } from '../../../../agent/api/answers.ts'

import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { Refusal, sentTo, stateOf } from '../../../bed/desk-stage.ts'
import {
  brokenPath,
  sampleDeliveries,
  sampleJobs,
  sampleLine,
  sampleLines,
} from '../status/samples.ts'
import { routes, statusOf } from '../status/status-stage.ts'

const skip = noBrowser
after(closeBrowser)

test('a test of the lines names the first step that fails', { skip }, async (t) => {
  const broken = sampleLine({
    standing: 'down',
    fault: faultReport('LINE_ROUTER_GONE'),
    path: brokenPath('router'),
  })
  const { page, asked } = await statusOf(t, {
    role: 'it',
    answers: {
      'GET /v1/lines': ({ path }: { path: string }) =>
        sampleLines(path.includes('test=true') ? broken : sampleLine()),
    },
  })
  const button = page.getByRole('button', { name: '回線テスト' })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.getByText('× ルーターで止まっています').waitFor()
  await page.getByText('回線テストが終わりました').waitFor()
  assert.ok(routes(asked).includes('GET /v1/lines?test=true'))
  await page.locator(':focus').and(button).waitFor()
})

test('a line can be chosen by hand by who may, and given back', { skip }, async (t) => {
  let isHeldByHand = false
  const answers = {
    'GET /v1/lines': () => sampleLines(sampleLine({ isHeldByHand })),
    'POST /v1/lines/ngn/use': () => {
      isHeldByHand = true
      return {}
    },
  }
  const { page } = await statusOf(t, { role: 'reception', answers })
  await page.getByRole('button', { name: 'この回線に切り替える' }).click()
  await page.getByRole('button', { name: '自動の選択に戻す' }).waitFor()
  const focused = 'document.activeElement.id === "status-lines"'
  await holdsOn(page, focused)
})

test('a line that is down is not said to be in use already', { skip }, async (t) => {
  const lines = stateOf().lines.map((line) => ({ ...line, standing: 'down' as const }))
  const { page } = await statusOf(t, {
    role: 'reception',
    state: { lines },
    answers: {
      'GET /v1/lines': sampleLines(sampleLine({ standing: 'down' })),
      'POST /v1/lines/:name/use': {},
    },
  })
  await page.getByRole('button', { name: 'この回線に切り替える' }).click()
  await page.getByText('回線 ngn を選びました。つながりしだい切り替わります。').waitFor()
})

test('the billing office decides what becomes of a delivery, and is asked before', {
  skip,
}, async (t) => {
  let left = sampleDeliveries()
  const decided = ({ path }: { path: string }) => {
    left = { ...left, open: left.open.filter(({ id }) => !path.includes(`/${id}/`)) }
    return {}
  }
  const { page, asked } = await statusOf(t, {
    answers: {
      'GET /v1/deliveries': () => left,
      'POST /v1/deliveries/:id/retry': decided,
      'POST /v1/deliveries/:id/drop': decided,
    },
  })
  await page.getByText('人の確認を待つもの（2件）').waitFor()
  const choose = page.getByRole('button', { name: '対応を選ぶ' })
  await choose.first().click()
  // An Enter too many decides nothing.
  await page
    .locator(':focus')
    .and(page.getByRole('button', { name: 'やめる' }))
    .waitFor()
  await page.getByRole('button', { name: 'やめる' }).click()
  await page.locator(':focus').and(choose.first()).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '「はい」と答えて送る' }).click()
  await page.getByText('人の確認を待つもの（1件）').waitFor()
  await choose.click()
  await page.getByRole('button', { name: '送らない' }).click()
  await page.getByText('送らないことにしました').waitFor()
  const by = '受付 見本'
  assert.deepEqual(sentTo({ asked }, /^POST \/v1\//), [
    { route: 'POST /v1/deliveries/7/retry', body: { by, decision: 'ok' } },
    { route: 'POST /v1/deliveries/8/drop', body: { by } },
  ])
  await holdsOn(page, 'document.activeElement.id === "status-deliveries"')
})

test('a refused decision is told with its number', { skip }, async (t) => {
  const { page } = await statusOf(t, {
    answers: {
      'GET /v1/deliveries': sampleDeliveries(),
      'POST /v1/deliveries/:id/retry': new Refusal(409, {
        code: 'DELIVERY_ENDED',
        number: 'E999',
        title: 'もう終わっています。',
        action: '一覧を見直してください。',
      }),
    },
  })
  await page.getByRole('button', { name: '対応を選ぶ' }).nth(1).click()
  await page.getByRole('button', { name: 'もう一度送る' }).click()
  await page.getByText('E999 もう終わっています。一覧を見直してください。').waitFor()
})

test('a job is run now by who may', { skip }, async (t) => {
  const { page, asked } = await statusOf(t, {
    answers: { 'GET /v1/jobs': sampleJobs(), 'POST /v1/jobs/:name/runs': {} },
  })
  await page.getByRole('button', { name: '在宅名簿の月次確認をいま実行' }).click()
  await page.getByText('在宅名簿の月次確認を始めました').waitFor()
  assert.ok(routes(asked).includes('POST /v1/jobs/roster/runs'))
})
