import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { openDesk } from '../bed/desk.ts'
import { textOf } from '../bed/desk-hands.ts'
import { askAbout, goTo } from '../bed/desk-moves.ts'

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
  await desk.picture('ask')
  await keyboard.press('Shift+Tab')
  await keyboard.press('Enter')
  await page.getByText('組合管掌健康保険（健康保険組合）').waitFor()
  await keyboard.press('Enter')
  await keyboard.insertText('00107')
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

const tomlOf = (keys: object) =>
  Object.entries(keys)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join('')

/** Everything is noticed within seconds, so that the test is short. */
const QUICK = {
  gatewayKeys: 'timeout_ms = 4000\nconnect_timeout_ms = 1000\n',
  tables: '[failover]\nprobe_seconds = 1\nprove_seconds = 1\n',
}

test('a line that is cut is seen with what to do, is switched by hand, and comes back', {
  skip,
}, async (t) => {
  const desk = await openDesk(t, { ...QUICK, lines: ['ngn', 'ipsec'] })
  const { page, bed, errors } = desk
  const strip = page.getByRole('region', { name: '障害とお知らせ' })
  const broken = strip.getByText('回線がつながりません。')
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.equal(await broken.count(), 0)

  await bed.relay('ngn').cut()
  await broken.waitFor()
  await strip.filter({ hasText: /いまの回線\s*ipsec/ }).waitFor()
  const said = (await strip.textContent()) ?? ''
  assert.match(said, /C902[\s\S]*から[\s\S]*→/, 'its number, since when, what to do')
  await desk.picture('line-cut')
  await askAbout(page, '01')
  await page.getByText('K101').waitFor()

  await strip.getByRole('button', { name: '回線 ngn に切り替える' }).click()
  await strip.getByText('手動で固定').waitFor()
  await strip.getByRole('button', { name: '自動の選択に戻す' }).click()
  await strip.getByText('手動で固定').waitFor({ state: 'detached' })

  bed.relay('ngn').mend()
  await broken.waitFor({ state: 'detached' })
  assert.deepEqual(errors, [])
})

test('on a day with every line down patients are written down, and what waited is answered by itself', {
  skip,
}, async (t) => {
  const contact = { name: '保守業者 見本システム', phone: '03-0000-0000', hours: '平日 9時～17時' }
  const tables = `${QUICK.tables}[[desk.contacts]]\n${tomlOf(contact)}`
  const desk = await openDesk(t, { ...QUICK, tables, lines: ['ngn'] })
  const { page, bed, errors } = desk
  await page.getByRole('heading', { level: 1 }).waitFor()
  await bed.relay('ngn').cut()
  const strip = page.getByRole('region', { name: '障害とお知らせ' })
  await strip.getByText('C921').waitFor()
  assert.match(await textOf(strip), /☎ 保守業者 見本システム 03-0000-0000 （平日 9時～17時）/)
  await askAbout(page, '01')
  await page.getByText('K109').waitFor()
  await desk.picture('outage')

  await goTo(page, '受付票')
  const form = page.locator('.intake form')
  const face = faceOf('04')
  await form.getByLabel(/^氏名/).fill('見本　四郎')
  await form.getByLabel('生年月日').fill(face.birthdate)
  await form.getByLabel('男').check()
  await form.getByLabel('住所').fill('東京都架空区見本１－２－３')
  await form.getByLabel('記号').fill(face.insuredCardSymbol ?? '')
  await form.getByLabel('番号', { exact: true }).fill(face.insuredIdentificationNumber)
  await form.getByLabel('保険者番号').fill(face.insurerNumber)
  await form.getByRole('button', { name: '保存する' }).click()
  await page.getByText('受付票を保存しました').waitFor()
  await page.getByText('回線が戻ると自動で照会します').first().waitFor()
  await desk.picture('intake-kept')

  bed.relay('ngn').mend()
  await goTo(page, 'いま')
  const here = page.getByRole('main')
  await here.getByText('検証　一郎').first().waitFor()
  await here.getByText('検証　四郎').first().waitFor()
  await desk.picture('answered-by-itself')
  assert.deepEqual(errors, [])
})
