import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { conditions } from '../../../agent/kernel/conditions.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import { axeViolations } from '../../bed/axe.ts'
import { closeBrowser, noBrowser } from '../../bed/browser.ts'
import { Refusal } from '../../bed/desk-stage.ts'
import { ASK, birthdate, CHECK, came, checked, misread, refusalOf, stageFor } from './ask-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('a whole question from the keyboard alone: Enter goes on in the printed order and asks at the end', {
  skip,
}, async (t) => {
  const { page, type, asks, errors } = await stageFor(t, { [ASK]: () => came() })
  await page.locator('form.face .field label').first().waitFor()
  const labels = await page.locator('form.face .field label').allTextContents()
  assert.deepEqual(
    labels.map((label) => label.replace(/\s*必須/, '')),
    ['記号', '番号', '枝番', '生年月日', '負担割合', '保険者番号', '患者番号（診察券）'],
  )
  await type('１２・３４', '5678', '01', 'S55.5.2', '3', '06139992', '00107')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  const face = {
    insuredCardSymbol: '１２・３４',
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '01',
    birthdate: 'S55.5.2',
    insuredPartialContributionRatio: '3割',
    insurerNumber: '06139992',
    patientNumber: '00107',
  }
  assert.deepEqual(asks(), [face])
  // The tick is for those who ask for it: by Tab, and Enter asks from there too.
  const again = page.waitForResponse((response) => response.url().endsWith('/v1/verifications'))
  for (const key of ['Tab', 'Space', 'Enter']) await page.keyboard.press(key)
  await again
  assert.deepEqual(asks(), [face, { ...face, limitConsent: {} }])
  assert.equal(await page.locator('#face-insuredIdentificationNumber').inputValue(), '5678')
  assert.deepEqual(errors, [])
})

test('Enter twice asks once, and once more the same content is not asked by accident', {
  skip,
}, async (t) => {
  const { promise, resolve } = Promise.withResolvers<object>()
  const { page, typeAll, asks } = await stageFor(t, { [ASK]: () => promise })
  await typeAll()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByText('照会しています…').waitFor()
  resolve(came())
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('照会済みです。').waitFor()
  assert.equal(asks().length, 1)
})

test('after a lost answer the same question goes with the same key, a changed one with another', {
  skip,
}, async (t) => {
  const { page, typeAll, keys, cut, mend } = await stageFor(t, { [ASK]: () => came() })
  await typeAll()
  cut()
  await page.keyboard.press('Enter')
  await page.locator('.trouble').getByText('E699').waitFor()
  assert.equal(await page.locator('#face-patientNumber').inputValue(), '00107')
  mend()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  await page.locator('#face-insuredBranchNumber').fill('02')
  await page.getByRole('button', { name: '照会する' }).click()
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  const [first, second, third] = keys
  assert.ok(first !== undefined && third !== undefined)
  assert.equal(second, first)
  assert.notEqual(third, first)
})

test('a question that takes longer is waited for, and its answer comes in place', {
  skip,
}, async (t) => {
  const location = '/v1/verifications/slow'
  let looked = 0
  const open = () => new Refusal(202, { id: 'slow', state: 'open' }, { location })
  const { page, typeAll } = await stageFor(t, {
    [ASK]: open,
    'GET /v1/verifications/slow': () => {
      looked += 1
      return looked < 3 ? open() : came({ id: 'slow', outcome: 'not-found', results: [] })
    },
  })
  await typeAll()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '該当する資格が見つかりません' }).waitFor()
  await page
    .getByText('「保険の登録がまだ見つかりません。番号をもう一度確認させてください。」')
    .waitFor()
  assert.equal(looked, 3)
})

test('offline is an answer with words for the patient and what was last known, never as valid', {
  skip,
}, async (t) => {
  const lastKnown = { id: 'old', at: '2026-03-01T10:00:00+09:00', outcome: 'valid' } as const
  const { number, title, action } = faults.NO_LINE
  const fault = { code: 'NO_LINE', number, title, action, detail: 'not shown' }
  const { page, typeAll } = await stageFor(t, {
    [ASK]: () => came({ outcome: 'offline', results: [], patient: null, fault, lastKnown }),
  })
  await typeAll()
  await page.keyboard.press('Enter')
  const card = page.getByRole('article')
  await card.getByRole('heading', { name: '今は照会できません' }).waitFor()
  await card.getByText('前回（2026年3月1日）の結果：資格は有効です。').waitFor()
  await card.getByText('今日の資格は確認できていません。').waitFor()
  await card.getByText('E410').waitFor()
  assert.equal(await card.getByText('not shown').count(), 0)
  assert.match((await card.getAttribute('class')) ?? '', /stop/)
})

