import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { faultReport } from '../../../../agent/api/answers.ts'
import { nowInJapan } from '../../../../agent/desk/clock.ts'
import { conditions } from '../../../../agent/kernel/conditions.ts'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { openStage, Refusal, stateOf } from '../../../bed/desk-stage.ts'
import { checkOf, rows, sampleDeliveries, sampleJobs } from '../status/samples.ts'
import { quiet, routes, statusOf } from '../status/status-stage.ts'

const skip = noBrowser
after(closeBrowser)

test('one look tells what is wrong: what, since when, what to do, and the number', {
  skip,
}, async (t) => {
  const { page, errors } = await statusOf(t, {
    role: 'it',
    state: {
      status: 'fail',
      checks: {
        line: [checkOf('LINE_ROUTER_GONE', 'ngn')],
        certificate: [checkOf('CERTIFICATE_EXPIRING', 'client', { days: 30 })],
      },
    },
  })
  await page.getByText('× 止まっています 1件　△ 注意 1件').waitFor()
  const tile = page.getByRole('listitem').filter({ hasText: '回線 ngn' }).first()
  const { title, action, number } = conditions.LINE_ROUTER_GONE
  for (const said of [title, action, number, '4月1日 9:12から'])
    assert.match((await tile.textContent()) ?? '', new RegExp(said))
  assert.match(await page.content(), /残り30日/)
  for (const { hint } of [conditions.LINE_ROUTER_GONE, conditions.CERTIFICATE_EXPIRING])
    assert.doesNotMatch(await page.content(), new RegExp(hint.slice(0, 20)))
  assert.deepEqual(errors, [])
})

test('a good day says so, and that no backup is made', { skip }, async (t) => {
  const { page, errors } = await statusOf(t, { role: 'it' })
  await page.getByText('○ 悪いところはありません').waitFor()
  await page.getByText('まだバックアップがありません。').waitFor()
  await page.getByText('1.2.3').waitFor()
  assert.deepEqual(errors, [])
})

test('the picture of a line is said in words, with the stops', { skip }, async (t) => {
  const until = nowInJapan()
  const { page } = await statusOf(t, {
    role: 'it',
    answers: {
      'GET /v1/lines/:name/quality': rows(until, 1440, (ago) =>
        (ago > 10 && ago <= 18) || (ago > 120 && ago <= 126) ? { standing: 'down' } : {},
      ),
    },
  })
  const picture = page.getByRole('img', { name: /停止 2回 合計14分/ })
  await picture.waitFor()
  assert.equal(await picture.locator('rect[fill="url(#down-ngn)"]').count(), 2)
  await page.getByText(/停止: .+（8分）、.+（6分）/).waitFor()
})

test('clinic IT sees the deliveries and decides nothing', { skip }, async (t) => {
  const { page } = await statusOf(t, {
    role: 'it',
    answers: { 'GET /v1/deliveries': sampleDeliveries(), 'GET /v1/jobs': sampleJobs() },
  })
  await page.getByText('人の確認を待つもの（2件）').waitFor()
  for (const name of ['対応を選ぶ', 'をいま実行'])
    assert.equal(await page.getByRole('button', { name }).count(), 0)
  assert.equal(await page.getByRole('link', { name: '結果を見る' }).count(), 0)
  assert.equal(await page.getByRole('heading', { name: '一日のまとめ' }).count(), 0)
})

test('a ward sees the marks and asks for nothing that it may not', { skip }, async (t) => {
  const { page, asked } = await statusOf(t, { role: 'ward' })
  await page.getByText('○ 悪いところはありません').waitFor()
  assert.deepEqual(
    routes(asked).filter((route) => /lines|deliveries|jobs|outages|terminal/.test(route)),
    [],
  )
  assert.equal(await page.getByRole('heading', { name: '回線', exact: true }).count(), 0)
})

