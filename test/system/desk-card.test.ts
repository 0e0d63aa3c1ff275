import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { openDesk } from '../bed/desk.ts'
import { goTo, resultOn } from '../bed/desk-moves.ts'

const skip = noBrowser
after(closeBrowser)

test('a card is tapped, confirmed by sight and answered, and the ward sees it come', {
  skip,
}, async (t) => {
  const desk = await openDesk(t)
  const { page, bed, person, errors } = desk
  const ward = await desk.openAnother()
  await ward.signIn(await desk.addPerson('病棟 見本', 'ward'))
  await goTo(ward.page, '本日')
  const onWard = ward.page.getByRole('main').getByText('架空　十二')
  await page.getByRole('heading', { name: 'いま', level: 1 }).waitFor()

  await bed.card.tap({ kind: 'my-number', patient: '12' })
  const tap = page.getByRole('region', { name: '本人確認を待つカード' })
  await tap.getByText('カードの顔写真と、ご本人の顔を見比べてください。').waitFor()
  assert.equal(bed.gateway.stats().questions, 0, 'a tap that nobody confirmed asks nothing')
  assert.equal(await onWard.count(), 0)
  await desk.picture('tap')
  await page.keyboard.press('Enter')
  const result = resultOn(page)
  await result.getByRole('heading', { name: '資格は有効です' }).waitFor()
  await tap.waitFor({ state: 'detached' })
  await result.getByText('架空　十二').waitFor()
  await result.getByText('2割').first().waitFor()
  await result.getByText('公費・医療証は別に確認').waitFor()
  await onWard.first().waitFor()
  assert.equal(bed.gateway.stats().questions, 1)

  await desk.picture('now')
  await result.getByText('くわしく').click()
  await result.getByText(`目視確認 ${person.name}`).waitFor()
  await result.getByText('くわしく').click()
  await result.getByRole('button', { name: '現物確認済' }).click()
  await result.locator('.notes').getByText(`✓ 現物確認済`).waitFor()
  assert.match((await result.locator('.notes').textContent()) ?? '', /\d+:\d\d 受付 見本/)
  assert.equal(await result.getByRole('button', { name: '現物確認済' }).count(), 0)

  await onWard.first().click()
  await ward.page.locator('.notes').getByText('受付 見本').waitFor()
  assert.equal(await ward.page.getByRole('button', { name: '現物確認済' }).count(), 0)
  assert.deepEqual([errors, ward.errors], [[], []])
})
