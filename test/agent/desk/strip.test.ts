import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { DeskState } from '../../../agent/api/desk-shapes.ts'
import { conditions } from '../../../agent/kernel/conditions.ts'
import { axeViolations } from '../../bed/axe.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { openHands, textOf } from '../../bed/desk-hands.ts'
import { Refusal, stateOf } from '../../bed/desk-stage.ts'

const skip = noBrowser
after(closeBrowser)

type Check = DeskState['checks'][string][number]
const check = (
  code: keyof typeof conditions,
  componentId: string,
  given: Partial<Check> = {},
): Check => {
  const { number, title, action, hint, severity } = conditions[code]
  const since = '2026-04-01T09:12:00+09:00'
  return {
    componentId,
    status: severity,
    code,
    number,
    title,
    action,
    hint,
    since,
    facts: {},
    ...given,
  }
}
const lines: DeskState['lines'] = [
  {
    name: 'ngn',
    standing: 'down',
    isCurrent: true,
    isHeldByHand: false,
    carrier: '見本回線',
    phone: '0120-000-113',
    hours: '24時間',
  },
  {
    name: 'backup',
    standing: 'up',
    isCurrent: false,
    isHeldByHand: false,
    carrier: null,
    phone: null,
    hours: null,
  },
]
const broken = {
  status: 'fail',
  checks: {
    line: [check('LINE_LINK_DOWN', 'ngn')],
    certificate: [check('CERTIFICATE_EXPIRING', 'clinic')],
    gateway: [],
  },
  lines,
} satisfies Partial<DeskState>

/** The page loads by itself, too, and late on a slow machine. */
const switched = (asked: readonly { readonly route: string }[]) =>
  asked.findLast(({ route }) => route.startsWith('POST /v1/lines/'))?.route

