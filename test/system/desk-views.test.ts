import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Page } from 'playwright-core'
import { type StaffRole, staffRoles } from '../../agent/kernel/staff.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { axeViolations } from '../bed/axe.ts'
import { closeBrowser, noBrowser, SCREEN } from '../bed/browser.ts'
import { clientOf } from '../bed/client.ts'
import { faceOf } from '../bed/delivery.ts'
import { type Desk, type DeskPage, openDesk } from '../bed/desk.ts'
import { foreignWords, wideParts } from '../bed/desk-reading.ts'

const skip = noBrowser
after(closeBrowser)

/** At 200 % the window has half as many pixels of CSS. */
const TWICE = { width: SCREEN.width / 2, height: SCREEN.height / 2 }

/** Green, yellow, red, held, ●, two results, with notes; expected ones, home care, a paper intake. */
async function furnish({ bed, agent }: Desk): Promise<void> {
  const client = clientOf(agent.url, await bed.addConsumer('billing', 'billing'))
  const ids = new Map<string, string>()
  for (const number of [
    '01',
    '02',
    '05',
    '07',
    '13',
    '22',
    '24',
    '27',
    '31',
    '32',
    '33',
    '36',
    '37',
  ]) {
    const { id } = await client.ask({ ...faceOf(number), patientNumber: `000${number}` })
    ids.set(number, id)
  }
  await client.ask({ ...faceOf('03'), patientNumber: '00001' })
  const added = async (path: string, body: object, method = 'POST') => {
    const headers = { 'content-type': 'application/json' }
    const reply = await client.send(path, { method, headers, body: JSON.stringify(body) })
    assert.ok(reply.status < 300, `${path}: ${reply.text}`)
  }
  for (const [number, kind] of [
    ['01', 'referral'],
    ['02', 'original-sighted'],
    ['27', 'paid-in-full'],
  ] as const)
    await added(`/v1/verifications/${ids.get(number)}/notes`, { kind, by: '受付 見本' })
  const day = new Date(Date.now() + 33 * 3_600_000).toISOString().slice(0, 10)
  const expected = { time: '09:30', patientNumber: '00001', cardFace: faceOf('01') }
  await added(`/v1/appointments/${day}`, { items: [expected] }, 'PUT')
  const { birthdate, ...cardFace } = patientByNumber('04')?.cardFace ?? assert.fail()
  const cared = { patientNumber: '00004', kind: 'home-oxygen', name: '見本　四郎' }
  await added('/v1/roster', { ...cared, birthdate, cardFace })
  const intake = { name: '見本　五郎', birthdate: '19800502', sex: '1', address: '東京都架空区１' }
  await added('/v1/offline-intakes', { ...intake, consent: true })
}

/** Whatever is wrong with what is on the page now, each with where it is. */
async function faultsOf({ page }: DeskPage, place: string): Promise<string[]> {
  const faults: string[] = []
  for (const [name, size] of Object.entries({ '1024×768': SCREEN, '200 %': TWICE })) {
    await page.setViewportSize(size)
    faults.push(...(await axeViolations(page)).map((fault) => `${place}, ${name}: ${fault}`))
    faults.push(...(await wideParts(page)).map((part) => `${place}, ${name}: too wide ${part}`))
  }
  await page.setViewportSize(SCREEN)
  faults.push(...(await foreignWords(page)).map((word) => `${place}: not Japanese: ${word}`))
  return faults
}

const settled = (page: Page) =>
  page
    .getByText(/読み込んでいます…|状態を確認しています…/)
    .first()
    .waitFor({ state: 'detached' })

/** What is folded, and the first of a list. */
async function openAll(page: Page): Promise<void> {
  const first = page.locator('[role="option"]').first()
  if ((await first.count()) > 0) await first.click()
  await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true')
}

/** Goes through every view that this person has, and opens what there is to open. */
async function faultsOfViews(desk: DeskPage, role: StaffRole): Promise<string[]> {
  const { page } = desk
  const faults: string[] = []
  const links = page.getByRole('navigation').getByRole('link')
  for (const link of await links.all()) {
    await link.click()
    await page.locator('nav a[aria-current="page"]').and(link).waitFor()
    await settled(page)
    await openAll(page)
    const place = `${role} ${(await link.getAttribute('href')) ?? ''}`
    await desk.picture(place.replace(' #/', '-'))
    faults.push(...(await faultsOf(desk, place)))
  }
  return faults
}

test('every view of every role is accessible, in Japanese, and whole at 1024×768 and at 200 %', {
  skip,
}, async (t) => {
  const desk = await openDesk(t, { role: 'billing', name: '医事 見本' })
  await furnish(desk)
  const faults = await faultsOfViews(desk, 'billing')
  const words = ['--minutes', '240', '--reason', '画面の確認', '--plan', '計画一']
  assert.equal((await desk.bed.cli('vendor', 'open', ...words)).code, 0)
  for (const role of staffRoles.filter((one) => one !== 'billing')) {
    const other = await desk.openAnother()
    await other.signIn(await desk.addPerson(`見本 ${staffRoles.indexOf(role)}`, role))
    faults.push(...(await faultsOfViews(other, role)), ...other.errors)
    await other.context.close()
  }
  assert.deepEqual([...new Set([...faults, ...desk.errors])], [])
})
