import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { AgentError, asFault, type Mistake } from '../kernel/errors.ts'
import { fromCell, toCell } from './csv-cells.ts'
import { csvText } from './csv-text.ts'

/** One column of a CSV file. */
export interface Column {
  /** lowerCamelCase, as in JSON. */
  readonly name: string
  /** Japanese; heads the column. */
  readonly title: string
  /** The column is there and no cell of it is blank. */
  readonly required?: boolean
}

/** What heads the columns of a file, for the API’s document. */
export const headsOf = (columns: readonly Column[]): string =>
  columns.map(({ name, title }) => `${name} (${title})`).join(', ')

/** Of a file that is read; for the body limit of a route. */
export const CSV_BYTES = 2 * 1024 * 1024
const ROWS = 10_000
const CELL_CHARACTERS = 1_000
/** So many mistakes are told; correcting those, people see the pattern. */
const MISTAKES = 100
const BYTE_ORDER_MARK = '\ufeff'

/**
 * A CSV file that opens right in Excel: UTF-8 with a byte order mark, CRLF, every cell quoted, the
 * Japanese titles on top. Nothing in it is computed, nothing converted: what begins like a formula
 * gets a visible apostrophe, a number that Excel would show otherwise (00042, 1-2) an invisible tab.
 * Programs that read the file meet both marks; JSON is for them. `parseCsv` takes them off. A value
 * that a row leaves out is ''.
 */
export function csvOf(
  columns: readonly Column[],
  rows: readonly Readonly<Record<string, string>>[],
): Buffer {
  const cells = rows.map((row) => columns.map(({ name }) => toCell(row[name] ?? '')))
  const text = stringify([columns.map(({ title }) => title), ...cells], {
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
  })
  return Buffer.from(`${BYTE_ORDER_MARK}${text}`, 'utf8')
}

/**
 * The rows of a CSV file as Excel or a program saved it: UTF-8 or CP932, CRLF or LF, headed by the
 * columns' names or titles in any order. A column that is left out is '' in every row; blank rows at
 * the end are dropped, so the row at index i is row i + 2 of the file as Excel numbers it. Throws
 * `CSV_INVALID` with what is wrong in which row and column; never with a value. Whether a cell holds
 * an individual number is looked at with the items, where it is known whose numbers there are.
 */
export function parseCsv(bytes: Uint8Array, columns: readonly Column[]): Record<string, string>[] {
  const [heads = [], ...lines] = cellsIn(bytes)
  const found = columnsOf(heads, columns)
  refuseCsv([...found.mistakes, ...mistakesIn(lines, found.places, heads)])
  return lines.map((line) => ({
    ...Object.fromEntries(columns.map(({ name }) => [name, ''])),
    ...Object.fromEntries([...found.places].map(([at, { name }]) => [name, line[at] ?? ''])),
  }))
}

/** A mistake in the row at an index of what `parseCsv` gave. */
export const csvMistake = (
  index: number,
  column: Column,
  title: string,
  detail: string,
): Mistake => ({
  field: `rows[${index + 2}].${column.name}`,
  title: `${index + 2}行目「${column.title}」：${title}`,
  detail: `row ${index + 2}, column ${column.name}: ${detail}`,
})

/**
 * Runs what takes the items of a file; what is wrong with `items[i]` is told by row and column.
 * `columnAt`: the column of a path in an item.
 */
export async function toldByRow<T>(
  columnAt: (path: string) => Column | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { code, message, facts, mistakes } = asFault(error)
    if (mistakes.length === 0) throw error
    const told = mistakes.map((one) => {
      const [, index, path = ''] = /^items\[(\d+)\]\.(.+)$/.exec(one.field) ?? []
      const column = columnAt(path)
      if (index === undefined || column === undefined) return one
      return csvMistake(Number(index), column, one.title, one.detail)
    })
    throw new AgentError(code, message, { facts, mistakes: told })
  }
}

/** Throws `CSV_INVALID` where there is any mistake. */
export function refuseCsv(mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return
  throw new AgentError('CSV_INVALID', `${mistakes.length} mistakes in the file`, {
    mistakes: mistakes.slice(0, MISTAKES),
  })
}

/** Throws `CSV_INVALID` for a file as a whole. */
function refuseFile(title: string, detail: string): never {
  throw new AgentError('CSV_INVALID', detail, { mistakes: [{ field: 'file', title, detail }] })
}

/** Every cell of the file, without our marks and without the blank rows at its end. */
function cellsIn(bytes: Uint8Array): string[][] {
  if (bytes.length > CSV_BYTES)
    refuseFile('ファイルが大きすぎます（2 MBまで）。', `larger than ${CSV_BYTES} bytes`)
  const rows = recordsIn(textOf(bytes)).map((row) => row.map(fromCell))
  const lastWritten = rows.findLastIndex((row) => row.some((cell) => cell.trim() !== ''))
  if (lastWritten === -1) refuseFile('ファイルが空です。', 'nothing in it')
  if (lastWritten > ROWS) refuseFile(`行が多すぎます（${ROWS}行まで）。`, `more than ${ROWS} rows`)
  return rows.slice(0, lastWritten + 1)
}