test('through the terminal its folders are shown in place of lines', { skip }, async (t) => {
  const { page, asked } = await statusOf(t, {
    role: 'it',
    state: { via: 'terminal', lines: [] },
    answers: {
      'GET /v1/terminal': {
        folders: [
          {
            role: 'res',
            path: '/mnt/oqs/res',
            state: 'unreachable',
            since: '2026-04-01T09:00:00+09:00',
            fault: faultReport('TERMINAL_UNREACHABLE'),
            entries: null,
            newestAt: null,
            lookedAt: null,
            listingMs: null,
            spool: null,
          },
        ],
        open: 2,
        answerMs: { last: 900, median: 1200 },
        heardAt: '2026-04-01T09:00:00+09:00',
        bypassed: false,
        bypass: null,
      },
    },
  })
  await page.getByText('回答を待つ照会 2件、回答まで ふだん1.2秒').waitFor()
  await page.getByRole('cell', { name: /つながりません/ }).waitFor()
  assert.equal(
    routes(asked).some((route) => route.startsWith('GET /v1/lines')),
    false,
  )
})

test('what is loaded stays fresh while it is shown, and the focus stays', { skip }, async (t) => {
  const stage = await openStage({ role: 'it', answers: quiet })
  t.after(stage.close)
  const { page, asked, url } = stage
  const loads = () => routes(asked).filter((route) => route === 'GET /v1/jobs').length
  await page.clock.install()
  await page.goto('about:blank')
  const begun = page.waitForResponse(/v1\/outages/)
  await page.goto(`${url}#/status`)
  await begun
  await page.getByRole('button', { name: '回線テスト' }).focus()
  const first = loads()
  const loaded = page.waitForResponse(/v1\/outages/)
  await page.clock.runFor(31_000)
  await loaded
  assert.equal(loads(), first + 1)
  const focused = page.getByRole('button', { name: '回線テスト' })
  await page.locator(':focus').and(focused).waitFor()
})

test('news of a part has the details loaded anew', { skip }, async (t) => {
  const { page, push } = await statusOf(t, { role: 'it' })
  await page.getByRole('heading', { name: '回線 ngn', level: 3 }).waitFor()
  const anew = page.waitForRequest(/v1\/deliveries/)
  push('state', {
    ...stateOf(),
    checks: { delivery: [checkOf('DELIVERY_STUCK', 'reseco')] },
  })
  await anew
  await page.getByText(`× ${conditions.DELIVERY_STUCK.title}`).waitFor()
})

test('what cannot be loaded says why, and the marks stay', { skip }, async (t) => {
  const problem = {
    code: 'STORE_FAILED',
    number: 'E701',
    title: '読めません。',
    action: '待ってください。',
  }
  const { page } = await statusOf(t, {
    role: 'it',
    answers: { 'GET /v1/jobs': new Refusal(503, problem) },
  })
  await page.getByText('読めません。待ってください。').waitFor()
  await page.getByText('○ 悪いところはありません').waitFor()
})

test('each part is reached from its mark, and everything by keyboard', { skip }, async (t) => {
  const { page } = await statusOf(t, { role: 'it' })
  const button = page.getByRole('button', { name: '回線テスト' })
  await button.waitFor()
  await page.getByRole('button', { name: /回線\s*ngn\s*を\s*詳しく/ }).focus()
  await page.keyboard.press('Enter')
  await holdsOn(page, 'document.activeElement.id === "status-lines"')
  await page.keyboard.press('Tab')
  await page.locator(':focus').and(button).waitFor()
})

test('nothing is lost at 200 % on a screen of 1024 by 768', { skip }, async (t) => {
  const { page } = await statusOf(t, {
    answers: { 'GET /v1/deliveries': sampleDeliveries(), 'GET /v1/jobs': sampleJobs() },
  })
  await page.getByText('人の確認を待つもの（2件）').waitFor()
  await page.setViewportSize({ width: 512, height: 384 })
  const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  assert.equal(await page.evaluate(over), 0)
})

test('the digest of the chosen day opens for who may', { skip }, async (t) => {
  const { page } = await statusOf(t)
  const link = page.getByRole('link', { name: 'まとめを開く' })
  // Of the agent’s day, whatever the clock of the PC says.
  assert.equal(await link.getAttribute('href'), '/v1/digest?day=2026-04-01&format=html')
  await page.getByLabel('日付').fill('2026-03-31')
  await page.getByLabel('日付').press('Tab')
  assert.equal(await link.getAttribute('href'), '/v1/digest?day=2026-03-31&format=html')
})
