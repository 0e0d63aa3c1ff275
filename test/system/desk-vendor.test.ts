import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { openDesk } from '../bed/desk.ts'

after(closeBrowser)

test('reception lets the vendor in at 状態, sees until when, ends it, and confirms the report', {
  skip: noBrowser,
}, async (t) => {
  const { page, errors, person } = await openDesk(t)
  page.context().setDefaultTimeout(15_000)
  await page.goto(new URL('/desk/#/status', page.url()).href)
  await page.getByText('いまは許可していません。').waitFor()
  await page.getByLabel('理由').fill('回線の調査')
  await page.getByLabel('作業計画書の番号').fill('M-2026-041')
  await page.getByRole('button', { name: '接続を許可する' }).click()
  await page.getByRole('button', { name: '許可を終える' }).click()
  await page.getByText('いまは許可していません。').waitFor()
  const link = page.getByRole('link', { name: 'M-2026-041の作業報告書を開く' })
  const [report] = await Promise.all([page.context().waitForEvent('page'), link.click()])
  await report.getByText('保守作業報告書').waitFor()
  assert.ok((await report.content()).includes(person.name))
  await report.close()
  await page.getByRole('button', { name: 'M-2026-041の作業報告書を確認した' }).click()
  await page.getByRole('cell', { name: /確認済/ }).waitFor()
  assert.deepEqual(errors, [])
})
