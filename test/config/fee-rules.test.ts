import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readRules } from '../../config/fee-rules.ts'
import { faultOf } from './clinic.ts'

function rulesFile(t: TestContext, toml?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-rules-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'rules.toml')
  if (toml !== undefined) writeFileSync(path, toml)
  return path
}

const times = `[[receptionTimes]]
from = "2028-06-01"
earlyFrom = 6
dayFrom = 8
nightFrom = 18
midnightFrom = 22
saturdayNightFrom = 12
holidaysFrom = "12-29"
holidaysTo = "01-03"
`
const laws = '[[insurerLaws]]\nfrom = "2028-04-01"\nlaws = ["01", "06"]\n'
const ages = `[[ages]]
from = "2028-04-01"
preschool = 6
elderly = 70
lateElderly = 75
lateElderlyByDisability = 65
shares = { preschool = ["020"], general = ["030"], elderly = ["020", "030"], lateElderly = ["010"] }
`

test('a revision of the fees is read by table, and every table may be left out', (t) => {
  assert.deepEqual(structuredClone(readRules(rulesFile(t, `${times}${laws}`))), {
    receptionTimes: [
      {
        from: '2028-06-01',
        earlyFrom: 6,
        dayFrom: 8,
        nightFrom: 18,
        midnightFrom: 22,
        saturdayNightFrom: 12,
        holidaysFrom: '12-29',
        holidaysTo: '01-03',
      },
    ],
    insurerLaws: [{ from: '2028-04-01', laws: ['01', '06'] }],
  })
  assert.deepEqual(Object.keys(readRules(rulesFile(t, '# nothing yet\n'))), [])
  assert.equal(readRules(rulesFile(t, ages)).ages?.length, 1)
  const papers = '[[documents]]\nfrom = "2028-04-01"\nnames = ["資格確認書"]\n'
  const named = `${laws}titles = { "06" = "健保組合" }\n`
  const { documents, insurerLaws } = structuredClone(readRules(rulesFile(t, papers + named)))
  assert.deepEqual(documents, [{ from: '2028-04-01', names: ['資格確認書'] }])
  assert.deepEqual(insurerLaws?.[0]?.titles, { '06': '健保組合' })
})

const refused: readonly (readonly [name: string, toml: string, field: string, says: RegExp])[] = [
  [
    'a date without quotes',
    times.replace('"2028-06-01"', '2028-06-01'),
    'receptionTimes[0].from',
    /in quotes/,
  ],
  [
    'a date the other way round',
    times.replace('2028-06-01', '01-06-2028'),
    'receptionTimes[0].from',
    /"2028-06-01"/,
  ],
  [
    '30 February in a table of one line',
    'renewals = [{ from = "2028-02-30", day = "08-01", age = 70 }]',
    'renewals[0].from',
    /calendar/,
  ],
  [
    'a row without its hours',
    times.replace('nightFrom = 18\n', ''),
    'receptionTimes[0].nightFrom',
    /必要な項目/,
  ],
  [
    'an hour of a clock that there is not',
    times.replace('= 22', '= 25'),
    'receptionTimes[0].midnightFrom',
    /0 to 24/,
  ],
  [
    'a night that begins before the day',
    times.replace('nightFrom = 18', 'nightFrom = 11'),
    'receptionTimes[0].nightFrom',
    /11, which is before saturdayNightFrom, 12/,
  ],
  [
    'a day that no year has',
    times.replace('01-03', '02-30'),
    'receptionTimes[0].holidaysTo',
    /day of the year/,
  ],
  [
    'a renewal on no day',
    '[[renewals]]\nfrom = "2028-04-01"\nday = "13-01"\nage = 70\n',
    'renewals[0].day',
    /"13-01"/,
  ],
  [
    'a title of a 法別番号 that the row has not',
    `${laws}titles = { "07" = "自衛官等" }\n`,
    'insurerLaws[0].titles.07',
    /`laws`/,
  ],
  [
    'a paper without a name',
    '[[documents]]\nfrom = "2028-04-01"\nnames = ["資格確認書", ""]\n',
    'documents[0].names[1]',
    /one line/,
  ],
  [
    'no paper at all',
    '[[documents]]\nfrom = "2028-04-01"\nnames = []\n',
    'documents[0].names',
    /at least 1/,
  ],
  ['two rows of one day', `${laws}${laws}`, 'insurerLaws[1].from', /insurerLaws\[0\]/],
  [
    'a 法別番号 of three digits',
    laws.replace('"06"', '"006"'),
    'insurerLaws[0].laws[1]',
    /two digits in quotes/,
  ],
  [
    'ages in the wrong order',
    ages.replace('lateElderly = 75', 'lateElderly = 69'),
    'ages[0].lateElderly',
    /before elderly, 70/,
  ],
  [
    'a share that is no code',
    ages.replace('"010"', '"10"'),
    'ages[0].shares.lateElderly[0]',
    /"030"/,
  ],
  [
    'a table that there is not',
    '[[receptionTime]]\nfrom = "2028-06-01"\n',
    'receptionTime',
    /receptionTimes/,
  ],
  ['a table that is empty', 'ages = []\n', 'ages', /at least 1/],
]

for (const [name, toml, field, says] of refused)
  test(`in a file of rules ${name} is refused by row and key`, (t) => {
    const path = rulesFile(t, toml)
    const fault = faultOf(() => readRules(path))
    assert.equal(fault.code, 'CONFIG_INVALID')
    assert.deepEqual(
      fault.mistakes.map((mistake) => mistake.field),
      [field],
    )
    const [mistake] = fault.mistakes
    assert.match(`${mistake?.title} ${mistake?.detail}`, says)
    assert.ok(fault.message.startsWith(path))
  })

test('every mistake of a file of rules is named at once', (t) => {
  const toml = `${times.replace('01-03', '02-30')}${laws}${laws}${ages.replace('= 75', '= 69')}`
  const fault = faultOf(() => readRules(rulesFile(t, toml)))
  assert.deepEqual(
    fault.mistakes.map(({ field }) => field),
    ['insurerLaws[1].from', 'ages[0].lateElderly', 'receptionTimes[0].holidaysTo'],
  )
})

test('a file of rules that is not there is told as such', (t) => {
  assert.equal(faultOf(() => readRules(rulesFile(t))).code, 'CONFIG_UNREADABLE')
})