test('a line that is down: what, since when, what to do, whom to call, the number', {
  skip,
}, async (t) => {
  const { page, errors } = await openHands(t, { role: 'billing', state: broken })
  const region = page.getByRole('region', { name: '障害とお知らせ' })
  await region.waitFor()
  const text = await textOf(region)
  for (const part of [
    'C911',
    '回線のLANケーブルがつながっていません。',
    '9:12 から',
    'LANケーブルと、ルーター・ONU の電源を確認してください。',
    '見本回線 0120-000-113 （24時間）',
    '保守業者 見本システム 03-0000-0000 （平日 9時～17時）',
    'いまの回線 ngn（停止）',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`)
  assert.equal((await page.content()).includes(conditions.LINE_LINK_DOWN.hint), false)
  await page.getByText('ほか 1件').click()
  await region.getByText('電子証明書の期限が近づいています。').waitFor()
  assert.deepEqual(await axeViolations(page), [])
  assert.deepEqual(errors, [])
})

test('who may switches the line by hand, and is told', { skip }, async (t) => {
  const { page, asked } = await openHands(t, {
    role: 'reception',
    state: broken,
    answers: { 'POST /v1/lines/:name/use': {} },
  })
  await page.getByRole('button', { name: '回線 backup に切り替える' }).click()
  await page.getByText('回線 backup に切り替えました。').waitFor()
  assert.equal(switched(asked), 'POST /v1/lines/backup/use')
})

test('a switch that is refused says why, with its number', { skip }, async (t) => {
  const refusal = {
    code: 'LINE_DOWN',
    number: 'E401',
    title: '切り替えられません。',
    action: '待ってください。',
  }
  const held = lines.map((line) => ({ ...line, isHeldByHand: line.isCurrent }))
  const { page, asked } = await openHands(t, {
    role: 'reception',
    state: { ...broken, lines: held },
    answers: { 'POST /v1/lines/:name/release': new Refusal(409, refusal) },
  })
  await page.getByRole('button', { name: '自動の選択に戻す' }).click()
  await page.getByText('E401 切り替えられません。').waitFor()
  assert.equal(switched(asked), 'POST /v1/lines/ngn/release')
})

test('who may not switch sees the lines without a button', { skip }, async (t) => {
  const { page } = await openHands(t, { role: 'liaison', state: broken })
  await page.getByText('いまの回線').waitFor()
  assert.equal(await page.getByRole('button', { name: /切り替える/ }).count(), 0)
})

test('what only warns is one line until it is opened', { skip }, async (t) => {
  const { page } = await openHands(t, {
    state: {
      status: 'warn',
      checks: {
        reader: [check('READER_DOWN', 'desk-1', { since: '2026-03-31T17:00:00+09:00' })],
        agent: [check('INSECURE_LISTEN', '0.0.0.0:8480')],
      },
    },
  })
  const region = page.getByRole('region', { name: '障害とお知らせ' })
  await region.waitFor()
  const folded = (await region.boundingBox())?.height ?? 0
  assert.ok(folded < 60, `${folded} px`)
  const action = region.getByText('カードリーダーのケーブルと電源を確認してください。')
  assert.equal(await action.isVisible(), false)
  await page.getByText('△ お知らせ 2件：カードリーダーが使えません。').click()
  await action.waitFor()
  await region.getByText('3月31日 17:00 から').waitFor()
})

test('a gateway that nobody reaches stops the desk, whatever else is only worth a word', {
  skip,
}, async (t) => {
  const gateway = [
    check('SIMULATOR_IN_USE', 'gateway', { since: '2026-03-31T17:00:00+09:00' }),
    check('GATEWAY_UNREACHABLE', 'gateway'),
  ]
  const { page } = await openHands(t, { state: { status: 'warn', checks: { gateway } } })
  const region = page.getByRole('region', { name: '障害とお知らせ' })
  await region
    .getByText('× 今は照会できません。オンライン資格確認システムに接続できません。')
    .waitFor()
  await region.getByText('ほか 1件').waitFor()
})

test('the strip comes with a fault and goes with it; statements are no faults', {
  skip,
}, async (t) => {
  const stated = { certificate: [check('CERTIFICATE_NOT_VISIBLE', 'clinic')] }
  const { page, push } = await openHands(t, { state: { checks: stated } })
  const region = page.getByRole('region', { name: '障害とお知らせ' })
  assert.equal(await region.count(), 0)
  push('state', { ...stateOf(), ...broken })
  await region.waitFor()
  await page
    .getByRole('status')
    .filter({ hasText: '障害：回線のLANケーブル' })
    .waitFor({ state: 'attached' })
  push('state', { ...stateOf(), checks: stated })
  await region.waitFor({ state: 'detached' })
})

const down: DeskState['lines'] = lines.map((line) => ({ ...line, standing: 'down' }))

test('when nobody can be asked about, that comes first, with the way to go on', {
  skip,
}, async (t) => {
  const { page, push, errors } = await openHands(t, { role: 'reception', state: { lines: down } })
  const region = page.getByRole('region', { name: '障害とお知らせ' })
  await region.waitFor()
  // As soon as it is so, before the agent is sure of what it comes from.
  assert.match(await textOf(region), /K109 × 今は照会できません（つながっていません）/)
  push('state', {
    ...stateOf(),
    lines: down,
    outage: { startedAt: '2026-04-01T09:12:00+09:00' },
    checks: { line: [check('LINE_LINK_DOWN', 'ngn'), check('NO_LINE', 'lines')] },
  })
  await region.getByText('9:12 から').first().waitFor()
  const text = await textOf(region)
  assert.ok(text.indexOf('C921') < text.indexOf('C911'), text)
  assert.equal(text.includes(conditions.NO_LINE.title), false, 'it is not said twice')
  assert.equal(await region.getByRole('button').count(), 0, 'of lines that are down none is chosen')
  await page
    .getByRole('status')
    .filter({ hasText: '今は照会できません' })
    .waitFor({ state: 'attached' })
  assert.deepEqual(await axeViolations(page), [])
  await region.getByRole('link', { name: '受付票' }).click()
  await page.getByRole('heading', { name: '受付票（照会できないとき）' }).waitFor()
  assert.deepEqual(errors, [])
})

test('a gateway that is gone only warns, and stops the work all the same', { skip }, async (t) => {
  const checks = {
    gateway: [check('GATEWAY_UNREACHABLE', 'gateway')],
    reader: [check('READER_DOWN', 'desk-1')],
  }
  const { page } = await openHands(t, { role: 'liaison', state: { status: 'warn', checks } })
  const region = page.getByRole('region', { name: '障害とお知らせ' })
  await region.waitFor()
  const text = await textOf(region)
  assert.match(text, /C918 × 今は照会できません。オンライン資格確認システムに接続できません。/)
  assert.match(text, /資格確認書などで受付を続け/)
  assert.match(text, /全国的な障害の可能性があります。/)
  await region.getByText('ほか 1件').waitFor()
  assert.equal(await region.getByRole('link', { name: '受付票' }).count(), 0, 'not of this role')
})

test('a line that is down may be chosen for when it is back, and that is said', {
  skip,
}, async (t) => {
  const other = lines.map((line) => ({ ...line, isCurrent: !line.isCurrent }))
  const { page, asked } = await openHands(t, {
    role: 'reception',
    state: { ...broken, lines: other },
    answers: { 'POST /v1/lines/:name/use': {} },
  })
  await page.getByRole('button', { name: '回線 ngn に切り替える（つながりしだい）' }).click()
  await page.getByText('回線 ngn を選びました。つながりしだい切り替わります。').waitFor()
  assert.equal(switched(asked), 'POST /v1/lines/ngn/use')
})
