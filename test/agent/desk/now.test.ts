import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { advisory } from '../../../agent/kernel/advisories.ts'
import { axeViolations } from '../../bed/axe.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { eventually } from '../../bed/client.ts'
import { sampleNote, sampleTap } from '../../bed/desk-samples.ts'
import { Refusal, sentTo, stateOf } from '../../bed/desk-stage.ts'
import { CONFIRM, came, faultOf, stageFor } from './now-bed.ts'

const skip = noBrowser
/** The page draws with the next frame, which a clock that stands still never shows. */
const FRAME_MS = 20
after(closeBrowser)

test('a reader that waits says so, and so does one that is down, with what helps and the number', {
  skip,
}, async (t) => {
  const { page, state, errors } = await stageFor(t)
  await page.getByText('待機中').waitFor()
  const [reader] = stateOf().readers
  assert.ok(reader)
  state({ readers: [{ ...reader, state: 'down', fault: faultOf('READER_GONE') }] })
  const item = page.getByRole('listitem').filter({ hasText: 'カードリーダーが見つかりません。' })
  await item.getByText('ケーブルを差し直してください').waitFor()
  assert.equal(await item.locator('.number').textContent(), 'E301')
  assert.deepEqual(errors, [])
})

test('what is no My Number card is named, with what to do', { skip }, async (t) => {
  const { page, state } = await stageFor(t)
  state({ presentations: [sampleTap({ kind: 'other-card', name: '運転免許証' })] })
  await page.getByText('マイナンバーカードではありません（運転免許証）').waitFor()
  await page.getByText('マイナンバーカードを置いていただいてください。').waitFor()
  state({ presentations: [sampleTap({ kind: 'unreadable', fault: faultOf('TWO_CARDS') })] })
  await page.getByText('カードが二枚置かれています。').waitFor()
  await page.getByText('E314').waitFor()
  assert.equal(await page.getByRole('button', { name: '目視で本人を確認した' }).count(), 0)
})

test('a result that comes live takes the place of the one before, which stays in reach', {
  skip,
}, async (t) => {
  const { page, push } = await stageFor(t, {
    answers: { 'GET /v1/verifications': { items: [came()], cursor: 'c1' } },
  })
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  const next = came({
    id: 'next',
    outcome: 'offline',
    results: [],
    patient: null,
    fault: faultOf('NO_LINE'),
  })
  push('item', next, next.cursor)
  await page.getByRole('heading', { name: '今は照会できません' }).waitFor()
  await page.getByRole('link', { name: /9:30.見本.一郎/ }).waitFor()
  await page.getByRole('button', { name: '申立書を印刷' }).waitFor()
})

test('a press that was meant for the result before does not hit the one that has just come', {
  skip,
}, async (t) => {
  const notes = /^POST .*\/notes$/
  const { page, push, asked } = await stageFor(t, {
    answers: {
      'GET /v1/verifications': { items: [came({ id: 'one' })], cursor: 'c1' },
      'POST /v1/verifications/:id/notes': ({ path }) =>
        sampleNote(path.split('/')[3] ?? '', 'original-sighted'),
    },
  })
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  // The hand is as quick on a loaded machine. A longer leap would let the page take the agent for dead.
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 10_000)
  const next = came({ id: 'two', advisories: [advisory('INSURER_CHANGED')] })
  push('item', next, next.cursor)
  const heading = page.getByRole('heading', { name: '確認することがあります' })
  await eventually('it is drawn', async () => {
    await page.clock.runFor(FRAME_MS)
    return (await heading.count()) > 0 ? true : undefined
  })
  const button = page.getByRole('button', { name: '現物確認済' })
  await button.click()
  await page.getByText('新しい結果に変わりました。').waitFor()
  assert.deepEqual(
    asked.filter(({ route }) => notes.test(route)),
    [],
  )
  await page.clock.runFor(1_000)
  await button.click()
  await page.getByText('✓ 現物確認済 9:40 受付 見本').waitFor()
  assert.deepEqual(sentTo({ asked }, notes), [
    { route: 'POST /v1/verifications/two/notes', body: { kind: 'original-sighted' } },
  ])
})

