import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { after, type TestContext, test } from 'node:test'
import type { ShownAppointment } from '../../../../agent/kernel/appointment-roles.ts'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { openStage, Refusal, Sent, type StageOptions } from '../../../bed/desk-stage.ts'

const skip = noBrowser
after(closeBrowser)

const appointment = (given: Partial<ShownAppointment>): ShownAppointment => ({
  id: 'a1',
  source: 'csv',
  time: '09:30',
  patientNumber: '00107',
  needsCheck: false,
  status: 'ok',
  reason: null,
  fields: [],
  changes: [],
  verificationId: 'v1',
  outcome: 'valid',
  checkedAt: '2026-04-01T17:30:00+09:00',
  ...given,
})
const list = [
  appointment({}),
  appointment({
    id: 'a2',
    source: 'api',
    time: '10:00',
    patientNumber: '00042',
    needsCheck: true,
    status: 'changed',
    changes: ['insuredPartialContributionRatio'],
  }),
  appointment({
    id: 'a3',
    time: '10:15',
    patientNumber: '00055',
    needsCheck: true,
    status: 'invalid',
    reason: 'invalid-new-exists',
    outcome: 'invalid-new-exists',
  }),
]
const GET = 'GET /v1/appointments/:day'
const PUT = 'PUT /v1/appointments/:day'
/** The view is gone to again. */
const REENTER = "window.dispatchEvent(new HashChangeEvent('hashchange'))"
const DROPPED =
  "(() => { const data = new DataTransfer(); data.items.add(new File(['患者番号\\r\\n7'], 'a.csv')); return data })()"
const replaced = { added: 1, kept: 1, cancelled: 0 }

async function shown(t: TestContext, options: StageOptions = {}) {
  const stage = await openStage({
    ...options,
    answers: {
      [GET]: ({ path }: { path: string }) => ({
        day: path.slice(-10),
        items: path.includes('list=morning') ? list.filter((one) => one.needsCheck) : list,
      }),
      [PUT]: replaced,
      ...options.answers,
    },
  })
  t.after(() => {
    assert.deepEqual(stage.errors, [])
    return stage.close()
  })
  stage.page.setDefaultTimeout(8_000)
  await stage.page.goto(`${stage.url}#/expected`)
  return stage
}
const sent = ({ asked }: Awaited<ReturnType<typeof shown>>) =>
  asked.filter(({ route }) => route.startsWith('PUT'))

test('tomorrow’s list is there at once, each with its state in words and what changed', {
  skip,
}, async (t) => {
  const { page } = await shown(t)
  await page.getByRole('heading', { level: 1, name: '2026年4月2日（木）' }).waitFor()
  const changed = page.getByRole('row', { name: '00042' })
  await changed.getByText('△ 有効（変わったところあり）').waitFor()
  await changed.getByText('負担割合').waitFor()
  const invalid = page.getByRole('row', { name: '00055' })
  await invalid.getByText('新しい資格があります。受付で今の番号を確認してください。').waitFor()
  await page.getByText('3人（うち要確認 2人）').waitFor()
  await page.screenshot({ path: '/tmp/g7/expected.png' })
})

test('only those who need a look are asked for, and another day is one press away', {
  skip,
}, async (t) => {
  const { page } = await shown(t)
  await page.getByLabel('要確認の方だけ').check()
  await page.getByText('2人（うち要確認 2人）').waitFor()
  assert.equal(await page.getByRole('row', { name: '00107' }).count(), 0)
  await page.getByRole('button', { name: '次の日' }).click()
  await page.getByRole('heading', { level: 1, name: '2026年4月3日（金）' }).waitFor()
  await page.getByLabel('日付').fill('2026-04-10')
  await page.getByLabel('日付').blur()
  await page.getByRole('heading', { level: 1, name: '2026年4月10日（金）' }).waitFor()
  assert.ok(await page.getByLabel('要確認の方だけ').isChecked())
})

