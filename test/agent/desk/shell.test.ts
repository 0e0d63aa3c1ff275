import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { axeViolations } from '../../bed/axe.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { openHands, textOf } from '../../bed/desk-hands.ts'
import { sampleEvent, sampleTap } from '../../bed/desk-samples.ts'
import { stateOf } from '../../bed/desk-stage.ts'

const skip = noBrowser
after(closeBrowser)

const member = {
  id: 'staff-00000000000b',
  name: '医事 花子',
  role: 'billing',
  roleTitle: '医事',
  sources: [],
  createdAt: '2026-01-05T09:00:00+09:00',
  disabledAt: null,
  usedAt: '2026-03-30T09:00:00+09:00',
  hasSecret: true,
  hasSecondFactor: false,
  recoveryCodesLeft: 8,
  unusedFor90Days: false,
}
const it = {
  role: 'it',
  at: '/staff',
  answers: { 'GET /desk/staff': { items: [member] } },
} as const
/** Of the page’s own making, so that a test sees how often it draws. */
const COUNT_FRAMES =
  'window.frames_ = 0; const raf = window.requestAnimationFrame; window.requestAnimationFrame = (f) => { window.frames_ += 1; return raf.call(window, f) }'

test('from the keyboard: skip link, views, lock, sign out, then the view', { skip }, async (t) => {
  const { page, press, focused } = await openHands(t, it)
  await press('Alt+2')
  await page.getByText('医事 花子').waitFor()
  assert.equal(await focused(), '職員')
  assert.equal(await page.title(), '職員｜資格確認')
  const order: string[] = []
  for (let n = 0; n < 5; n += 1) {
    await press('Shift+Tab')
    order.unshift(await focused())
  }
  assert.deepEqual(
    order.map((name) => name.replace(/^\d/, '')),
    ['本文へ移動', '状態', '職員', 'ロック', 'サインアウト'],
  )
  await page.getByRole('button', { name: '本文へ移動' }).focus()
  await press('Enter')
  assert.equal(await focused(), '職員')
  const link = page.getByRole('link', { name: '職員' })
  assert.equal(
    await link.getAttribute('aria-keyshortcuts'),
    `Alt+${await textOf(link.locator('kbd'))}`,
  )
})

test('news leaves focus, caret and what is typed where they are', { skip }, async (t) => {
  const { page, push, type, focused, press } = await openHands(t, it)
  await press('Alt+2')
  await page.getByLabel('氏名').focus()
  await type('新人 太郎')
  await press('ArrowLeft', 'ArrowLeft')
  for (let n = 0; n < 3; n += 1)
    push('state', {
      ...stateOf(),
      at: `2026-04-01T09:3${n}:00+09:00`,
      checks: { agent: [fault(n)] },
    })
  await page.getByText('お知らせ 1件：見本 2').waitFor()
  assert.equal(await focused(), 'name')
  assert.equal(await page.getByLabel('氏名').inputValue(), '新人 太郎')
  assert.equal(await page.evaluate('document.activeElement.selectionStart'), 3)
})

const fault = (n: number) => ({
  componentId: 'x',
  status: 'warn' as const,
  code: 'X',
  number: 'C999',
  title: `見本 ${n}`,
  action: '待つ。',
  hint: '',
  since: '2026-04-01T09:00:00+09:00',
  facts: {},
})

test('fifty pieces of news at once are few drawings', { skip }, async (t) => {
  const { page, push } = await openHands(t, { role: 'billing' })
  await page.evaluate(COUNT_FRAMES)
  for (let n = 0; n < 50; n += 1) push('item', sampleEvent(), `c${n}`)
  push('state', { ...stateOf(), checks: { agent: [fault(50)] } })
  await page.getByText('お知らせ 1件：見本 50').waitFor()
  const frames = await page.evaluate<number>('window.frames_')
  assert.ok(frames > 0 && frames <= 10, `${frames} drawings`)
})

test('out of reach is said with since when, and goes by itself; the day is read anew', {
  skip,
}, async (t) => {
  const { page, cut, mend, errors } = await openHands(t, { role: 'billing' })
  // A view that was still reading says so in a card of its own.
  const banner = page.locator('[role=alert]:not(.trouble)', { hasText: 'E699' })
  await page.getByRole('button', { name: 'ロック' }).waitFor()
  cut()
  await banner.waitFor()
  const text = await textOf(banner)
  assert.match(text, /受付システム（onshi-agent）につながりません。/)
  assert.match(text, /\d から/)
  assert.match(text, /下の表示は .*9:30 現在のものです/)
  assert.deepEqual(await axeViolations(page), [])
  const read = page.waitForResponse(/verifications\?day=2026-04-01/)
  mend()
  await banner.waitFor({ state: 'detached' })
  await read
  assert.deepEqual(errors, [])
})

test('at midnight the page goes to the new day, whatever its own clock says', {
  skip,
}, async (t) => {
  const asked: string[] = []
  const { push, page } = await openHands(t, {
    role: 'billing',
    answers: {
      'GET /v1/verifications': ({ path }: { path: string }) => {
        asked.push(path)
        return { items: [], cursor: 'c0' }
      },
    },
  })
  await page.getByRole('button', { name: 'ロック' }).waitFor()
  const midnight = page.waitForResponse(/day=2026-04-02/)
  push('state', { ...stateOf(), at: '2026-04-02T00:00:01+09:00' })
  await midnight
  push('state', { ...stateOf(), at: '2026-04-02T00:00:11+09:00', checks: { agent: [fault(1)] } })
  await page.getByText('お知らせ 1件：見本 1').waitFor()
  assert.equal(asked.filter((path) => path.includes('2026-04-02')).length, 1)
})

test('the frame fits 1024 × 768, and 200 % zoom loses nothing', { skip }, async (t) => {
  const { page, press } = await openHands(t, it)
  await press('Alt+2')
  await page.getByText('医事 花子').waitFor()
  const top = await page.getByRole('banner').boundingBox()
  assert.ok((top?.height ?? 99) <= 56, `${top?.height} px`)
  await page.setViewportSize({ width: 512, height: 384 })
  const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  assert.equal(await page.evaluate(overflow), 0)
  for (const name of ['ロック', 'サインアウト', '医事 花子 さんを停止'])
    await page.getByRole('button', { name }).scrollIntoViewIfNeeded()
  assert.deepEqual(await axeViolations(page), [])
})

test('a card that waits is seen from every view, since it lapses in a minute', {
  skip,
}, async (t) => {
  const { page, press, push } = await openHands(t, {})
  await press('Alt+2')
  await page.getByRole('heading', { name: '照会', level: 1 }).waitFor()
  push('state', { ...stateOf(), presentations: [sampleTap()] })
  const words = page.getByText('カードが置かれました。「いま」で本人を確認してください。')
  await words.waitFor()
  await page.getByRole('link', { name: /^いま\s*1\s*件$/ }).waitFor()
  push('state', { ...stateOf(), presentations: [sampleTap({ state: 'confirmed' })] })
  await words.waitFor({ state: 'detached' })
  assert.equal(await page.getByRole('link', { name: /^いま\s*1\s*件$/ }).count(), 0)
})
