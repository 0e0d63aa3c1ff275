import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { openDesk } from '../bed/desk.ts'
import { askAbout, assertNowhere, goTo, resultOn } from '../bed/desk-moves.ts'

const skip = noBrowser
after(closeBrowser)

const OTHER = '架空　三子'

test('another person under a patient’s number is held, and the billing desk decides in the browser', {
  skip,
}, async (t) => {
  const desk = await openDesk(t)
  const { page, errors } = desk
  const billing = await desk.openAnother()
  await billing.signIn(await desk.addPerson('医事 見本', 'billing'))
  await askAbout(page, '01', '00042')
  await resultOn(page).getByText('検証　一郎').waitFor()
  await askAbout(page, '03', '00042')
  await resultOn(page).getByText('K110').waitFor()
  await desk.picture('held-reception')
  await assertNowhere(page, [OTHER])
  assert.equal(await page.getByRole('button', { name: '申立書を印刷' }).count(), 0)

  await goTo(page, '対応')
  await page.getByRole('link', { name: '内容を開く' }).click()
  await page.getByText('決めるのは').waitFor()
  await assertNowhere(page, [OTHER])
  assert.equal(await page.getByRole('button', { name: '同じ人' }).count(), 0)

  await billing.page
    .getByRole('navigation')
    .getByRole('link', { name: /対応\s*1\s*件/ })
    .click()
  await billing.page.getByRole('link', { name: '内容を開く' }).click()
  await billing.page.getByRole('heading', { name: '違うところ' }).first().waitFor()
  await billing.page.getByText(OTHER).first().waitFor()
  await billing.picture('held-billing')
  await billing.page.getByRole('button', { name: '同じ人', exact: true }).click()
  const dialog = billing.page.getByRole('dialog', { name: '「同じ人」に決めますか' })
  await dialog.waitFor()
  // An Enter too many decides nothing.
  await billing.page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await billing.page.getByRole('button', { name: '同じ人', exact: true }).click()
  await dialog.getByRole('button', { name: '「同じ人」に決める' }).click()

  await page.getByText(OTHER).first().waitFor()
  await resultOn(page).locator('.notes').getByText('医事 見本').waitFor()
  assert.equal(await page.getByText('K110').count(), 0)
  await desk.picture('released-reception')
  assert.deepEqual([errors, billing.errors], [[], []])
})
