import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { openStage, Refusal } from '../../../bed/desk-stage.ts'
import { GET, list, PUT } from './expected-bed.ts'
import { entry, listFor } from './roster-bed.ts'

const skip = noBrowser
after(closeBrowser)

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What axe finds inside the view; the frame around it has tests of its own. */
const FOUND = `${axe}
axe.run('.lists').then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join(' ')))`
/** How far the page is wider than its window. */
const BEYOND = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

const refusal = (field: string) =>
  new Refusal(422, {
    code: 'REQUEST_INVALID',
    number: 'E601',
    title: '送られた内容に誤りがあります。',
    action: '直してください。',
    mistakes: [{ field, title: '違います。', proposals: ['1'] }],
  })
const intake = {
  id: 'i1',
  at: '2026-04-01T09:40:00+09:00',
  state: 'waiting',
  name: '見本　一郎',
  birthdate: '19800502',
  sex: '1',
  address: '東京都架空区見本１－２－３',
  proposal: null,
}
const answers = {
  [GET]: { day: '2026-04-02', items: list },
  [PUT]: refusal('items[0].time'),
  'GET /v1/roster': listFor('billing'),
  'GET /v1/roster/:id': entry(),
  'PUT /v1/roster/:id': refusal('kind'),
  'GET /v1/offline-intakes': { items: [intake], callScript: '電話', outage: null },
  'POST /v1/offline-intakes': refusal('sex'),
}
/** Each view with a list, a form and a mistake in it: where it is, and what is pressed. */
const places: readonly (readonly [at: string, presses: readonly string[]])[] = [
  ['expected', ['手で入力する・直す', '保存する']],
  ['roster', []],
  ['roster/e1', ['保存する']],
  ['intake', ['終わりにする', '保存する']],
]

for (const [at, presses] of places)
  test(`${at}: axe finds nothing, and nothing is lost at 1024×768 and at 200 %`, {
    skip,
  }, async (t) => {
    const stage = await openStage({ role: 'billing', answers })
    t.after(() => stage.close())
    const { page } = stage
    await page.goto(`${stage.url}#/${at}`)
    if (at === 'intake') await page.getByLabel('氏名').fill('見本　一郎')
    for (const name of presses) await page.getByRole('button', { name, exact: true }).click()
    if (presses.length > 0) await page.getByText('E601').waitFor()
    else await page.getByRole('table').waitFor()
    assert.deepEqual(await page.evaluate(FOUND), [])
    assert.equal(await page.evaluate(BEYOND), 0)
    await page.setViewportSize({ width: 512, height: 384 })
    assert.deepEqual(await page.evaluate(FOUND), [])
    assert.equal(await page.evaluate(BEYOND), 0)
    assert.deepEqual(stage.errors, [])
  })
