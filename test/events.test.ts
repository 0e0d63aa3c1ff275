import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { callsIn, logCalls, unnamedCalls } from './bed/log-events.ts'

interface Row {
  readonly event: string
  readonly levels: readonly string[]
  readonly facts: readonly string[]
}

const rowsIn = (text: string): Row[] =>
  [...text.matchAll(/^\| `([a-z-]+)` \| ([a-z, ]+) \| \S.* \| (.*) \|$/gm)].map(
    ([, event = '', levels = '', facts = '']) => ({
      event,
      levels: levels.split(', '),
      facts: [...facts.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    }),
  )

/** What the table says that the source does not, and the other way round; a line each. */
function differences(rows: readonly Row[], calls: ReturnType<typeof logCalls>): string[] {
  const undocumented = calls.flatMap(({ event, level, facts, at }) => {
    const row = rows.find((one) => one.event === event)
    if (row === undefined) return [`${at}: ${event} has no row in systemd/EVENTS.md`]
    return [
      ...level.split(', ').filter((one) => !row.levels.includes(one)),
      ...facts.filter((one) => !row.facts.includes(one)),
    ].map((what) => `${at}: ${event} has ${what}, and its row does not`)
  })
  const stale = rows.flatMap(({ event, levels }) => {
    const of = calls.filter((one) => one.event === event)
    if (of.length === 0) return [`systemd/EVENTS.md: nothing writes ${event}`]
    return levels
      .filter((level) => !of.some((one) => one.level.includes(level)))
      .map((level) => `systemd/EVENTS.md: ${event} is never ${level}`)
  })
  return [...undocumented, ...stale]
}

const rows = rowsIn(readFileSync('systemd/EVENTS.md', 'utf8'))

test('every event of the journal is in the table with its level and facts, and none is stale', () => {
  const calls = logCalls()
  assert.ok(calls.length > 70)
  assert.deepEqual(differences(rows, calls), [])
})

test('every event has one row, in the order of the alphabet', () => {
  const events = rows.map(({ event }) => event)
  assert.deepEqual(events, [...new Set(events)].sort())
})

test('a name that is made up as it goes would escape the table: there are two, whose names are known', () => {
  assert.deepEqual(unnamedCalls(), ['agent/folders/scanner.ts', 'agent/ops/line-log.ts'])
})

test('an event without a row, another level, a new fact and a stale row are found', () => {
  const calls = callsIn(
    'x.ts',
    "log.warn({}, 'new'); this.#log.error({ a: 1 }, 'old'); parts.log.info({ b }, 'old')",
  )
  const table = '| `old` | error | Once. | `a` |\n| `gone` | info | Never. |  |\n'
  assert.deepEqual(differences(rowsIn(table), calls), [
    'x.ts:1: new has no row in systemd/EVENTS.md',
    'x.ts:1: old has info, and its row does not',
    'x.ts:1: old has b, and its row does not',
    'systemd/EVENTS.md: nothing writes gone',
  ])
})
