import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { Refusal, Sent } from '../../../bed/desk-stage.ts'
import { fields, listFor, sent, shown } from './roster-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('billing sees who is confirmed this month, the consent and contracts that end, in words', {
  skip,
}, async (t) => {
  const { page } = await shown(t, 'billing')
  const row = page.getByRole('row', { name: '00107' })
  await row.getByText('△ 確認が必要').waitFor()
  await row.getByText('契約の期限が近づいています。').waitFor()
  await row.getByText('△ 契約の期限まで30日以内です').waitFor()
  await page.getByRole('row', { name: '00042' }).getByText('○ 確認済').waitFor()
  await page.getByLabel('今月まだ確認できていない方だけ').check()
  await page.getByText('1人', { exact: true }).waitFor()
  await page.getByRole('button', { name: '前の月' }).click()
  await page.getByRole('heading', { level: 1, name: '名簿 2026年3月' }).waitFor()
})

test('each role writes its own fields: 総務 the contract, 受付 the patient, and the ward nothing', {
  skip,
}, async (t) => {
  const affairs = await shown(t, 'general-affairs', {}, '/e1')
  await affairs.page.getByLabel('契約番号').waitFor()
  assert.deepEqual(await fields(affairs), [
    'device.contractNumber',
    'device.supplier',
    'contractEnd',
    'owner',
  ])
  assert.doesNotMatch(
    (await affairs.page.locator('body').textContent()) ?? '',
    /見本　一郎|06139992|同意/,
  )
  await affairs.page.getByRole('button', { name: '一覧に戻る' }).click()
  await affairs.page.getByRole('row', { name: '00107' }).waitFor()
  assert.deepEqual(await affairs.page.getByRole('columnheader').allTextContents(), [
    '状態',
    '患者',
    '契約',
  ])
  assert.equal(await affairs.page.getByLabel('今月まだ').count(), 0)

  const reception = await shown(t, 'reception', {}, '/e1')
  await reception.page.getByLabel('氏名カナ').waitFor()
  const names = await fields(reception)
  assert.ok(names.includes('cardFace.insurerNumber') && !names.includes('contractEnd'))

  const ward = await shown(t, 'ward')
  await ward.page.getByText('△ 要確認').waitFor()
  assert.deepEqual(await ward.page.getByRole('columnheader').allTextContents(), ['資格', '患者'])
  assert.equal(await ward.page.getByRole('link', { name: '名簿に加える' }).count(), 0)
  await ward.page.getByRole('link', { name: '00107' }).click()
  await ward.page.getByRole('heading', { level: 1, name: '見本　一郎' }).waitFor()
  assert.deepEqual(await fields(ward), [])
})

test('the file comes back against the list that it was made from, after a question; mistakes by row', {
  skip,
}, async (t) => {
  let etag = '"7"'
  let answer: unknown = new Refusal(422, {
    code: 'CSV_INVALID',
    number: 'E622',
    title: 'CSVファイルに誤りがあります。',
    action: '示された行と列を直して、もう一度送ってください。',
    mistakes: [
      {
        field: 'rows[2].kind',
        title: '2行目「種類」：在宅酸素・訪問診療・毎月来院 のどれかです。',
      },
    ],
  })
  const stage = await shown(t, 'billing', {
    'GET /v1/roster': ({ headers }: Pick<IncomingMessage, 'headers'>) =>
      new Sent({ etag }, headers.accept === 'text/csv' ? '"患者番号"\r\n' : listFor('billing')),
    'PUT /v1/roster': () => answer,
  })
  const { page } = stage
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSVで保存' }).click(),
  ])
  assert.equal(download.suggestedFilename(), '名簿-2026-04-01.csv')
  etag = '"8"'
  const file = {
    name: '名簿.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('患者番号,種類\r\n1,x'),
  }
  const give = () => page.getByLabel('直した名簿のCSVファイルを読み込む').setInputFiles(file)
  await give()
  await page.getByText('ファイルにない方は名簿から外れます。').waitFor()
  assert.equal(sent(stage).length, 0)
  await page.getByRole('button', { name: '入れ替える' }).click()
  await page.getByText('2行目「種類」').waitFor()
  assert.equal(sent(stage)[0]?.headers['if-match'], '"7"')
  assert.equal(sent(stage)[0]?.body, file.buffer.toString())

  answer = new Refusal(412, {
    code: 'ROSTER_CHANGED',
    number: 'E624',
    title: '名簿はほかの人が先に変更しました。',
    action: '',
  })
  await give()
  await page.getByRole('button', { name: '入れ替える' }).click()
  await page.getByText('名簿は変わっていません。').waitFor()
  answer = listFor('billing')
  await give()
  await page.getByRole('button', { name: '入れ替える' }).click()
  await page.getByText('名簿を入れ替えました（2人）').waitFor()
})
