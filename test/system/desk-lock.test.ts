import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { clientOf } from '../bed/client.ts'
import { faceOf } from '../bed/delivery.ts'
import { openDesk } from '../bed/desk.ts'
import { assertNowhere, goTo } from '../bed/desk-moves.ts'

const skip = noBrowser
after(closeBrowser)

const NAMES = { '01': '検証　一郎', '02': '検証　二葉' } as const

test('a locked desk has nobody’s data, in the page or at the agent, until the same person opens it', {
  skip,
}, async (t) => {
  const desk = await openDesk(t)
  const { page, bed, agent, context, person, errors } = desk
  const client = clientOf(agent.url, await bed.addConsumer('receipt'))
  await client.ask(faceOf('01'))
  await goTo(page, '本日')
  await page.getByRole('main').getByText(NAMES['01']).first().waitFor()

  await page.keyboard.press('Alt+l')
  await page.getByRole('heading', { name: 'ロック中' }).waitFor()
  await assertNowhere(page, [NAMES['01'], '06139992'])
  // What a hand with the cookie gets, without the page.
  for (const path of ['/v1/verifications', '/v1/events', '/v1/worklist']) {
    const refused = await context.request.get(agent.url + path)
    assert.equal(Object(await refused.json()).code, 'DESK_LOCKED', path)
  }
  await bed.card.tap({ kind: 'my-number', patient: '02' })
  await page.getByText('カードが置かれています').waitFor()
  await client.ask(faceOf('02'))
  await assertNowhere(page, [NAMES['01'], NAMES['02']])
  await desk.picture('locked')

  await page.locator('#pin:focus').fill('0000')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').filter({ hasText: 'E641' }).waitFor()
  await page.locator('#pin').fill(person.pin)
  await page.keyboard.press('Enter')
  const list = page.getByRole('main')
  await list.getByText(NAMES['01']).first().waitFor()
  await list.getByText(NAMES['02']).first().waitFor()
  assert.deepEqual(errors, [])
})

test('an agent that is gone is said so, and after its restart the desk is locked and misses nothing', {
  skip,
}, async (t) => {
  const desk = await openDesk(t)
  const { page, bed, agent, person, errors } = desk
  const token = await bed.addConsumer('receipt')
  await clientOf(agent.url, token).ask(faceOf('01'))
  await goTo(page, '本日')
  const list = page.getByRole('main')
  // In the list of the day: the view before it has the name too.
  await list.getByRole('option').filter({ hasText: NAMES['01'] }).waitFor()

  await agent.stop('SIGKILL')
  const banner = page.locator('[role=alert]:not(.trouble)', { hasText: 'E699' })
  await banner.waitFor()
  assert.match((await banner.textContent()) ?? '', /から[\s\S]*→/, 'since when, and what to do')
  assert.equal(await list.getByText(NAMES['01']).count(), 1, 'what was known stays, and is dated')
  await desk.picture('lost')

  // The same place: a page that is open does not move.
  const config = readFileSync(bed.configFile, 'utf8')
  writeFileSync(bed.configFile, config.replace('127.0.0.1:0', new URL(agent.url).host))
  const again = await bed.start()
  assert.equal(again.url, agent.url)
  await page.getByRole('heading', { name: 'ロック中' }).waitFor()
  await assertNowhere(page, [NAMES['01']])
  await clientOf(again.url, token).ask(faceOf('02'))
  await page.locator('#pin').fill(person.pin)
  await page.keyboard.press('Enter')
  await list.getByText(NAMES['01']).first().waitFor()
  await list.getByText(NAMES['02']).first().waitFor()
  await banner.waitFor({ state: 'detached' })
  await clientOf(again.url, token).ask(faceOf('12'))
  await list.getByRole('option').nth(2).waitFor()
  assert.deepEqual(errors, [])
})
