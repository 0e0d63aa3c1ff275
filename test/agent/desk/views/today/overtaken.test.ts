import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, noBrowser } from '../../../../bed/browser.ts'
import { sampleNote } from '../../../../bed/desk-samples.ts'
import { Refusal } from '../../../../bed/desk-stage.ts'
import { names, openToday, person, sentTo, three } from './today-bed.ts'

after(closeBrowser)
const skip = noBrowser

/** An answer that comes when the test says so. */
const later = <T>(body: T) => {
  const { promise, resolve } = Promise.withResolvers<T>()
  return { answer: () => promise, come: () => resolve(body) }
}
const listOf = (...items: object[]) => ({ items, cursor: 'c0' })

test('of two days that are chosen in one breath the last one is shown, with its own patients', {
  skip,
}, async () => {
  const first = later(listOf(person(7)))
  const answers = {
    'GET /v1/verifications': ({ path }: { path: string }) => {
      if (path.endsWith('2026-03-30')) return first.answer()
      return path.endsWith('2026-03-31') ? listOf(person(8)) : listOf(...three())
    },
  }
  await using stage = await openToday({ answers })
  const { page } = stage
  await page.getByRole('option').nth(2).waitFor()
  await page.getByLabel('日付').fill('2026-03-30')
  await page.getByText('読み込んでいます…').waitFor()
  await page.getByLabel('日付').fill('2026-03-31')
  await page.getByRole('option', { name: /八郎/ }).waitFor()
  const answered = page.waitForResponse(/2026-03-30/)
  first.come()
  await (await answered).finished()
  await page.getByRole('heading', { name: '2026年3月31日の照会' }).waitFor()
  deepStrictEqual(await names(stage), ['見本　八郎'])
})

test('nobody of another day stands under today, where one goes back before the answer', {
  skip,
}, async () => {
  const old = later(listOf(person(7)))
  const answers = {
    'GET /v1/verifications': ({ path }: { path: string }) =>
      path.endsWith('2026-03-30') ? old.answer() : listOf(...three()),
  }
  await using stage = await openToday({ answers })
  const { page } = stage
  await page.getByRole('option').nth(2).waitFor()
  await page.getByLabel('日付').fill('2026-03-30')
  await page.getByRole('button', { name: '今日に戻る' }).click()
  const answered = page.waitForResponse(/2026-03-30/)
  old.come()
  await (await answered).finished()
  await page.getByRole('heading', { name: '本日の照会' }).waitFor()
  await page.getByRole('option', { name: /三郎/ }).waitFor()
  deepStrictEqual(await names(stage), ['見本　三郎', '見本　二郎', '見本　一郎'])
})

test('an answer to a question leaves alone who was opened meanwhile, and a decision is theirs', {
  skip,
}, async () => {
  const again = later(person(4, { supersedes: 'v-2' }))
  const answers = {
    'POST /v1/verifications/:id/recheck': again.answer,
    'POST /v1/verifications/:id/notes': () => sampleNote('v-1', 'hold'),
  }
  await using stage = await openToday({ answers })
  const { page } = stage
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByRole('button', { name: 'もう一度照会' }).click()
  await page.getByRole('option', { name: /一郎/ }).click()
  await page.getByRole('heading', { name: '見本　一郎 9:01' }).waitFor()
  await page.getByRole('button', { name: '保留にする' }).click()
  again.come()
  await page.getByText('3件、うち').waitFor({ state: 'detached' })
  await page.getByRole('dialog').getByRole('button', { name: '保留にする' }).click()
  await page.getByText('「保留」を記録しました。').waitFor()
  deepStrictEqual(
    sentTo(stage, '/notes').map(({ route }) => route),
    ['POST /v1/verifications/v-1/notes'],
  )
  await page.getByRole('heading', { name: '見本　一郎 9:01' }).waitFor()
})

test('what goes wrong for one patient is not told as another’s', { skip }, async () => {
  const refused = later(
    new Refusal(409, {
      code: 'CARD_NEEDED',
      number: 'E532',
      title: '要カード。',
      action: '置く。',
    }),
  )
  await using stage = await openToday({
    answers: { 'POST /v1/verifications/:id/recheck': refused.answer },
  })
  const { page } = stage
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByRole('button', { name: 'もう一度照会' }).click()
  await page.getByRole('option', { name: /一郎/ }).click()
  refused.come()
  await page.getByText('見本　二郎 9:02：E532 要カード。置く。').waitFor()
  strictEqual(await page.locator('.detail .trouble').count(), 0)
})

test('what is pressed while something is on its way is said not to be done', {
  skip,
}, async () => {
  const again = later(person(4, { supersedes: 'v-2' }))
  await using stage = await openToday({
    answers: { 'POST /v1/verifications/:id/recheck': again.answer },
  })
  const { page } = stage
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByRole('button', { name: 'もう一度照会' }).click()
  await page.getByRole('option', { name: /一郎/ }).click()
  await page.getByRole('button', { name: '現物確認済' }).click()
  await page.getByText('今の操作は行っていません').waitFor()
  strictEqual(sentTo(stage, '/notes').length, 0)
  again.come()
})

test('another day is read also while a question is on its way', { skip }, async () => {
  const again = later(person(4, { supersedes: 'v-2' }))
  const list = ({ path }: { path: string }) =>
    path.endsWith('2026-03-31') ? listOf(person(8)) : listOf(...three())
  await using stage = await openToday({
    answers: { 'GET /v1/verifications': list, 'POST /v1/verifications/:id/recheck': again.answer },
  })
  const { page } = stage
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByRole('button', { name: 'もう一度照会' }).click()
  await page.getByLabel('日付').fill('2026-03-31')
  await page.getByRole('option', { name: /八郎/ }).waitFor()
  again.come()
})

test('Enter in the search opens who was found, not who is open', { skip }, async () => {
  await using stage = await openToday()
  const { page } = stage
  await page.getByRole('option', { name: /三郎/ }).click()
  await page.getByLabel(/^さがす/).fill('みほんあ')
  await page.getByText('「みほんあ」で 1件').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '見本　一郎 9:01' }).waitFor()
})

test('the lock keeps what was being typed of an open one', { skip }, async () => {
  await using stage = await openToday({
    answers: {
      'GET /v1/verifications/:id': person(2, { outcome: 'not-found' }),
      'POST /desk/session/lock': () => ({ ...locked }),
      'POST /desk/session/unlock': () => ({ ...locked, state: 'active' }),
    },
  })
  const { page } = stage
  const session = await page.request.get(new URL('/desk/session', stage.url).href)
  const locked = { ...(await session.json()), state: 'locked' }
  await page.getByRole('option', { name: /二郎/ }).click()
  await page.getByLabel('どこから').fill('見本クリ')
  await page.keyboard.press('Alt+l')
  await page.getByLabel('PIN').fill('4711')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '見本　二郎 9:02' }).waitFor()
  strictEqual(await page.getByLabel('どこから').inputValue(), '見本クリ')
})
