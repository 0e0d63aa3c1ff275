import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readHolidayChanges } from '../../config/holidays.ts'
import { faultOf } from './clinic.ts'

function holidaysFile(t: TestContext, toml?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-holidays-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'holidays.toml')
  if (toml !== undefined) writeFileSync(path, toml)
  return path
}

const add = '[[add]]\nday = "2027-06-01"\nname = "臨時の祝日"\n'
const remove = '[[remove]]\nday = "2027-10-11"\n'

test('days that a law adds and takes away are read', (t) => {
  assert.deepEqual(structuredClone(readHolidayChanges(holidaysFile(t, `${add}${remove}`))), {
    add: [{ day: '2027-06-01', name: '臨時の祝日' }],
    remove: ['2027-10-11'],
  })
  assert.deepEqual(readHolidayChanges(holidaysFile(t, remove)).add, [])
  assert.deepEqual(readHolidayChanges(holidaysFile(t, '')), { add: [], remove: [] })
})

const refused: readonly (readonly [name: string, toml: string, field: string, says: RegExp])[] = [
  ['a day without quotes', add.replace('"2027-06-01"', '2027-06-01'), 'add[0].day', /in quotes/],
  ['a day without a year', add.replace('2027-06-01', '06-01'), 'add[0].day', /2026-12-29/],
  [
    '30 February in one line',
    'add = [{ day = "2027-02-30", name = "祝日" }]',
    'add[0].day',
    /calendar/,
  ],
  ['a holiday without a name', add.replace(/name.*\n/, ''), 'add[0].name', /必要な項目/],
  ['a name of two lines', add.replace('臨時の', '臨時\\n'), 'add[0].name', /one line/],
  ['one day twice', `${add}${add}`, 'add[1].day', /add\[0\]/],
  [
    'a day that is added and taken away',
    `${add}${remove.replace('10-11', '06-01')}`,
    'remove[0].day',
    /add\[0\]/,
  ],
  ['a mistyped table', `[[added]]\nday = "2027-06-01"\n`, 'added', /add/],
]

for (const [name, toml, field, says] of refused)
  test(`in a file of holidays ${name} is refused by entry and key`, (t) => {
    const path = holidaysFile(t, toml)
    const fault = faultOf(() => readHolidayChanges(path))
    assert.equal(fault.code, 'CONFIG_INVALID')
    assert.deepEqual(
      fault.mistakes.map((mistake) => mistake.field),
      [field],
    )
    const [mistake] = fault.mistakes
    assert.match(`${mistake?.title} ${mistake?.detail}`, says)
    assert.ok(fault.message.startsWith(path))
  })

test('a file of holidays that is not there is told as such', (t) => {
  assert.equal(faultOf(() => readHolidayChanges(holidaysFile(t))).code, 'CONFIG_UNREADABLE')
})
