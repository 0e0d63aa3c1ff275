import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { openDesk } from '../bed/desk.ts'

const skip = noBrowser
after(closeBrowser)

const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? assert.fail(number)

/** Tab until what has the focus has this name. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = page.locator(':focus')
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await focused.textContent({ timeout: 1_000 }).catch(() => null))?.trim() === name) return
  }
  assert.fail(`${name} cannot be reached by Tab`)
}

test('a clerk looks up a patient from the keyboard alone', { skip }, async (t) => {
  const desk = await openDesk(t)
  const { page, bed, errors } = desk
  const { keyboard } = page
  const face = faceOf('01')
  await tabTo(page, '照会')
  await keyboard.press('Enter')
  await page.getByRole('heading', { name: '照会', level: 1 }).waitFor()
  await page.locator('input[data-field="insuredCardSymbol"]:focus').waitFor()
  for (const typed of [
    face.insuredCardSymbol ?? '',
    face.insuredIdentificationNumber,
    face.insuredBranchNumber ?? '',
    'S550502',
    '',
    '06159992',
  ]) {
    await keyboard.insertText(typed)
    await keyboard.press('Enter')
  }
  // Three and five look alike on a worn card: said while it is typed, before anything is asked.
  const proposal = page.getByRole('button', { name: '06139992 に直す' })
  await proposal.waitFor()
  await page.getByText('1980年5月2日（昭和55年5月2日）').waitFor()
  assert.equal(bed.gateway.stats().questions, 0)
  await desk.picture('ask-proposal')
  await keyboard.press('Shift+Tab')
  await keyboard.press('Enter')
  await page.getByText('組合管掌健康保険（健康保険組合）').waitFor()
  await keyboard.press('Enter')
  await keyboard.insertText('00107')
  // The last one is the tick for 限度額: from there it asks.
  await keyboard.press('Enter')
  await keyboard.press('Enter')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  await desk.picture('ask-answer')
  assert.equal(bed.gateway.stats().questions, 1)
  const again = page.waitForResponse((answer) => answer.url().endsWith('/recheck'))
  await keyboard.press('F8')
  assert.equal((await again).status(), 201)
  assert.equal(bed.gateway.stats().questions, 2)
  await keyboard.press('F9')
  await page.locator('input[data-field="insuredCardSymbol"]:focus').waitFor()
  assert.equal(await page.getByRole('heading', { name: '資格は有効です' }).count(), 0)
  assert.deepEqual(errors, [])
})
