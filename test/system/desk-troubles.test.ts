import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const TROUBLES = 30
const read = (file: string) => readFileSync(file, 'utf8')
const document = read('test/system/DESK-TROUBLES.md')

/** Rows of the table: number, trouble, whether it is answered, what is left. */
const rows = [
  ...document.matchAll(/^\| (\d+) \| (.+?) \| (answered|partly|not) \| (.+?) \|$/gm),
].map(([, number, , here, left = '']) => ({
  number: Number(number),
  here,
  left: left === '—' ? '' : left,
}))

/** `4, system/typed.test.ts: a worn 3 …`, of the document and of the tests themselves. */
const listed = [...document.matchAll(/^- (\d+), `(.+?)`: (.+)$/gm)].map(
  ([, number, file, name]) => `${number}, ${file}: ${name}`,
)
const existing = globSync('test/**/*.test.ts').flatMap((file) =>
  [...read(file).matchAll(/(['`])trouble (\d+): (.+?)\1(?=[,)])/g)].map(
    ([, , number, name]) => `${number}, ${file.slice('test/'.length)}: ${name}`,
  ),
)
const numbersOf = (entries: readonly string[]) =>
  new Set(entries.map((entry) => Number.parseInt(entry, 10)))

test('each of the thirty troubles says whether it is answered, and what is left and why', () => {
  assert.deepEqual(
    rows.map(({ number }) => number),
    Array.from({ length: TROUBLES }, (_, index) => index + 1),
  )
  const silent = rows.filter(({ here, left }) => here !== 'answered' && left === '')
  assert.deepEqual(silent, [])
})

test('every test that is named after a trouble is listed, and none is listed that there is not', () => {
  assert.ok(existing.length > TROUBLES, `only ${existing.length} tests were read`)
  assert.deepEqual(listed.toSorted(), existing.toSorted())
})

test('what is answered, if in part, has a test, and what is not has none', () => {
  const answered = rows.filter(({ here }) => here !== 'not').map(({ number }) => number)
  assert.deepEqual(
    [...numbersOf(existing)].sort((one, other) => one - other),
    answered,
  )
})
