import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInRules } from '../../../agent/kernel/built-in-rules.ts'
import { documentsOn, inForce, withRows } from '../../../agent/kernel/rules.ts'

const laws = (from: string, ...rows: string[]) => ({ from, laws: rows })

test('the row with the latest first day that has come holds, whatever order they stand in', () => {
  const rows = [laws('2028-06-01', '03'), laws('2024-06-01', '01'), laws('2026-06-01', '02')]
  const on = (day: string) => inForce(rows, day).laws[0]
  assert.deepEqual(['2024-06-01', '2026-05-31'].map(on), ['01', '01'])
  assert.deepEqual(['2026-06-01', '2028-05-31', '2028-06-01'].map(on), ['02', '02', '03'])
  assert.equal(on('2020-01-01'), '01', 'before all of them, the first')
})

test('of one day the clinic’s own row holds, not the one that a release brought', () => {
  const [{ from } = { from: '' }] = builtInRules.insurerLaws
  const rules = withRows(builtInRules, {
    insurerLaws: [laws('2028-06-01', '01'), laws(from, '99')],
  })
  assert.deepEqual(inForce(rules.insurerLaws, '2026-04-01').laws, ['99'])
})

test('the old 被保険者証 is typed from until its last day, and no longer', () => {
  const today = ['資格確認書', '資格情報のお知らせ']
  assert.deepEqual(documentsOn(builtInRules, '2025-12-01'), [...today, '被保険者証'])
  assert.deepEqual(documentsOn(builtInRules, '2025-12-02'), today)
  const rules = withRows(builtInRules, { documents: [{ from: '2030-04-01', names: ['新しい紙'] }] })
  assert.deepEqual(documentsOn(rules, '2030-03-31'), today)
  assert.deepEqual(documentsOn(rules, '2030-04-01'), ['新しい紙'])
})

test('every 法別番号 that is built in has a name', () => {
  const [{ laws, titles } = { laws: [], titles: {} }] = builtInRules.insurerLaws
  assert.deepEqual(Object.keys(titles ?? {}).sort(), laws)
})
