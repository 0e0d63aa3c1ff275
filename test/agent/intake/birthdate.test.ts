import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eraTextOf, officialDayOf, readDay } from '../../../agent/intake/birthdate.ts'

const dayOf = (typed: string) => {
  const read = readDay(typed)
  return read.is === 'day' ? read.day : read.is
}

test('a day is read as the official side writes it, or by its era', () => {
  for (const typed of [
    '19800502',
    '１９８００５０２',
    'S550502',
    's550502',
    'Ｓ５５０５０２',
    '昭和550502',
    '昭和55年5月2日',
    '昭和 55年 5月 2日',
    '昭和５５年０５月０２日',
    'S55.5.2',
    'S55/05/02',
    '㍼55年5月2日',
  ])
    assert.equal(dayOf(typed), '19800502', typed)
  assert.equal(officialDayOf(' 昭和55年5月2日 '), '19800502')
  assert.equal(officialDayOf(' 昭和55年5月 '), '昭和55年5月', 'what is no day stays as typed')
})

test('the first and last day of each era are in it, the days around them are not', () => {
  const cases: [typed: string, day: string][] = [
    ['M051231', 'outside'],
    ['M060101', '18730101'],
    ['M450730', '19120730'],
    ['M450731', 'outside'],
    ['T010729', 'outside'],
    ['大正元年7月30日', '19120730'],
    ['T151225', '19261225'],
    ['T151226', 'outside'],
    ['S011224', 'outside'],
    ['昭和元年12月25日', '19261225'],
    ['S640107', '19890107'],
    ['S640108', 'outside'],
    ['H010107', 'outside'],
    ['平成元年1月8日', '19890108'],
    ['H310430', '20190430'],
    ['H310501', 'outside'],
    ['R010430', 'outside'],
    ['令和元年5月1日', '20190501'],
    ['R080401', '20260401'],
    ['S000101', 'outside'],
  ]
  for (const [typed, day] of cases) assert.equal(dayOf(typed), day, typed)
})

test('what is no day of the calendar, or no form that is known, is none', () => {
  for (const typed of [
    '',
    '19800231',
    'S550231',
    'S551301',
    'S55052',
    'X550502',
    '55年5月2日',
    '昭和55年',
    '1980050²',
    '①②③④⑤⑥⑦⑧',
    'S550502S550502',
  ])
    assert.equal(dayOf(typed), 'none', typed)
})

test('a day is told by its era, the first year as 元年, and the later name where it bears two', () => {
  for (const [day, text] of [
    ['19800502', '昭和55年5月2日'],
    ['19890107', '昭和64年1月7日'],
    ['19890108', '平成元年1月8日'],
    ['20190430', '平成31年4月30日'],
    ['20190501', '令和元年5月1日'],
    ['20261231', '令和8年12月31日'],
    ['19120730', '大正元年7月30日'],
    ['19261225', '昭和元年12月25日'],
    ['18730101', '明治6年1月1日'],
    ['18721231', '西暦1872年12月31日'],
  ] satisfies [string, string][])
    assert.equal(eraTextOf(day), text)
})

test('what is told of a day by its era is read as that day again', () => {
  for (let at = Date.UTC(1873, 0, 1); at < Date.UTC(2030, 0, 1); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
    assert.equal(dayOf(eraTextOf(day)), day)
  }
})
