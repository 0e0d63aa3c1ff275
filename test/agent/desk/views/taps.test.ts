import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../bed/browser.ts'
import { eventually } from '../../../bed/client.ts'
import { sampleTap } from '../../../bed/desk-samples.ts'
import { Refusal, sentTo } from '../../../bed/desk-stage.ts'
import { CONFIRM, came, faultOf, stageFor } from '../now-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('Enter confirms the one tap that waits, once, and the result arrives as a card', {
  skip,
}, async (t) => {
  const event = came({
    source: { kind: 'card', authentication: 'visual', reader: 'desk-1', line: 'ngn' },
  })
  const { page, state, push, confirmations, errors } = await stageFor(t, {
    answers: { [CONFIRM]: () => event },
  })
  state({ presentations: [sampleTap()] })
  await page.getByText('あと50秒').waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  assert.deepEqual(
    confirmations().map(({ body }) => body),
    [{ method: 'visual' }],
  )
  // The live stream brings the same event once more, and the tap is confirmed.
  push('item', event, event.cursor)
  state({ presentations: [sampleTap({ state: 'confirmed' })] })
  await page.getByText('済（結果が出ました）').waitFor()
  assert.equal(await page.getByRole('article').count(), 1)
  assert.match(
    (await page.locator('.now [role=status]').first().textContent()) ?? '',
    /見本　一郎さん、資格は有効です。/,
  )
  assert.deepEqual(errors, [])
})

test('of two taps that wait, Enter confirms neither: a person says which', { skip }, async (t) => {
  const other = sampleTap({ id: '0197c000-0000-7000-8000-00000000000b', reader: 'desk-2' })
  const { page, state, confirmations } = await stageFor(t, {
    answers: { [CONFIRM]: () => came() },
  })
  state({ presentations: [sampleTap(), other] })
  await page.getByText('desk-2、あと50秒').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '目視で本人を確認した' }).first().click()
  await page.getByRole('heading', { name: '資格は有効です' }).waitFor()
  assert.equal(confirmations().length, 1)
})

test('a PIN is asked for where the reader has a pad; a wrong one says how many tries are left', {
  skip,
}, async (t) => {
  const refused = new Refusal(409, { ...faultOf('CARD_PIN_WRONG'), triesLeft: 2 })
  const { page, state, confirmations } = await stageFor(t, {
    answers: { [CONFIRM]: () => refused },
  })
  state({ presentations: [sampleTap({ pin: 'possible' })] })
  await page.getByRole('button', { name: '暗証番号で確認' }).click()
  const trouble = page.locator('.trouble')
  await trouble.getByText('あと2回').waitFor()
  assert.match((await trouble.textContent()) ?? '', /暗証番号が違います。[\s\S]*E316/)
  assert.deepEqual(confirmations()[0]?.body, { method: 'pin' })
  state({ presentations: [sampleTap({ pin: 'entering' })] })
  await page.getByText('暗証番号の入力を待っています').waitFor()
  state({ presentations: [sampleTap({ pin: 'unusable' })] })
  await page.getByText('このカードの暗証番号は使えません。目視で確認してください。').waitFor()
  await page.getByRole('button', { name: '目視で本人を確認した' }).waitFor()
})

test('what was refused of an older tap does not come back when the newer one has gone', {
  skip,
}, async (t) => {
  const refused = new Refusal(409, faultOf('CARD_PIN_WRONG'))
  const { page, state } = await stageFor(t, { answers: { [CONFIRM]: () => refused } })
  state({ presentations: [sampleTap()] })
  await page.getByRole('button', { name: '目視で本人を確認した' }).click()
  await page.locator('.trouble').waitFor()
  const newer = sampleTap({ id: '0197c000-0000-7000-8000-00000000000b', reader: 'desk-2' })
  state({ presentations: [newer] })
  await page.locator('.trouble').waitFor({ state: 'detached' })
  state({ presentations: [{ ...newer, state: 'confirmed' }] })
  await page.getByRole('region', { name: '本人確認を待つカード' }).waitFor({ state: 'detached' })
  assert.equal(await page.locator('.trouble').count(), 0)
})

test('a tap that lapsed is said, so that nobody waits for its result', { skip }, async (t) => {
  const { page, state } = await stageFor(t)
  state({ presentations: [sampleTap()] })
  await page.getByText('本人を確認してください').waitFor()
  state({ presentations: [] })
  await page.getByText('カードの受付時間が過ぎました。').waitFor()
})

test('a press that was meant for a tap that has just gone does not confirm the other one', {
  skip,
}, async (t) => {
  const other = sampleTap({ id: '0197c000-0000-7000-8000-00000000000b', reader: 'desk-2' })
  const { page, state, asked } = await stageFor(t)
  state({ presentations: [sampleTap(), other] })
  const cards = page.getByRole('region', { name: '本人確認を待つカード' })
  await cards.nth(1).waitFor()
  await cards.first().getByRole('button').focus()
  // The hand is as quick on a loaded machine.
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 10_000)
  state({ presentations: [other] })
  await eventually('one is left', async () => {
    await page.clock.runFor(20)
    return (await cards.count()) === 1 ? true : undefined
  })
  // Frames in which the focus goes to the one that is left.
  await page.clock.runFor(100)
  await page.keyboard.press('Enter')
  await page.getByText('カードが替わりました。確かめて、もう一度押してください。').waitFor()
  assert.deepEqual(sentTo({ asked }, /confirmation$/), [])
})
