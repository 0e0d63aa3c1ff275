import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { openDatabase } from '../../agent/store/database.ts'
import type { Bed } from './agent.ts'

/** Goes to a view by the navigation. */
export const goTo = (page: Page, title: string): Promise<void> =>
  page.getByRole('navigation').getByRole('link', { name: title }).click()

/** Types the card face of an invented patient at 照会, and asks. */
export async function askAbout(page: Page, number: string, patientNumber = ''): Promise<void> {
  await goTo(page, '照会')
  const face = patientByNumber(number)?.cardFace ?? assert.fail(`no patient ${number}`)
  const typed = {
    insuredCardSymbol: face.insuredCardSymbol,
    insuredIdentificationNumber: face.insuredIdentificationNumber,
    insuredBranchNumber: face.insuredBranchNumber,
    birthdate: face.birthdate,
    insurerNumber: face.insurerNumber,
    patientNumber,
  }
  for (const [field, text] of Object.entries(typed))
    await page.locator(`[data-field="${field}"]`).fill(text ?? '')
  await page.getByRole('button', { name: '照会する' }).click()
}

/** The result that is shown at the moment. */
export const resultOn = (page: Page) => page.getByRole('article', { name: '確認の結果' })

/** Nothing of this is anywhere in the page, seen or not. */
export async function assertNowhere(page: Page, texts: readonly string[]): Promise<void> {
  const content = await page.content()
  const values = await page.evaluate<string>(
    '[...document.querySelectorAll("input, textarea")].map(({ value }) => value).join(" ")',
  )
  for (const text of texts) assert.equal(`${content}${values}`.includes(text), false, text)
}

/** Subjects of what the audit has of one action, oldest first, with the id of who did it. */
export function audited(bed: Pick<Bed, 'state' | 'storeKey'>, action: string) {
  const db = openDatabase(`${bed.state}/agent.db`, Buffer.from(bed.storeKey, 'hex'), 'read-only')
  try {
    return db
      .prepare<[string], { actor: string; subject: string }>(
        'SELECT actor, subject FROM audit WHERE action = ? ORDER BY seq',
      )
      .all(action)
  } finally {
    db.close()
  }
}
