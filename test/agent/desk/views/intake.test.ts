import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Response as PageResponse } from 'playwright-core'
import type { ShownIntake } from '../../../../agent/api/intake-shown.ts'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { sampleEvent } from '../../../bed/desk-samples.ts'
import { openStage, Refusal, stateOf } from '../../../bed/desk-stage.ts'
import { ADD, CLOSE, intake, LIST, listOf, shown } from './intake-bed.ts'

const skip = noBrowser
after(closeBrowser)

type Stage = Awaited<ReturnType<typeof shown>>
const sent = ({ asked }: Stage, route = ADD) => asked.filter((one) => one.route === route)

const four = { name: '見本　一郎', birthdate: 'S550502', sex: '1', address: '架空区見本１－２－３' }
async function fill({ page }: Stage) {
  await page.getByLabel('氏名').fill(four.name)
  await page.getByLabel('生年月日').fill(four.birthdate)
  await page.getByLabel('男', { exact: true }).check()
  await page.getByLabel('住所').fill(four.address)
}
const isAnswer = (response: PageResponse) => response.request().method() === 'POST'
const save = ({ page }: Stage) => page.getByRole('button', { name: '保存する' })

test('with every line down, four facts are kept by keyboard alone, and the next patient can be written', {
  skip,
}, async (t) => {
  let items: ShownIntake[] = []
  const stage = await shown(t, {
    answers: { [LIST]: () => listOf(...items) },
  })
  const { page } = stage
  await page.getByText('× 4月1日 9:30 から、保険の照会ができません。').waitFor()
  await page.getByLabel('氏名').focus()
  for (const text of [four.name, '', four.birthdate]) {
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.keyboard.type(four.address)
  items = [intake()]
  for (let field = 0; field < 6; field += 1) await page.keyboard.press('Enter')
  await page.locator('input[type=checkbox]:focus').waitFor()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.getByText('受付票を保存しました').waitFor()
  assert.deepEqual(sent(stage)[0]?.body, { ...four, consent: true })
  await page.locator('[name="name"]:focus').waitFor()
  assert.equal(await page.getByLabel('住所').inputValue(), '')
  await page.getByRole('row', { name: '見本　一郎' }).getByText('△ 人が確認します').waitFor()
  await page.getByRole('link', { name: '受付票' }).getByText('1').waitFor()
})

test('an answer that is lost loses nothing: it says so, and the same again makes one', {
  skip,
}, async (t) => {
  let isReached = false
  const stage = await shown(t)
  const { page } = stage
  await page.route('**/v1/offline-intakes', async (route) => {
    if (route.request().method() !== 'POST' || isReached) return route.fallback()
    // It arrives, and its answer does not.
    await route.fetch()
    return route.abort()
  })
  await fill(stage)
  await save(stage).click()
  await page.getByText('E699').waitFor()
  await page.getByText('入力した内容はこの画面に残っています。').waitFor()
  assert.equal(await page.getByLabel('氏名').inputValue(), four.name)
  isReached = true
  await page.getByRole('button', { name: 'もう一度送る' }).click()
  await page.getByText('受付票を保存しました').waitFor()
  const keys = sent(stage).map(({ headers }) => headers['idempotency-key'])
  assert.equal(keys.length, 2)
  assert.match(String(keys[0]), /^[0-9a-f]{32}$/)
  assert.equal(keys[0], keys[1])

  for (const press of [() => save(stage).dblclick(), () => save(stage).click()]) {
    await fill(stage)
    const answered = page.waitForResponse(isAnswer)
    await press()
    await answered
    await page.locator('[name="name"]:focus').waitFor()
    assert.equal(await page.getByLabel('氏名').inputValue(), '')
  }
  const all = sent(stage).map(({ headers }) => headers['idempotency-key'])
  assert.equal(all.length, 4)
  assert.equal(new Set(all).size, 3)
})

test('a mistake stands beside its field; the birth date is read back while the rest is typed', {
  skip,
}, async (t) => {
  const stage = await shown(t, {
    answers: {
      'POST /v1/card-faces/check': {
        mistakes: [],
        birthdate: { date: '19800502', era: '昭和55年5月2日', age: 45 },
        insurer: null,
      },
      [ADD]: new Refusal(422, {
        code: 'INTAKE_INVALID',
        number: 'E618',
        title: '入力内容に誤りがあります。',
        action: '氏名・生年月日・性別・住所を確認してください。',
        mistakes: [
          {
            field: 'sex',
            title: '性別は 1（男）、2（女）、3（未設定）のどれかです。',
            detail: 'x',
          },
          { field: 'address', title: '住所を入力してください。', detail: 'x' },
        ],
      }),
    },
  })
  const { page } = stage
  await page.getByLabel('生年月日').fill('S550502')
  await page.getByLabel('生年月日').press('Enter')
  await page.getByText('1980年5月2日（昭和55年5月2日）45歳').waitFor()
  await page.getByLabel('番号', { exact: true }).fill('5678')
  await save(stage).click()
  await page.getByText('E618').waitFor()
  await page.getByText('性別は 1（男）').waitFor()
  assert.equal(await page.getByLabel('住所').getAttribute('aria-invalid'), 'true')
  assert.equal(await page.getByText('住所を入力してください。').count(), 1)
  assert.deepEqual(sent(stage)[0]?.body, {
    name: '',
    birthdate: 'S550502',
    sex: '',
    address: '',
    cardFace: { insurerNumber: '', insuredIdentificationNumber: '5678' },
  })
  await page.locator('[type=radio]:focus').waitFor()
})

test('news while somebody types keep the text and the place; what was typed outlives another view', {
  skip,
}, async (t) => {
  const stage = await shown(t)
  const { page } = stage
  await page.getByLabel('住所').focus()
  await page.keyboard.type('東京都')
  stage.push('state', { ...stateOf(), outage: null })
  await page.getByText('今は照会できます。').waitFor()
  stage.push('item', sampleEvent(), 'c9')
  await page.keyboard.type('架空区')
  assert.equal(await page.getByLabel('住所').inputValue(), '東京都架空区')
  await page.getByRole('link', { name: '予約' }).click()
  await page.getByRole('heading', { level: 1, name: '予約' }).waitFor()
  await page.getByRole('link', { name: '受付票' }).click()
  assert.equal(await page.getByLabel('住所').inputValue(), '東京都架空区')
  const kept = await page.evaluate(
    'JSON.stringify([location.href, Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])',
  )
  assert.doesNotMatch(decodeURIComponent(String(kept)), /東京都/)
})

test('a proposed answer is compared and closes its receipt; without one a reason does', {
  skip,
}, async (t) => {
  const event = sampleEvent({ id: 'v7' })
  let items = [
    intake({ proposal: { verificationId: 'v7', at: '2026-04-01T11:00:00+09:00' } }),
    intake({ id: 'i2', name: '試験　花子', state: 'waiting' }),
  ]
  const stage = await shown(t, {
    state: { outage: null },
    answers: {
      [LIST]: () => listOf(...items),
      'GET /v1/verifications/:id': event,
      [CLOSE]: ({ path }: { path: string }) => {
        items = items.filter(({ id }) => !path.includes(id))
        return intake({ state: 'closed' })
      },
    },
  })
  const { page } = stage
  await page.getByRole('button', { name: '見比べて終わりにする' }).press('Enter')
  const panel = page.getByRole('region', { name: '見本　一郎 さんの受付票を終わりにする' })
  await panel.getByText('○ 資格は有効です').waitFor()
  await panel.getByRole('row', { name: '保険者番号' }).getByText('06139992').waitFor()
  await panel.getByRole('button', { name: '同じ方です。この照会で終わりにする' }).click()
  await page.getByText('対応を終わりにしました').waitFor()
  await page.getByRole('button', { name: '終わりにする' }).click()
  const other = page.getByRole('region', { name: '試験　花子' })
  assert.ok(await other.getByRole('button', { name: 'この内容で終わりにする' }).isDisabled())
  await other.getByLabel('何で確認しましたか').fill('資格確認書を確認')
  await other.getByLabel('何で確認しましたか').press('Enter')
  await page.getByText('ありません。').waitFor()
  const closings = stage.asked.filter(({ route }) => route.endsWith('/closing'))
  assert.deepEqual(
    closings.map(({ route, body }) => [route, body]),
    [
      [
        'POST /v1/offline-intakes/i1/closing',
        { by: '受付 見本', verificationId: 'v7', text: null },
      ],
      [
        'POST /v1/offline-intakes/i2/closing',
        { by: '受付 見本', verificationId: null, text: '資格確認書を確認' },
      ],
    ],
  )
})

test('the call is there to be read out, and can be printed, which is audited', {
  skip,
}, async (t) => {
  const stage = await shown(t, { role: 'reception' })
  const { page } = stage
  await page.getByText('「医療機関コード 1312345678 です。」').waitFor()
  await page.evaluate('window.print = () => {}')
  await Promise.all([
    page.waitForResponse('**/desk/prints'),
    page.getByRole('button', { name: '印刷する' }).click(),
  ])
  assert.deepEqual(stage.asked.find(({ route }) => route === 'POST /desk/prints')?.body, {
    kind: 'procedure',
    subject: '2026-04-01',
  })
})

test('who asks nobody has no receipts to write', { skip }, async (t) => {
  const stage = await openStage({
    role: 'remote-billing',
    answers: { 'GET /v1/appointments/:day': { items: [] } },
  })
  t.after(() => stage.close())
  await stage.page.getByRole('link', { name: '予約' }).waitFor()
  assert.equal(await stage.page.getByRole('link', { name: '受付票' }).count(), 0)
})