function textOf(bytes: Uint8Array): string {
  const read = csvText(bytes)
  if (read.is === 'text') return read.text
  return read.is === 'workbook'
    ? refuseFile('Excelブックです。「CSV UTF-8」で保存し直してください。', 'a workbook, not CSV')
    : refuseFile(
        '文字を読めません。「CSV UTF-8」で保存し直してください。',
        'neither UTF-8 nor CP932, or holds control characters',
      )
}

/** The cause of a fault of the parser is not kept: it holds the cells. */
function recordsIn(text: string): string[][] {
  try {
    return parse(text, {
      bom: false,
      record_delimiter: ['\r\n', '\n', '\r'],
      // Excel leaves out blank cells at the end of a row.
      relax_column_count: true,
      // So that a quote that is never closed does not hold the whole file as one cell.
      max_record_size: 64 * CELL_CHARACTERS,
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const line = 'lines' in error ? Number(error['lines']) : 0
    return refuseFile(
      `${line}行目のあたりで、引用符（"）の使い方が正しくありません。`,
      `line ${line}: ${error.code}`,
    )
  }
}

interface Found {
  /** By their place in a row, from 0. */
  readonly places: ReadonlyMap<number, Column>
  readonly mistakes: readonly Mistake[]
}

const headOf = (text: string) => text.normalize('NFKC').trim().toLowerCase()

function columnsOf(heads: readonly string[], columns: readonly Column[]): Found {
  const places = new Map<number, Column>()
  const wrong: [number, Column | undefined][] = []
  for (const [at, head] of heads.entries()) {
    const column = columns.find(({ name, title }) =>
      [name, title].some((text) => headOf(text) === headOf(head)),
    )
    const isTwice = column !== undefined && [...places.values()].includes(column)
    if (column !== undefined && !isTwice) places.set(at, column)
    else if (headOf(head) !== '') wrong.push([at, column])
  }
  const given = new Set(places.values())
  const left = columns.filter((column) => !given.has(column)).map(({ title }) => title)
  const mistakes = wrong.map(([at, column]) => headMistake(at, column, left))
  for (const column of columns)
    if (column.required === true && !given.has(column))
      mistakes.push({
        field: `rows[1].${column.name}`,
        title: `「${column.title}」の列がありません。`,
        detail: `row 1: no column ${column.name}`,
      })
  return { places, mistakes }
}

/**
 * A head that is none of ours may be anything, also somebody's name: only its place is told, with the
 * titles that are `left`.
 */
const headMistake = (at: number, column: Column | undefined, left: readonly string[]): Mistake => ({
  field: `rows[1].cells[${at + 1}]`,
  title:
    column === undefined
      ? `1行目の${at + 1}列目の見出しは使えません。${usable(left)}`
      : `1行目に「${column.title}」の列が2つあります。`,
  detail: `row 1, column ${at + 1}: ${column === undefined ? 'unknown heading' : 'heading twice'}`,
})

const usable = (titles: readonly string[]) =>
  titles.length === 0 ? '' : `ほかに使える見出し：${titles.join('・')}。`

/** Cells under a head that is none of ours are passed over: the head is the mistake. */
function mistakesIn(
  lines: readonly (readonly string[])[],
  places: ReadonlyMap<number, Column>,
  heads: readonly string[],
): Mistake[] {
  const given = [...places]
  const isHeaded = (at: number) => headOf(heads[at] ?? '') !== ''
  return lines.flatMap((line, index) => [
    ...given.flatMap(([at, column]) => cellMistakes(line[at] ?? '', index, column)),
    ...line.flatMap((cell, at) =>
      isHeaded(at) || cell.trim() === '' ? [] : [strayMistake(index, at)],
    ),
  ])
}

function cellMistakes(cell: string, index: number, column: Column): Mistake[] {
  if (column.required === true && cell.trim() === '')
    return [csvMistake(index, column, '値がありません。', 'blank')]
  if (cell.length > CELL_CHARACTERS)
    return [
      csvMistake(
        index,
        column,
        `長すぎます（${CELL_CHARACTERS}文字まで）。`,
        `more than ${CELL_CHARACTERS} characters`,
      ),
    ]
  return []
}

const strayMistake = (index: number, at: number): Mistake => ({
  field: `rows[${index + 2}].cells[${at + 1}]`,
  title: `${index + 2}行目の${at + 1}列目：見出しのない列に値があります。`,
  detail: `row ${index + 2}, column ${at + 1}: a value without a heading`,
})
