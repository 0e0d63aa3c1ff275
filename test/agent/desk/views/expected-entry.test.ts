import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ShownAppointment } from '../../../../agent/kernel/appointment-roles.ts'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { Refusal } from '../../../bed/desk-stage.ts'
import { appointment, GET, PUT, REENTER, sent, shown } from './expected-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('by keyboard alone: Enter goes on through the fields, begins the next row, and saves', {
  skip,
}, async (t) => {
  const stage = await shown(t)
  const { page } = stage
  await page.getByRole('button', { name: '手で入力する・直す' }).press('Enter')
  const first = page.getByLabel('1人目の時刻')
  await first.waitFor()
  assert.equal(await first.inputValue(), '10:00')
  await page.locator(':focus').and(first).waitFor()
  await page.getByLabel('2人目の時刻').focus()
  await page.keyboard.type('９：３０')
  await page.keyboard.press('Enter')
  await page.keyboard.type('00200')
  await page.keyboard.press('Enter')
  await page.keyboard.type('1015')
  await page.keyboard.press('Enter')
  await page.keyboard.type('00201')
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
