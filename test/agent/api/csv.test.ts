import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { type Column, csvMistake, csvOf, parseCsv } from '../../../agent/api/csv.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'

const columns = [
  { name: 'patientNumber', title: '患者番号', required: true },
  { name: 'name', title: '氏名' },
  { name: 'insuredCardSymbol', title: '記号' },
] as const satisfies readonly Column[]

const bytesOf = (text: string) => Buffer.from(text, 'utf8')
const cellOf = (value: string) =>
  csvOf([{ name: 'name', title: '氏名' }], [{ name: value }])
    .toString('utf8')
    .split('\r\n')[1]

/** Where the file is wrong; '' where it is right. */
function fieldsWrong(bytes: Uint8Array, code = 'CSV_INVALID'): string {
  try {
    parseCsv(bytes, columns)
    return ''
  } catch (error) {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, code)
    return error.mistakes.map(({ field }) => field).join(' ')
  }
}

test('a list opens in Excel: a byte order mark, CRLF, Japanese titles, every cell quoted', () => {
  const file = csvOf(columns, [{ patientNumber: '7', name: '架空　花子"' }])
  assert.equal(file.toString('utf8'), '\ufeff"患者番号","氏名","記号"\r\n"7","架空　花子""",""\r\n')
})

test('nothing in a list is computed by a spreadsheet', () => {
  for (const formula of [
    '=1+1',
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://127.0.0.1/?x="&A1,"見る")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '+1+1',
    '-2+3',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '  =1+1',
    '　＝1+1',
    '＝1+1',
    '＋1',
    '－1+1',
    '＠SUM(1)',
    '\u200b=1+1',
    '\ufeff=1+1',
    "'=1+1",
    "''=1+1",
  ])
    assert.ok(cellOf(formula)?.startsWith('"\'') === true, JSON.stringify(formula))
  assert.equal(cellOf('a=1+1'), '"a=1+1"')
})

test('a number that Excel would show otherwise stays as it is written, a plain one stays a number', () => {
  const texts = [
    '00042',
    '０００４２',
    '1-2',
    '3/4',
    '1E5',
    '06139992',
    '123456789012',
    '(5)',
    '1,5',
  ]
  for (const text of texts) assert.equal(cellOf(text), `"\t${text}"`)
  for (const text of ['0', '42', '12345678901', '1.25', '2026-04-01', '09:30', '１２・３４', 'A-1'])
    assert.equal(cellOf(text), `"${text}"`)
})

test('what was written comes back, whatever it is', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({
      unit: fc.constantFrom('=', "'", '\t', '0', '-', '"', ',', '\n', '\r', 'ア', '　'),
    }),
  )
  const safe = cell.filter((text) => !/(?![\t\r\n])\p{Cc}/u.test(text))
  const row = fc.record(
    {
      patientNumber: fc.stringMatching(/^0{0,3}[1-9]\d{0,5}$/),
      name: safe,
      insuredCardSymbol: safe,
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      assert.deepEqual(parseCsv(csvOf(columns, rows), columns), rows)
    }),
    { numRuns: 500 },
  )
})

test('a list is read as Excel saves it: CP932 or UTF-8, any line end, marks and blank rows', () => {
  const text = '患者番号,氏名\r\n\t00042,髙橋　①\r\n7\r\n,\r\n\r\n'
  const expected = [
    { patientNumber: '00042', name: '髙橋　①', insuredCardSymbol: '' },
    { patientNumber: '7', name: '', insuredCardSymbol: '' },
  ]
  for (const bytes of [
    iconv.encode(text, 'cp932'),
    bytesOf(text),
    bytesOf(`\ufeff${text}`),
    bytesOf(text.replaceAll('\r\n', '\n')),
    bytesOf(text.replaceAll('\r\n', '\r')),
  ])
    assert.deepEqual(parseCsv(bytes, columns), expected)
})

test('columns may stand in any order, under their Japanese or English heads', () => {
  const [row] = parseCsv(bytesOf('氏名, PatientNumber \n架空　花子,42\n'), columns)
  assert.deepEqual(row, { patientNumber: '42', name: '架空　花子', insuredCardSymbol: '' })
})

test('half-width kana in CP932 are not read as Latin letters', () => {
  const file = iconv.encode('patientNumber,name\n1,ﾐｷ\n', 'cp932')
  assert.equal(parseCsv(file, columns)[0]?.['name'], 'ﾐｷ')
  assert.equal(
    parseCsv(bytesOf('\ufeffpatientNumber,name\n1,José\n'), columns)[0]?.['name'],
    'José',
  )
})

test('what is wrong is named by row and column, and never by its value', () => {
  assert.equal(fieldsWrong(bytesOf('氏名\nx\n')), 'rows[1].patientNumber')
  assert.equal(fieldsWrong(bytesOf('患者番号,備考\n1,x\n')), 'rows[1].cells[2]')
  assert.equal(fieldsWrong(bytesOf('患者番号,patientNumber\n1,\n')), 'rows[1].cells[2]')
  assert.equal(fieldsWrong(bytesOf('患者番号,氏名\n1,a\n,b\n')), 'rows[3].patientNumber')
  assert.equal(fieldsWrong(bytesOf('患者番号\n1\n\n2\n')), 'rows[3].patientNumber')
  assert.equal(fieldsWrong(bytesOf('患者番号\n1,秘密\n')), 'rows[2].cells[2]')
  assert.equal(fieldsWrong(bytesOf(`患者番号,氏名\n1,${'あ'.repeat(1_001)}\n`)), 'rows[2].name')
  assert.throws(
    () => parseCsv(bytesOf('患者番号,氏名\n1,"秘密\n'), columns),
    (error) => error instanceof AgentError && !JSON.stringify(error.mistakes).includes('秘密'),
  )
})

test('an unknown head is told once, with the heads that are left, and not for every row', () => {
  const file = bytesOf(`患者番号,秘密\n${'1,x\n'.repeat(50)}`)
  assert.throws(
    () => parseCsv(file, columns),
    (error) => {
      assert.ok(error instanceof AgentError)
      const [{ title } = { title: '' }, ...others] = error.mistakes
      assert.equal(title, '1行目の2列目の見出しは使えません。ほかに使える見出し：氏名・記号。')
      return others.length === 0
    },
  )
})

test('what is no such file is refused as a whole', () => {
  for (const bytes of [
    bytesOf(''),
    bytesOf('\ufeff\r\n'),
    Buffer.from('PK\x03\x04 a workbook', 'latin1'),
    Buffer.from('\ufeff患者番号\r\n1', 'utf16le'),
    Buffer.from([0x82, 0xff, 0x0a]),
    bytesOf('患者番号\n1\0\n'),
    bytesOf('患者番号\n"1\n'),
    bytesOf('患者番号\n1"2\n'),
    Buffer.alloc(2 * 1024 * 1024 + 1, 0x61),
    bytesOf(`患者番号\n${'1\n'.repeat(10_001)}`),
  ])
    assert.equal(fieldsWrong(bytes), 'file', bytes.subarray(0, 20).toString('latin1'))
})

test('a list of many mistakes tells a hundred', () => {
  const wrong = fieldsWrong(bytesOf(`患者番号,氏名\n${',x\n'.repeat(5_000)}`))
  assert.equal(wrong.split(' ').length, 100)
})

test('a later check names a cell as the reading does', () => {
  assert.deepEqual(csvMistake(1, columns[1], '長すぎます。', 'too long'), {
    field: 'rows[3].name',
    title: '3行目「氏名」：長すぎます。',
    detail: 'row 3, column name: too long',
  })
})