test('R asks a typed one again; one that needs its card is not offered', { skip }, async (t) => {
  const { page, push, asked } = await stageFor(t, {
    answers: {
      'GET /v1/verifications': {
        items: [came({ id: 'typed', outcome: 'pending', results: [] })],
        cursor: 'c1',
      },
      'POST /v1/verifications/typed/recheck': () => came({ id: 'anew', supersedes: 'typed' }),
    },
  })
  await page.getByRole('heading', { name: '確認中です' }).waitFor()
  await page.keyboard.press('r')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  assert.equal(asked.filter(({ route }) => route.endsWith('/recheck')).length, 1)
  const source = { kind: 'card', authentication: 'visual', reader: 'desk-1', line: 'ngn' } as const
  const card = came({ id: 'card', outcome: 'pending', results: [], source })
  push('item', card, card.cursor)
  await page.getByRole('heading', { name: '確認中です' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'もう一度照会' }).count(), 0)
})

test('who is asked about by itself, hours later or in bulk, does not stand at the desk', {
  skip,
}, async (t) => {
  const { page } = await stageFor(t, {
    answers: {
      'GET /v1/verifications': {
        items: [
          came({ id: 'bulk', reception: null }),
          came({ id: 'later', askedAt: '2026-04-01T12:30:00+09:00' }),
        ],
        cursor: 'c1',
      },
    },
  })
  await page.getByText('今日はまだ結果がありません。').waitFor()
  assert.equal(await page.getByRole('article').count(), 0)
})

test('where the card is read at the terminal, that is said', { skip }, async (t) => {
  const { page } = await stageFor(t, { state: { via: 'terminal', readers: [] } })
  await page.getByText('カードは資格確認端末で読み取ります。').waitFor()
})

test('a live update takes the keyboard from nobody', { skip }, async (t) => {
  const { page, push, state } = await stageFor(t, {
    answers: { 'GET /v1/verifications': { items: [came()], cursor: 'c1' } },
  })
  const button = page.getByRole('button', { name: '結果票を印刷' })
  await button.focus()
  const next = came({ id: 'next', outcome: 'multiple' })
  push('item', next, next.cursor)
  state({ presentations: [sampleTap()] })
  await page.getByRole('heading', { name: '条件に合う方が複数います' }).waitFor()
  await page.getByText('本人を確認してください').waitFor()
  assert.equal(await button.evaluate((one) => one === one.ownerDocument.activeElement), true)
})

test('the view has no fault that axe knows, with a tap, a trouble and a card', {
  skip,
}, async (t) => {
  const advisories = [
    'GIVEN_NAME_DIFFERS',
    'INSURER_CHANGED',
    'ADDRESS_CHANGED',
    'BURDEN_RATIO_CHANGED',
  ] as const
  const { page, state } = await stageFor(t, {
    answers: {
      'GET /v1/verifications': {
        items: [came(), came({ id: 'two', advisories: advisories.map((one) => advisory(one)) })],
        cursor: 'c1',
      },
      [CONFIRM]: () => new Refusal(409, faultOf('CARD_QUERY_OFF')),
    },
  })
  state({ presentations: [sampleTap({ pin: 'possible' })] })
  await page.getByRole('button', { name: '目視で本人を確認した' }).click()
  await page.locator('.trouble').waitFor()
  assert.deepEqual(await axeViolations(page), [])
})

test('that another result has come is seen, and its words can be read at once', {
  skip,
}, async (t) => {
  const { page, push } = await stageFor(t, {
    answers: { 'GET /v1/verifications': { items: [came()], cursor: 'c1' } },
  })
  const ring = page.locator('.arrival')
  await ring.waitFor({ state: 'attached' })
  await ring.evaluate((one) => one.setAttribute('data-seen', ''))
  const next = came({ id: 'next' })
  push('item', next, next.cursor)
  await page.locator('.arrival:not([data-seen])').waitFor({ state: 'attached' })
  const opacity = "getComputedStyle(document.querySelector('.result-card')).opacity"
  assert.equal(await page.evaluate(opacity), '1')
})

test('while a sheet lies over the page no key asks about the one below it', { skip }, async (t) => {
  const list = { items: [came()], cursor: 'c0' }
  const { page, asked } = await stageFor(t, { answers: { 'GET /v1/verifications': list } })
  await page.evaluate('window.print = () => {}')
  await page.getByRole('button', { name: '結果票を印刷' }).click()
  await page.getByRole('button', { name: '画面に戻る' }).waitFor()
  // By the agent’s clock, not the PC’s.
  await page.locator('.slip').getByText('印刷 2026年4月1日 9:30').waitFor()
  await page.keyboard.press('F8')
  await page.getByRole('button', { name: '画面に戻る' }).click()
  await page.getByRole('heading', { name: 'いま', exact: true }).waitFor()
  assert.equal(asked.filter(({ route }) => route.endsWith('/recheck')).length, 0)
})
