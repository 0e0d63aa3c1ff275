import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holidaysWith } from '../../../../agent/eligibility/judge/holidays.ts'
import { calendar, holidaysByLaw } from './holiday-law.ts'
import { BY_YEAR, EVERY_YEAR } from './published-holidays.ts'

const kept = holidaysWith({ add: [], remove: [] })
/** The library calls a 休日 without a name after the holiday that it belongs to. */
const asPublished = (name: string | null) => (name?.includes('休日') ? '休日' : name)

for (const [year, ofYear] of Object.entries(BY_YEAR))
  test(`the holidays of ${year} are those of the published list, day by day`, () => {
    const published: Readonly<Record<string, string>> = { ...EVERY_YEAR, ...ofYear }
    const days = calendar(Number(year)).filter(({ date }) => date.startsWith(year))
    assert.ok(days.length >= 365)
    for (const { date } of days)
      assert.equal(asPublished(kept.nameOf(date)), published[date.slice(5)] ?? null, date)
  })

test('the holidays up to 2050 are those that the law gives today', () => {
  const byLaw = holidaysByLaw(2050)
  for (const { date } of calendar(2050))
    assert.equal(asPublished(kept.nameOf(date)), byLaw.get(date) ?? null, date)
})

test('the years after the kept ones have none, but those that the clinic adds', () => {
  assert.equal(kept.nameOf('2051-01-01'), null)
  const added = holidaysWith({ add: [{ day: '2051-01-01', name: '元日' }], remove: [] })
  assert.equal(added.nameOf('2051-01-01'), '元日')
})

test('a one-off law adds a day and takes another away', () => {
  const changed = holidaysWith({
    add: [
      { day: '2027-06-01', name: '臨時の祝日' },
      { day: '2027-08-11', name: '別の名前' },
    ],
    remove: ['2027-10-11', '2027-06-02'],
  })
  assert.equal(changed.nameOf('2027-06-01'), '臨時の祝日')
  assert.equal(changed.nameOf('2027-08-11'), '別の名前')
  assert.equal(changed.nameOf('2027-10-11'), null)
  assert.equal(changed.nameOf('2027-06-02'), null, 'none before either')
  assert.equal(changed.nameOf('2028-10-09'), 'スポーツの日', 'the other years stay')
})
