import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { openStage } from '../../../bed/desk-stage.ts'

const skip = noBrowser
after(closeBrowser)

/** 受付票, with what a look at the typed numbers comes to. */
async function shown(t: TestContext, check: object) {
  const stage = await openStage({
    at: '/intake',
    answers: {
      'GET /v1/offline-intakes': { items: [], callScript: '', outage: null },
      'POST /v1/offline-intakes': {},
      'POST /v1/card-faces/check': check,
    },
  })
  t.after(() => stage.close())
  await stage.page.getByRole('heading', { level: 1, name: '受付票' }).waitFor()
  return stage
}

test('a proposal that is taken leaves the keyboard in its field', { skip }, async (t) => {
  const mistake = {
    field: 'insurerNumber',
    title: '検証番号が合いません。',
    proposals: ['06139992'],
  }
  const check = { mistakes: [mistake], birthdate: null, insurer: null }
  const { page } = await shown(t, check)
  await page.getByLabel('保険者番号').fill('06139993')
  await page.getByLabel('保険者番号').press('Tab')
  await page.getByRole('button', { name: '06139992 にする' }).press('Enter')
  await page.locator(':focus').and(page.getByLabel('保険者番号')).waitFor()
  assert.equal(await page.getByLabel('保険者番号').inputValue(), '06139992')
})

test('what is known of one patient never stands in the form of the next', { skip }, async (t) => {
  const { promise, resolve } = Promise.withResolvers<object>()
  const { page } = await shown(t, () => promise)
  await page.getByLabel('氏名').fill('見本　一郎')
  await page.getByLabel('生年月日').fill('S550502')
  await page.getByRole('button', { name: '保存する' }).click()
  await page.getByText('受付票を保存しました').waitFor()
  const checked = page.waitForResponse('**/v1/card-faces/check')
  const birthdate = { date: '19800502', era: '昭和55年5月2日', age: 45 }
  resolve({ mistakes: [], birthdate, insurer: null })
  await (await checked).finished()
  await page.getByLabel('氏名').fill('次')
  assert.equal(await page.getByText('昭和55年5月2日').count(), 0)
})

test('the button stays under the hand that presses it, whatever is told of the field that was left', {
  skip,
}, async (t) => {
  const check = { mistakes: [], birthdate: null, insurer: '見本共済組合' }
  const { page, asked } = await shown(t, check)
  await page.getByLabel('氏名').fill('見本　一郎')
  await page.getByLabel('保険者番号').fill('06139992')
  const button = page.getByRole('button', { name: '保存する' })
  await button.scrollIntoViewIfNeeded()
  const box = await button.boundingBox()
  assert.ok(box)
  // Near its upper edge: a line more above it, and it is gone from there.
  await page.mouse.move(box.x + box.width / 2, box.y + 5)
  await page.mouse.down()
  await page.getByText('見本共済組合').waitFor()
  await page.mouse.up()
  await page.getByText('受付票を保存しました').waitFor()
  assert.equal(asked.filter(({ route }) => route === 'POST /v1/offline-intakes').length, 1)
})