test('by keyboard alone: Enter goes on through the fields, begins the next row, and saves', {
  skip,
}, async (t) => {
  const stage = await shown(t)
  const { page } = stage
  await page.getByRole('button', { name: '手で入力する・直す' }).press('Enter')
  const first = page.getByLabel('1人目の時刻')
  await first.waitFor()
  assert.equal(await first.inputValue(), '10:00')
  await page.getByLabel('2人目の時刻').focus()
  await page.keyboard.type('９：３０')
  await page.keyboard.press('Enter')
  await page.keyboard.type('00200')
  await page.keyboard.press('Enter')
  await page.keyboard.type('1015')
  await page.keyboard.press('Enter')
  await page.keyboard.type('00201')
  await page.screenshot({ path: '/tmp/g7/expected-entry.png', fullPage: true })
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByText('保存しました（追加1人・そのまま1人・取り消し0人）').waitFor()
  assert.deepEqual(sent(stage).at(-1)?.body, {
    items: [
      { time: '10:00', patientNumber: '00042' },
      { time: '09:30', patientNumber: '00200' },
      { time: '10:15', patientNumber: '00201' },
    ],
  })
  await page.getByRole('button', { name: '手で入力する・直す' }).waitFor()
})

test('what somebody else added meanwhile stays, and what they removed does not come back', {
  skip,
}, async (t) => {
  let items: ShownAppointment[] = [
    appointment({ id: 'b1', source: 'api', patientNumber: '1' }),
    appointment({ id: 'b2', source: 'api', patientNumber: '2' }),
  ]
  const stage = await shown(t, { answers: { [GET]: () => ({ day: '2026-04-02', items }) } })
  const { page } = stage
  await page.getByRole('button', { name: '手で入力する・直す' }).click()
  await page.getByLabel('3人目の患者番号').fill('3')
  items = items.slice(1).concat(appointment({ id: 'b4', source: 'api', patientNumber: '4' }))
  await page.getByRole('button', { name: '保存する' }).click()
  await page.getByText('保存しました').waitFor()
  const [{ body } = { body: {} }] = sent(stage)
  assert.deepEqual(
    JSON.stringify(body)
      .match(/"patientNumber":"\d"/g)
      ?.map((text) => text.at(-2)),
    ['2', '3', '4'],
  )
})

test('a row’s mistake stands beside its field; typed rows stay through news and another view', {
  skip,
}, async (t) => {
  const mistakes = [
    { field: 'items[1].cardFace.birthdate', title: '生年月日が正しくありません。', detail: 'x' },
  ]
  const refusal = {
    code: 'REQUEST_INVALID',
    number: 'E601',
    title: '送られた内容に誤りがあります。',
    action: '直してください。',
    mistakes,
  }
  const stage = await shown(t, { answers: { [PUT]: new Refusal(400, refusal) } })
  const { page } = stage
  await page.getByRole('button', { name: '手で入力する・直す' }).click()
  await page.getByRole('button', { name: '2人目の保険の番号を入れる' }).click()
  await page.keyboard.type('06139992')
  await page.getByLabel('2人目の番号').fill('5678')
  await page.getByRole('button', { name: '保存する' }).click()
  await page.getByText('E601').waitFor()
  const birthdate = page.getByLabel('2人目の生年月日')
  assert.equal(await birthdate.getAttribute('aria-invalid'), 'true')
  await page.getByText('生年月日が正しくありません。').waitFor()
  await page.locator('[name="cardFace.birthdate"]:focus').waitFor()
  assert.deepEqual(sent(stage)[0]?.body, {
    items: [
      { time: '10:00', patientNumber: '00042' },
      {
        cardFace: { insurerNumber: '06139992', insuredIdentificationNumber: '5678', birthdate: '' },
      },
    ],
  })
  await page.keyboard.type('1980')
  stage.push('state', {
    at: '2026-04-01T09:31:00+09:00',
    readers: [],
    presentations: [],
    status: 'pass',
    checks: {},
    via: 'lines',
    lines: [],
    outage: null,
    contacts: [],
  })
  await page.keyboard.type('0502')
  assert.equal(await birthdate.inputValue(), '19800502')
  assert.equal(await page.getByText('生年月日が正しくありません。').count(), 0)
  await page.evaluate(REENTER)
  assert.equal(await birthdate.inputValue(), '19800502')
})

