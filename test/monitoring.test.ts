import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { components, conditions } from '../agent/kernel/conditions.ts'
import { catalogue } from '../agent/ops/metrics/catalogue.ts'
import { alertRules, alertsIn, dashboardQueries, monitoringPage } from './bed/monitoring.ts'
import { noPrometheus, promtool } from './bed/prometheus.ts'

const UNIT_TESTS = 'test/fixtures/monitoring/alerts.test.yml'
const runbook = readFileSync('systemd/RUNBOOK.md', 'utf8')

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
const anchors = [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

/** Names of metrics in a text of queries that are in no catalogue. */
const unknownIn = (text: string): string[] => {
  const known = Object.keys(catalogue).flatMap((name) => [name, `${name}_bucket`])
  const named = text.match(/\b(?:onshi|process|nodejs)_\w+/g) ?? []
  return [...new Set(named)].filter((name) => !known.includes(name))
}

test('promtool takes the alert rules', { skip: noPrometheus }, () => {
  const { status, said } = promtool(['check', 'rules', 'systemd/monitoring/alerts.yml'])
  assert.equal(status, 0, said)
})

test('every alert fires in its unit test, and not before its time', { skip: noPrometheus }, () => {
  const { status, said } = promtool(['test', 'rules', UNIT_TESTS])
  assert.equal(status, 0, said)
  const tested = alertsIn(readFileSync(UNIT_TESTS, 'utf8'))
  assert.deepEqual(tested.sort(), alertsIn(alertRules).sort())
})

test('each component has an alert, so that no condition is without', () => {
  const watched = [...alertRules.matchAll(/onshi_agent_condition\{component="([\w-]+)"\} == 1/g)]
  assert.deepEqual(
    watched.map(([, component]) => component),
    [...components],
  )
})

test('every alert names a section of the runbook that is there', () => {
  for (const [code, { number }] of Object.entries(conditions))
    assert.ok(anchors.includes(`${code.toLowerCase()}-${number.toLowerCase()}`), code)
  const fixed = [...alertRules.matchAll(/runbook: "RUNBOOK\.md#([\w-]+)"/g)]
  assert.ok(fixed.length > 10)
  for (const [, anchor = ''] of fixed) assert.ok(anchors.includes(anchor), anchor)
})

test('rules, dashboard and page name metrics that there are', () => {
  assert.deepEqual(unknownIn(alertRules), [])
  const queries = dashboardQueries()
  assert.deepEqual(unknownIn(queries.map(({ query }) => query).join('\n')), [])
  assert.deepEqual(unknownIn(monitoringPage), [])
  assert.deepEqual(unknownIn('rate(onshi_agent_nothing_total[5m])'), ['onshi_agent_nothing_total'])
  const shown = queries.map(({ query }) => query).join('\n')
  const forgotten = Object.keys(catalogue).filter((name) => !shown.includes(name))
  assert.deepEqual(forgotten, [
    'onshi_agent_line_held',
    'onshi_agent_feed_position',
    'onshi_agent_delivery_failing',
    'process_start_time_seconds',
    'process_max_fds',
    'nodejs_heap_size_total_bytes',
    'nodejs_external_memory_bytes',
    'nodejs_eventloop_lag_p50_seconds',
  ])
})

test('the page has every metric with its type, its labels and its meaning', () => {
  const rows = Object.entries(catalogue).map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  const documented = monitoringPage
    .split('\n')
    .filter((line) => /^\| `\w+` \| (gauge|counter|histogram) /.test(line))
  assert.deepEqual(documented, rows)
})

test('names follow the rules of Prometheus: base units, counters in _total', () => {
  for (const [name, { type }] of Object.entries(catalogue)) {
    assert.match(name, /^(onshi_agent|process|nodejs)_[a-z0-9_]+$/)
    assert.equal(name.endsWith('_total'), type === 'counter', name)
    if (type === 'histogram') assert.match(name, /_seconds$/)
    assert.doesNotMatch(name, /_(ms|milliseconds|mib|minutes|days|percent)\b/)
  }
})
