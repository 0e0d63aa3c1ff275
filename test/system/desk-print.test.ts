import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { openDesk } from '../bed/desk.ts'
import { textOf } from '../bed/desk-hands.ts'
import { askAbout, audited, goTo, resultOn } from '../bed/desk-moves.ts'

const skip = noBrowser
after(closeBrowser)

/** Pages that a printer would put out. */
const pagesOf = async (page: Page): Promise<number> =>
  (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type\s*\/Page\b/g)
    ?.length ?? 0

/** What stands on the sheet, once it is there. */
async function sheetOn(page: Page): Promise<string> {
  const sheet = page.locator('article.sheet')
  await sheet.waitFor()
  return textOf(sheet)
}

test('a result, its 申立書 and the paper procedure are printed, one page each, and the audit has who did', {
  skip,
}, async (t) => {
  const desk = await openDesk(t)
  const { page, bed, errors } = desk
  const back = page.getByRole('button', { name: '画面に戻る' })
  // A browser that prints while the page goes on, as on a tablet: the sheet stays until the way back.
  await page.evaluate('window.print = () => {}')
  await askAbout(page, '27', '00042')
  const result = resultOn(page)
  await result.getByText('K102').waitFor()

  await result.getByRole('button', { name: '結果票を印刷' }).click()
  const slip = await sheetOn(page)
  assert.match(slip, /資格確認結果票.*この資格は使えません.*K102/)
  assert.match(slip, /00042/)
  assert.equal(await pagesOf(page), 1)
  await desk.picture('slip')
  await page.keyboard.press('Enter')
  await back.waitFor({ state: 'detached' })

  await result.getByRole('button', { name: '申立書を印刷' }).click()
  const declaration = await sheetOn(page)
  assert.match(declaration, /被保険者資格申立書.*☑ 「資格（無効）」と表示された/)
  assert.equal(await pagesOf(page), 1)
  await desk.picture('declaration')
  await page.keyboard.press('Escape')
  await back.waitFor({ state: 'detached' })

  await goTo(page, '状態')
  await page.getByRole('link', { name: '停止時の手順（印刷）' }).click()
  const written = page.waitForResponse(/desk\/prints/)
  await page.getByRole('button', { name: '印刷', exact: true }).click()
  await written
  assert.match(await sheetOn(page), /停止時の手順.*本日の受付 1件（うち未確認 1件）/)
  await page.locator('.sheet-bar').waitFor()
  assert.equal(await pagesOf(page), 1)
  await desk.picture('procedure')
  await back.click()
  await back.waitFor({ state: 'detached' })

  // What is read goes through a journal, and is in the database within a second.
  while (audited(bed, 'print').length < 3) await wait(50)
  const printed = audited(bed, 'print')
  const [kinds, subjects] = [0, 1].map((at) => printed.map(({ subject }) => subject.split(' ')[at]))
  assert.deepEqual(kinds, ['slip', 'declaration', 'procedure'])
  assert.match(`${subjects?.[0]}`, /^[0-9a-f-]{36}$/)
  assert.equal(subjects?.[0], subjects?.[1])
  assert.deepEqual(
    printed.map(({ actor }) => /^staff-[0-9a-f]{12}$/.test(actor)),
    [true, true, true],
  )
  assert.deepEqual(errors, [])
})
