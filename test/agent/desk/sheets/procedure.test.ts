import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openDay } from '../../../../agent/desk/day.ts'
import { countsOf } from '../../../../agent/desk/sheets/counts.ts'
import { conditions } from '../../../../agent/kernel/conditions.ts'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { sampleEvent } from '../../../bed/desk-samples.ts'
import { openStage, stateOf } from '../../../bed/desk-stage.ts'
import { checkOf } from '../status/samples.ts'
import { deskOf, printed } from './printed.ts'

const skip = noBrowser
after(closeBrowser)

const procedure = ['procedure', 'procedureSheet'] as const
/** The day in Japan. */
const today = () => new Date(Date.now() + 9 * 60 * 60_000).toISOString().slice(0, 10)
const session = { institution: '1312345678' }
const [line] = stateOf().lines
assert.ok(line)
const down = {
  ...stateOf(),
  status: 'fail' as const,
  checks: {
    line: [
      checkOf('NO_LINE', 'gateway'),
      checkOf('LINE_ROUTER_GONE', 'ngn'),
      checkOf('LINE_LINK_DOWN', 'mobile'),
    ],
    delivery: [checkOf('DELIVERY_STUCK', 'reseco'), checkOf('DELIVERY_PARKED', 'reseco')],
    certificate: [checkOf('CERTIFICATE_EXPIRING', 'client', { days: 30 })],
  },
  lines: [
    {
      ...line,
      standing: 'down' as const,
      carrier: '見本通信',
      phone: '0120-000-000',
      hours: '9時～17時',
    },
    {
      ...line,
      name: 'mobile',
      standing: 'down' as const,
      carrier: '見本モバイル',
      phone: '0120-111-111',
      hours: '24時間',
    },
  ],
  outage: { startedAt: '2026-04-01T09:12:00+09:00' },
}

test('with every line down the procedure is one page that one can work by', { skip }, async (t) => {
  const stage = await deskOf(t)
  const facts = {
    state: down,
    isConnected: true,
    session,
    counts: { received: 12, unresolved: 3 },
    intakes: 2,
  }
  const { text, pages } = await printed(stage, procedure, facts)
  for (const said of [
    '医療機関コード 1312345678',
    '本日の受付 12件（うち未確認 3件）',
    '受付票 2件',
    '2026年4月1日 9:12 から、どの回線でも照会できません',
    `${conditions.NO_LINE.number} ${conditions.NO_LINE.title}`,
    'ほか2件',
    '0120-000-000',
    '9時～17時',
    '03-0000-0000',
    '0800-080-4583',
    '9:12から照会できません',
    '被保険者資格申立書',
    '10割にしない',
  ])
    assert.ok(text.includes(said), `${said} in ${text}`)
  const order = ['0120-000-000', '0120-111-111', '03-0000-0000', '0800-080-4583'].map((n) =>
    text.indexOf(n),
  )
  assert.deepEqual(
    [...order].sort((one, other) => one - other),
    order,
  )
  assert.equal(await stage.page.locator('tbody tr').count(), 10)
  assert.equal(pages, 1)
  assert.deepEqual(stage.errors, [])
})

test('one that is printed beforehand says that nothing is broken', { skip }, async (t) => {
  const stage = await deskOf(t)
  const facts = { state: stateOf(), isConnected: true, session, counts: null, intakes: null }
  const { text, pages } = await printed(stage, procedure, facts)
  assert.ok(text.includes('いまはありません'))
  assert.ok(!text.includes('本日の受付'))
  assert.equal(pages, 1)
})

test('the call centre that the clinic configured is called once', { skip }, async (t) => {
  const stage = await deskOf(t)
  const contacts = [{ name: 'コールセンター', phone: '0800 080 4583', hours: '平日' }]
  const facts = {
    state: { ...stateOf(), contacts },
    isConnected: true,
    session,
    counts: null,
    intakes: null,
  }
  const { text } = await printed(stage, procedure, facts)
  assert.ok(text.includes('0800 080 4583'))
  assert.ok(!text.includes('0800-080-4583'))
})

test('it is printed from its own page, alone and audited', { skip }, async (t) => {
  const stage = await openStage({
    role: 'reception',
    state: down,
    answers: { 'GET /v1/offline-intakes': { items: [{}, {}] } },
  })
  t.after(stage.close)
  const { page } = stage
  await page.goto(`${stage.url}#/status/procedure`)
  await page.getByText('受付票 2件').waitFor()
  await page.evaluate(`window.print = () => {
    window.printedText = document.querySelector('article.sheet').textContent
  }`)
  const told = page.waitForRequest(/desk\/prints/)
  // The test may run over midnight.
  const days = [today()]
  await page.getByRole('button', { name: '印刷' }).click()
  const { kind, subject } = (await told).postDataJSON()
  days.push(today())
  assert.equal(kind, 'procedure')
  assert.ok(days.includes(subject), subject)
  await holdsOn(page, 'window.printedText !== undefined')
  assert.match(String(await page.evaluate('window.printedText')), /停止時の手順/)
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.evaluate("document.querySelector('nav').getClientRects().length"), 0)
})

test('out of reach, it says so, and of when the rest is', { skip }, async (t) => {
  const stage = await deskOf(t)
  const facts = { isConnected: false, session, counts: null, intakes: null }
  const late = await printed(stage, procedure, { ...facts, state: down })
  assert.ok(late.text.includes('E699 受付システムにつながりません。下は9:30現在です。'))
  const never = await printed(stage, procedure, { ...facts, state: null })
  assert.ok(never.text.includes('E699') && never.text.includes('0800-080-4583'))
})

test('a recheck counts once, by its newest answer', () => {
  const day = openDay()
  for (const given of [
    { id: 'a', outcome: 'offline' },
    { id: 'b', supersedes: 'a' },
    { id: 'c', held: true },
    { id: 'd', outcome: 'valid-unregistered' },
    { id: 'e', outcome: 'not-found' },
  ] as const)
    day.take(sampleEvent(given))
  assert.deepEqual(countsOf(day), { received: 4, unresolved: 2 })
})
