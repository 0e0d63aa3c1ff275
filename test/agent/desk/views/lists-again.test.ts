import { after, test } from 'node:test'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { openStage } from '../../../bed/desk-stage.ts'
import { list as appointments, REENTER } from './expected-bed.ts'
import { listFor } from './roster-bed.ts'

const skip = noBrowser
after(closeBrowser)

const callScript = '医療機関コード 1312345678 です。'
const lists = [
  ['予約', 'expected', 'GET /v1/appointments/:day', { items: appointments }, '3人'],
  ['名簿', 'roster', 'GET /v1/roster', listFor('billing'), '2人'],
  ['受付票', 'intake', 'GET /v1/offline-intakes', { items: [], callScript }, callScript],
] as const

for (const [title, name, route, body, read] of lists)
  test(`${title} that could not be read is there as soon as the agent is, and what it said of it is gone`, {
    skip,
  }, async (t) => {
    const stage = await openStage({ at: `/${name}`, answers: { [route]: body } })
    t.after(stage.close)
    const { page, cut, mend } = stage
    // The list is refused from the start; the rest of the page is there.
    await page.route(`**${route.split(' ')[1]?.replace('/:day', '/*')}`, (given) => given.abort())
    await page.reload()
    await page.locator('main .trouble').getByText('E699').waitFor()
    await holdsOn(page, "!document.querySelector('main').textContent.includes('読み込んでいます…')")
    await page.unrouteAll()
    cut()
    await page.locator('.lost').waitFor()
    await page.evaluate(REENTER)
    mend()
    await page.locator('main').getByText(read).waitFor()
    await holdsOn(page, "document.querySelector('main .trouble') === null")
  })
