import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, holdsOn, noBrowser } from '../../bed/browser.ts'
import { sessionOf } from '../../bed/desk-stage.ts'
import { ASK, birthdate, CHECK, came, checked, misread, refusalOf, stageFor } from './ask-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('what is left out is said at its field, and the keyboard goes there; nothing is asked', {
  skip,
}, async (t) => {
  const { page, type, asks, has } = await stageFor(t)
  await type('', '', '', 'S55.5.2', '', '06139992', '')
  await page.getByText('番号を入力してください。', { exact: true }).waitFor()
  await has('insuredIdentificationNumber')
  assert.deepEqual(asks(), [])
})

test('a field is checked when it is left: both calendars, and a proposal that one key takes', {
  skip,
}, async (t) => {
  const { page, type, has } = await stageFor(t, {
    [CHECK]: ({ body }: { body: unknown }) =>
      JSON.stringify(body).includes('06139993')
        ? checked({ mistakes: [misread], birthdate })
        : checked({ birthdate, insurer: '組合管掌健康保険' }),
  })
  await type('', '5678', '', '19800502')
  await page.getByText('1980年5月2日（昭和55年5月2日）45歳').waitFor()
  await type('', '06139993')
  await page.getByText('検証番号が合いません').waitFor()
  assert.equal(await page.locator('#face-insurerNumber').getAttribute('aria-invalid'), 'true')
  await has('patientNumber')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await has('insurerNumber')
  assert.equal(await page.locator('#face-insurerNumber').inputValue(), '06139992')
  await page.getByText('組合管掌健康保険').waitFor()
  assert.equal(await page.getByText('検証番号が合いません').count(), 0)
})

test('an answer to what was typed before is dropped when it comes late', { skip }, async (t) => {
  const late = Promise.withResolvers<object>()
  let asked = 0
  const { page, asked: sent } = await stageFor(t, {
    [CHECK]: () => {
      asked += 1
      return asked === 1 ? late.promise : checked({ birthdate })
    },
  })
  await page.locator('#face-birthdate').fill('19800502')
  await page.locator('#face-birthdate').blur()
  await page.locator('#face-insurerNumber').fill('06139992')
  await page.locator('#face-insurerNumber').blur()
  await page.getByText('昭和55年5月2日').waitFor()
  const gone = page.waitForResponse((response) => response.url().endsWith('/check'))
  late.resolve(checked({ mistakes: [{ ...misread, title: '古い回答' }] }))
  await gone
  const last = page.waitForResponse((response) => response.url().endsWith('/check'))
  await page.locator('#face-patientNumber').fill('1')
  await page.locator('#face-patientNumber').blur()
  await last
  assert.equal(await page.getByText('古い回答').count(), 0)
  assert.ok(sent.filter(({ route }) => route === CHECK).length >= 3)
})

test('a number that the card bears all the same can be declared, only after the refusal', {
  skip,
}, async (t) => {
  const { page, typeAll, asks } = await stageFor(t, {
    [ASK]: ({ body }: { body: unknown }) =>
      JSON.stringify(body).includes('asPrinted')
        ? came()
        : refusalOf('CARD_FACE_INVALID', [misread]),
  })
  const box = page.getByLabel('券面に、この保険者番号のとおり書かれていることを確かめた')
  await typeAll()
  assert.equal(await box.count(), 0)
  await page.keyboard.press('Enter')
  await page.locator('.trouble').getByText('E607').waitFor()
  await box.check()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  assert.equal(asks().length, 2)
  await page.locator('#face-insurerNumber').fill('01130012')
  assert.equal(await box.count(), 0, 'it was said of the other number')
})

test('what looks like a 個人番号 is refused in plain words; a number field can be declared none', {
  skip,
}, async (t) => {
  const title = '個人番号（マイナンバー）は入力できません。'
  const mistakes = [{ field: 'insuredIdentificationNumber', title, detail: 'not shown' }]
  const { page, typeAll, asks } = await stageFor(t, {
    [ASK]: () => refusalOf('INDIVIDUAL_NUMBER_REFUSED', mistakes),
  })
  await typeAll()
  await page.keyboard.press('Enter')
  await page.locator('.trouble').getByText('E608').waitFor()
  await page.getByLabel('マイナンバー（個人番号）ではなく').check()
  await page.keyboard.press('Enter')
  await page.locator('.trouble').getByText('E608').waitFor()
  assert.match(JSON.stringify(asks()[1]), /"notIndividualNumber":\{\}/)
})

test('behind the lock everything stands as it was typed, and the keyboard where it was left', {
  skip,
}, async (t) => {
  const session = sessionOf('billing')
  const { page, typeAll, has } = await stageFor(t, {
    'POST /desk/session/lock': { ...session, state: 'locked' },
    'POST /desk/session/unlock': session,
  })
  await typeAll()
  await page.locator('#face-birthdate').focus()
  await page.keyboard.press('Alt+l')
  await page.getByLabel('PIN').fill('4711')
  await page.keyboard.press('Enter')
  await has('birthdate')
  // The frame in which a view that is gone to takes the focus.
  await holdsOn(page, 'document.querySelector("form.face") !== null')
  await has('birthdate')
  const ratio = page.getByLabel('負担割合')
  assert.equal(await ratio.inputValue(), '3割')
})
