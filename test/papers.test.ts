import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { conditions } from '../agent/kernel/conditions.ts'

const FOLDER = 'systemd/papers'
const read = (name: string) => readFileSync(`${FOLDER}/${name}`, 'utf8')
const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Every line of the checklist that the product answers. */
const LINES = [
  ...['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'B1', 'B2', 'B3', 'B4', 'B5'],
  ...['C1', 'C2', 'C3', 'C4', 'C5', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6'],
  ...['E1', 'E2', 'E3', 'E4', 'E5'],
]
const ANSWERS = ['はい', '一部', 'いいえ']

const rowsIn = (text: string) =>
  [...text.matchAll(/^\| ([A-E]\d) \| (.*) \|$/gm)].map(([, id = '', rest = '']) => {
    const [question = '', answer = '', how = '', tests = ''] = rest.split(' | ')
    return {
      id,
      question,
      answer,
      how,
      tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
    }
  })

/** What is wrong with the answers, in words. */
const complaints = (text: string, exists: (file: string) => boolean) =>
  rowsIn(text).flatMap(({ id, question, answer, how, tests }) => [
    ...(question === '' || how === '' ? [`${id} says too little`] : []),
    ...(ANSWERS.includes(answer) ? [] : [`${id} is neither yes, partly nor no`]),
    ...(answer === 'はい' || how.includes('不足: ') ? [] : [`${id} does not say what is lacking`]),
    ...(answer === 'はい' && how.includes('不足: ') ? [`${id} is a yes that lacks something`] : []),
    ...(answer === 'いいえ' || tests.length > 0 ? [] : [`${id} names no test`]),
    ...tests.filter((file) => !exists(file)).map((file) => `${id} names ${file}`),
  ])

test('every line of the security checklist is answered, and each yes names tests that exist', () => {
  const text = read('checklist.md')
  assert.deepEqual(
    rowsIn(text).map(({ id }) => id),
    LINES,
  )
  assert.deepEqual(complaints(text, existsSync), [])
})

test('control: an answer without a test, with a stale test or without its lack is found', () => {
  const rows = [
    '| A1 | q | はい | h | |',
    '| A2 | q | はい | h | `test/gone.ts` |',
    '| A3 | q | 一部 | h | `test/x.ts` |',
    '| A4 | q | 多分 | 不足: x | `test/x.ts` |',
  ]
  assert.deepEqual(
    complaints(rows.join('\n'), (file) => file === 'test/x.ts'),
    [
      'A1 names no test',
      'A2 names test/gone.ts',
      'A3 does not say what is lacking',
      'A4 is neither yes, partly nor no',
    ],
  )
})

test('every paper names the version that it holds for', () => {
  const papers = globSync(`${FOLDER}/*.md`)
  assert.ok(papers.length >= 4)
  for (const paper of papers)
    assert.ok(
      readFileSync(paper, 'utf8').includes(`onshi-agent ${version}`),
      `${paper}: not ${version}`,
    )
})

test('whom to call is found by numbers that exist, and the paper way is where the page says', () => {
  const text = read('incident.md')
  const numbers = Object.values(conditions).map(({ number }): string => number)
  const named = text.match(/C\d{3}/g) ?? []
  assert.ok(named.length > 8)
  assert.deepEqual(
    named.filter((number) => !numbers.includes(number)),
    [],
  )
  const page = readFileSync('agent/desk/views/status.ts', 'utf8')
  const [words = ''] = /停止時の手順（印刷）/.exec(text) ?? []
  assert.ok(words !== '' && page.includes(words))
})
