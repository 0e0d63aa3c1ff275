import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { sampleEvent, sampleNote, sampleVerification } from '../../../bed/desk-samples.ts'
import { openStage, type Stage, type StageOptions, sentTo } from '../../../bed/desk-stage.ts'

after(closeBrowser)
const skip = noBrowser

/** As `GET /v1/handovers` says it. */
const handover = (id: string, given: object = {}) => ({
  verificationId: id,
  at: '2026-04-01T09:00:00+09:00',
  reasons: ['first-visit'],
  owner: null,
  ownedAt: null,
  acknowledgedBy: null,
  acknowledgedAt: null,
  isOverdue: false,
  referralText: null,
  event: sampleEvent({ id }),
  ...given,
})
const said = (value: string) => ({
  value,
  at: '2026-03-01T09:00:00+09:00',
  source: 'card-face' as const,
  verificationId: 'v-before',
})
const changed = {
  firstSeenAt: '2025-04-01T09:00:00+09:00',
  lastVisitAt: null,
  monthsSinceLast: null,
  firstOfMonth: true,
  changes: { insurerNumber: { before: said('01130012'), now: said('06139992') } },
}

/** Closed however the test ends. */
async function openLiaison(items: readonly object[], options: StageOptions = {}) {
  const stage = await openStage({
    role: 'liaison',
    ...options,
    answers: { 'GET /v1/handovers': { items }, ...options.answers },
  })
  await stage.page.getByRole('link', { name: /連携/ }).click()
  await stage.page.getByRole('heading', { name: '地域連携' }).waitFor()
  return Object.assign(stage, { [Symbol.asyncDispose]: () => stage.close() })
}
/** The number behind its title in the navigation. */
const countOf = ({ page }: Pick<Stage, 'page'>) =>
  page.getByRole('link', { name: /連携/ }).locator('.count')
const posted = (stage: Stage) => sentTo(stage, /^POST \/v1\/verifications/)

test('who is forgotten comes first and is marked, then the others, oldest first', {
  skip,
}, async () => {
  const name = (text: string) => ({
    event: sampleEvent({
      patient: null,
      results: [{ ...sampleVerification().results[0], name: text }],
    }),
  })
  await using stage = await openLiaison([
    handover('new', { at: '2026-04-01T09:20:00+09:00', ...name('例示　一') }),
    handover('older', { at: '2026-04-01T09:10:00+09:00', ...name('例示　二') }),
    handover('late', { at: '2026-04-01T09:25:00+09:00', isOverdue: true, ...name('例示　三') }),
  ])
  const { page } = stage
  await page.getByRole('heading', { level: 2 }).first().waitFor()
  const headings = await page.getByRole('heading', { level: 2 }).allTextContents()
  deepStrictEqual(
    headings.map((text) => text.trim().slice(0, 4)),
    ['例示　三', '例示　二', '例示　一'],
  )
  match((await page.getByRole('listitem').first().textContent()) ?? '', /確認が遅れています/)
  await page.getByText('過ぎても確認されていないものが 1件 あります。').waitFor()
  match((await countOf(stage).textContent()) ?? '', /^3/)
  deepStrictEqual(stage.errors, [])
})

test('each says why it is here: a first visit, another insurer, a referral and from where', {
  skip,
}, async () => {
  await using stage = await openLiaison([
    handover('a', {
      reasons: ['insurer-changed', 'referral'],
      referralText: '見本クリニック',
      owner: '連携 見本',
      ownedAt: '2026-04-01T09:05:00+09:00',
      event: sampleEvent({ id: 'a', history: changed }),
    }),
    handover('b', { at: '2026-04-01T09:01:00+09:00' }),
  ])
  await stage.page.getByRole('listitem').nth(1).waitFor()
  const [one = '', two = ''] = await stage.page.getByRole('listitem').allTextContents()
  match(one, /保険の変更[\s\S]*紹介状あり[\s\S]*紹介元：見本クリニック/)
  match(one, /01130012 → 06139992[\s\S]*見本健康保険組合/)
  match(one, /担当：連携 見本（9:05）/)
  match(two, /初めての受診[\s\S]*担当：まだいません・まだ確認されていません/)
})