test('F8 asks again, F9 clears everything for the next patient; nothing typed is in the address or kept', {
  skip,
}, async (t) => {
  const { page, typeAll, asked, has } = await stageFor(t, {
    [ASK]: () => came({ id: 'one' }),
    'POST /v1/verifications/one/recheck': () => came({ id: 'two', outcome: 'multiple' }),
  })
  await typeAll()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  await page.keyboard.press('F8')
  await page.getByRole('heading', { name: '条件に合う方が複数います' }).waitFor()
  assert.equal(asked.filter(({ route }) => route.endsWith('/recheck')).length, 1)
  const kept = await page.evaluate<string>(
    'JSON.stringify([location.href, document.title, { ...localStorage }, { ...sessionStorage }])',
  )
  for (const typed of ['5678', '06139992', '00107', '55.5.2']) assert.ok(!kept.includes(typed))
  await page.keyboard.press('F9')
  await has('insuredCardSymbol')
  const values = await page
    .locator('form.face input, form.face select')
    .evaluateAll((all) =>
      all.map((one) =>
        'value' in one && one.getAttribute('type') !== 'checkbox' ? one.value : '',
      ),
    )
  assert.deepEqual(values.join(''), '')
  assert.equal(await page.getByRole('article').count(), 0)
})

test('what comes for the patient before is not shown to the next one', { skip }, async (t) => {
  const { promise, resolve } = Promise.withResolvers<object>()
  const { page, typeAll } = await stageFor(t, { [ASK]: () => promise })
  await typeAll()
  await page.keyboard.press('Enter')
  await page.getByText('照会しています…').waitFor()
  await page.keyboard.press('F9')
  const answered = page.waitForResponse((response) => response.url().endsWith('/v1/verifications'))
  resolve(came())
  await answered
  await page.keyboard.type('9')
  assert.equal(await page.getByRole('article').count(), 0)
  assert.equal(await page.locator('#face-insuredCardSymbol').inputValue(), '9')
})

test('the view fits 1024×768 and 200 %, and axe finds nothing', { skip }, async (t) => {
  const { page, typeAll } = await stageFor(t, {
    [ASK]: () => refusalOf('CARD_FACE_INVALID', [misread]),
  })
  const button = page.getByRole('button', { name: '照会する' })
  const box = await button.boundingBox()
  assert.ok(box !== null && box.y + box.height <= 768, 'the whole form is seen without scrolling')
  await typeAll()
  await page.keyboard.press('Enter')
  await page.locator('.trouble').waitFor()
  assert.deepEqual(await axeViolations(page), [])
  await page.setViewportSize({ width: 512, height: 384 })
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - window.innerWidth',
  )
  assert.ok(overflow <= 0, `${overflow} px are cut off at 200 %`)
})

test('with lines down and the strip open, what is proposed is seen without scrolling', {
  skip,
}, async (t) => {
  const since = '2026-04-01T09:12:00+09:00'
  const check = (code: 'NO_LINE' | 'LINE_ROUTER_GONE', componentId: string) => {
    const { number, title, action, hint } = conditions[code]
    const status = 'fail' as const
    return { componentId, status, code, number, title, action, hint, since, facts: {} }
  }
  const lines = ['ngn', 'ipsec'].map((name) => ({
    ...{ name, standing: 'down' as const, isCurrent: false, isHeldByHand: false },
    ...{ carrier: '見本回線', phone: '0120-000-113', hours: '24時間' },
  }))
  const line = [check('NO_LINE', 'lines'), check('LINE_ROUTER_GONE', 'ngn')]
  const { page, type } = await stageFor(
    t,
    { [CHECK]: checked({ mistakes: [misread], birthdate }) },
    { checks: { line }, lines, outage: { startedAt: since } },
  )
  const strip = page.getByRole('region', { name: '障害とお知らせ' })
  await strip.getByRole('link', { name: '受付票' }).waitFor()
  await type('', '5678', '', '19800502', '', '06139993')
  const proposal = page.getByRole('button', { name: '06139992 に直す' })
  await proposal.waitFor()
  await page.evaluate('window.scrollTo(0, 0)')
  const box = await proposal.boundingBox()
  if (process.env['DESK_PICTURES'] !== undefined)
    await page.screenshot({ path: `${process.env['DESK_PICTURES']}/ask-strip.png` })
  assert.ok(box !== null && box.y + box.height <= 768, `${box?.y}`)
})
