import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { Refusal, Sent } from '../../../bed/desk-stage.ts'
import { GET, list, PUT, REENTER, replaced, sent, shown } from './expected-bed.ts'

const skip = noBrowser
after(closeBrowser)

const DROPPED =
  "(() => { const data = new DataTransfer(); data.items.add(new File(['患者番号\\r\\n7'], 'a.csv')); return data })()"

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
  await page.getByRole('row', { name: '00107' }).waitFor()
  const data = await page.evaluateHandle(DROPPED)
  await page.dispatchEvent('h1', 'drop', { dataTransfer: data })
  await page
    .getByText('保存しました')
    .waitFor()
    .catch(async (error: unknown) => {
      t.diagnostic(stage.asked.map(({ route }) => route).join(', '))
      t.diagnostic((await page.getByRole('main').textContent()) ?? '')
      throw error
    })
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