test('one takes it, then acknowledges it; who and when is shown, and the list is read anew', {
  skip,
}, async () => {
  let owner: string | null = null
  let isSeen = false
  const list = () => ({
    items: isSeen ? [] : [handover('a', { owner, ownedAt: owner && '2026-04-01T09:40:00+09:00' })],
  })
  const notes = [
    () => {
      owner = '受付 見本'
      return sampleNote('a', 'assignment')
    },
    () => {
      isSeen = true
      return sampleNote('a', 'acknowledgement')
    },
  ]
  await using stage = await openLiaison([], {
    answers: {
      'GET /v1/handovers': list,
      'POST /v1/verifications/:id/notes': () => notes.shift()?.(),
    },
  })
  const { page } = stage
  await page.getByRole('button', { name: '引き受ける' }).press('Enter')
  await page.getByText('担当：受付 見本（9:40）').waitFor()
  strictEqual(await page.getByRole('button', { name: /引き受ける|担当を代わる/ }).count(), 0)
  await page.getByRole('button', { name: '確認済にする' }).press('Enter')
  await page.getByText('確認を待つ連携はありません。').waitFor()
  deepStrictEqual(posted(stage), [
    { route: 'POST /v1/verifications/a/notes', body: { kind: 'assignment' } },
    { route: 'POST /v1/verifications/a/notes', body: { kind: 'acknowledgement' } },
  ])
  await page.locator('#liaison-title:focus').waitFor()
})

test('those that were acknowledged are shown where that is asked for, by whom', {
  skip,
}, async () => {
  const seen = { acknowledgedBy: '連携 見本', acknowledgedAt: '2026-03-31T15:00:00+09:00' }
  const list = ({ path }: { path: string }) => ({
    items: path.endsWith('state=all') ? [handover('a', seen), handover('b')] : [handover('b')],
  })
  await using stage = await openLiaison([], { answers: { 'GET /v1/handovers': list } })
  const { page } = stage
  await page.getByRole('listitem').waitFor()
  await page.getByLabel('確認済も表示').check()
  await page.getByText('確認済：連携 見本（3月31日 15:00）').waitFor()
  strictEqual(await page.getByRole('button', { name: '確認済にする' }).count(), 1)
  match((await countOf(stage).textContent()) ?? '', /^1/)
})

test('who takes over from somebody else sees that there is somebody', { skip }, async () => {
  await using stage = await openLiaison([handover('a', { owner: '連携 花子' })])
  await stage.page.getByRole('button', { name: '担当を代わる' }).waitFor()
})

test('the list is printed, and that is told to the agent', { skip }, async () => {
  await using stage = await openLiaison([handover('a', { reasons: ['referral'] })], {
    role: 'billing',
  })
  const { page } = stage
  await page.evaluate('window.print = () => { window.printed = document.body.textContent }')
  const told = page.waitForRequest(/\/desk\/prints/)
  await page.getByRole('button', { name: '一覧を印刷' }).click()
  deepStrictEqual((await told).postDataJSON(), { kind: 'list', subject: '2026-04-01' })
  await holdsOn(page, 'window.printed !== undefined')
  match(
    String(await page.evaluate('window.printed')),
    /地域連携の一覧[\s\S]*見本　一郎[\s\S]*紹介状あり/,
  )
})

test('what the role does not see leaves no trace: no empty label, nothing made up', {
  skip,
}, async () => {
  await using stage = await openLiaison([handover('a', { event: null, reasons: ['referral'] })])
  await stage.page.getByRole('listitem').waitFor()
  const text = (await stage.page.getByRole('main').textContent()) ?? ''
  match(text, /氏名の回答なし[\s\S]*紹介状あり/)
  ok(!/undefined|null|保険者番号|患者番号|紹介元/.test(text), text)
})

test('who may only read sees no buttons', { skip }, async () => {
  await using stage = await openLiaison([handover('a')], { role: 'remote-billing' })
  await stage.page.getByRole('listitem').waitFor()
  strictEqual(await stage.page.getByRole('button', { name: /引き受ける|確認済にする/ }).count(), 0)
})