test('a CSV file goes as it is, and its mistakes are shown by row and column', {
  skip,
}, async (t) => {
  const mistakes = [
    {
      field: 'rows[3].time',
      title: '3行目「予約時刻」：9:30 の形で入力してください。',
      detail: 'x',
    },
  ]
  const refusal = {
    code: 'CSV_INVALID',
    number: 'E622',
    title: 'CSVファイルに誤りがあります。',
    action: '示された行と列を直して、もう一度送ってください。',
    mistakes,
  }
  let answer: unknown = new Refusal(422, refusal)
  const stage = await shown(t, { answers: { [PUT]: () => answer } })
  const { page } = stage
  const file = {
    name: '予約.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('予約時刻,患者番号\r\n9:30,00107\r\nx,1'),
  }
  const choose = page.getByLabel('CSVファイルを読み込む')
  await choose.setInputFiles(file)
  await page.getByText('3行目「予約時刻」：9:30 の形で入力してください。').waitFor()
  await page.getByText('E622').waitFor()
  assert.equal(await page.getByRole('row', { name: '00107' }).count(), 1)
  await page.screenshot({ path: '/tmp/g7/expected-csv.png', fullPage: true })
  answer = replaced
  await choose.setInputFiles(file)
  await page.getByText('保存しました（追加1人・そのまま1人・取り消し0人）').waitFor()
  assert.equal(sent(stage).length, 2)
  assert.equal(sent(stage)[1]?.body, file.buffer.toString())
  assert.equal(await page.getByText('E622').count(), 0)
})

test('a file that is dropped anywhere on the view is read, and does not replace the page', {
  skip,
}, async (t) => {
  const stage = await shown(t)
  const { page } = stage
  await page.getByRole('heading', { level: 1, name: '予約' }).waitFor()
  const data = await page.evaluateHandle(DROPPED)
  await page.dispatchEvent('h1', 'drop', { dataTransfer: data })
  await page.getByText('保存しました').waitFor()
  assert.equal(sent(stage)[0]?.body, '患者番号\r\n7')
})

test('the list and an empty file to fill in are saved through the page’s strict policy', {
  skip,
}, async (t) => {
  const csv = '\ufeff"予約時刻"\r\n"09:30"\r\n'
  const { page } = await shown(t, {
    answers: {
      [GET]: ({ headers }: Pick<IncomingMessage, 'headers'>) =>
        headers.accept === 'text/csv' ? new Sent({}, csv) : { day: '2026-04-02', items: list },
    },
  })
  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ])
    return {
      name: download.suggestedFilename(),
      text: await readFile(await download.path(), 'utf8'),
    }
  }
  assert.deepEqual(await saved('CSVで保存'), { name: '予約-2026-04-02.csv', text: csv })
  const { name, text } = await saved('CSVのひな形を保存')
  assert.equal(name, '予約のひな形.csv')
  assert.equal(text, '\ufeff"予約時刻","患者番号","保険者番号","記号","番号","枝番","生年月日"\r\n')
})

test('the ward sees when who comes and who needs a look, and can change nothing', {
  skip,
}, async (t) => {
  const items = list.map(({ time, patientNumber, needsCheck }) => ({
    time,
    patientNumber,
    needsCheck,
  }))
  const { page } = await shown(t, {
    role: 'ward',
    answers: { [GET]: { day: '2026-04-02', items } },
  })
  await page.getByRole('row', { name: '00042' }).getByText('△ 要確認').waitFor()
  assert.deepEqual(await page.getByRole('columnheader').allTextContents(), [
    '時刻',
    '患者番号',
    '要確認',
  ])
  assert.equal(await page.getByRole('button', { name: '手で入力する' }).count(), 0)
  assert.equal(await page.getByLabel('CSVファイルを読み込む').count(), 0)
})

test('a list that cannot be read says so with its number, and the older one stays', {
  skip,
}, async (t) => {
  let answer: unknown = { day: '2026-04-02', items: list }
  const { page } = await shown(t, { answers: { [GET]: () => answer } })
  await page.getByText('3人（うち要確認 2人）').waitFor()
  answer = new Refusal(503, {
    code: 'STORE_FAILED',
    number: 'E702',
    title: '記録に失敗しました。',
    action: '保守業者に連絡してください。',
  })
  await page.evaluate(REENTER)
  await page.getByRole('alert').getByText('E702').waitFor()
  await page.getByText('保守業者に連絡してください。').waitFor()
  await page.getByText('3人（うち要確認 2人）').waitFor()
})
