import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeBrowser, holdsOn, noBrowser } from '../../../bed/browser.ts'
import { CLOSE, intake, LIST, listOf, shown } from './intake-bed.ts'

const skip = noBrowser
after(closeBrowser)

test('a reason that was begun is still there after a look at another receipt', {
  skip,
}, async (t) => {
  const other = intake({ id: 'i2', name: '試験　花子' })
  const { promise, resolve } = Promise.withResolvers<object>()
  const { page } = await shown(t, {
    answers: { [LIST]: listOf(intake(), other), [CLOSE]: () => promise },
  })
  const reason = page.getByLabel('何で確認しましたか')
  const buttons = page.getByRole('row').getByRole('button', { name: '終わりにする' })
  await buttons.first().click()
  await reason.fill('資格確認書')
  await buttons.nth(1).click()
  await page.getByRole('region', { name: '試験　花子' }).waitFor()
  assert.equal(await reason.inputValue(), '')
  await buttons.first().click()
  assert.equal(await reason.inputValue(), '資格確認書')
  // One that is closed late leaves the other one alone.
  await page.getByRole('button', { name: 'この内容で終わりにする' }).click()
  await buttons.nth(1).click()
  await reason.fill('電話で確認')
  resolve(intake({ state: 'closed' }))
  await page.getByText('対応を終わりにしました').waitFor()
  assert.equal(await reason.inputValue(), '電話で確認')
})

test('who has nothing to show signs a declaration with what was taken down, of the agent’s day', {
  skip,
}, async (t) => {
  const { page, asked } = await shown(t, { answers: { [LIST]: listOf(intake()) } })
  await page
    .getByRole('button', { name: '見本　一郎 さんの申立書を印刷' })
    .click({ timeout: 10_000 })
  await holdsOn(page, 'window.printed')
  const paper = await page.evaluate<string>('window.printed')
  assert.match(paper, /被保険者資格申立書[\s\S]*見本　一郎[\s\S]*記入日　2026年4月1日/)
  assert.deepEqual(asked.find(({ route }) => route === 'POST /desk/prints')?.body, {
    kind: 'declaration',
    subject: 'i1',
  })
})
