import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type StaffRole, staffRoles } from '../../../agent/kernel/staff.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { openHands, textOf } from '../../bed/desk-hands.ts'

const skip = noBrowser
after(closeBrowser)

const begins: Readonly<Record<StaffRole, string>> = {
  reception: 'いま',
  billing: 'いま',
  liaison: '連携',
  ward: '本日',
  'general-affairs': '名簿',
  'remote-billing': '本日',
  'after-hours': '本日',
  it: '状態',
  vendor: '状態',
}

for (const role of staffRoles)
  test(`${role} begins at ${begins[role]}`, { skip }, async (t) => {
    const { page } = await openHands(t, { role })
    const current = page.locator('nav [aria-current=page]')
    await current.waitFor()
    assert.equal((await textOf(current)).replace(/^\d/, ''), begins[role])
  })

test('who begins elsewhere than at the first of the list still goes where an address says', {
  skip,
}, async (t) => {
  const { page, press } = await openHands(t, { role: 'liaison', at: '/today' })
  await page.locator('nav [aria-current=page]').getByText('本日').waitFor()
  await press('Alt+2')
  await page.getByRole('heading', { name: '地域連携' }).waitFor()
  await press('Alt+1')
  await page.locator('nav [aria-current=page]').getByText('本日').waitFor()
})
