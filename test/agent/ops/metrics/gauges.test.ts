import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ConditionCode,
  conditions,
  type Showing,
} from '../../../../agent/kernel/conditions.ts'
import { catalogue, familiesOf } from '../../../../agent/ops/metrics/catalogue.ts'
import { gaugesOf, type State } from '../../../../agent/ops/metrics/gauges.ts'
import { openMeters } from '../../../../agent/ops/metrics/meters.ts'
import { fileLimitIn, openProcessMeter } from '../../../../agent/ops/metrics/process.ts'

const NOW = Date.parse('2026-04-01T09:30:02+09:00')
const show = (code: ConditionCode, severity: Showing['severity']): Showing => ({
  ...conditions[code],
  code,
  severity,
  subject: 'x',
  since: NOW,
  facts: {},
})
const idle: State = {
  version: '1.2.3',
  node: '24.0.0',
  nodeEndsAt: null,
  isReady: true,
  showing: [],
  lines: [],
  terminal: null,
  readers: [],
  presentationsWaiting: 0,
  consumers: [],
  deliveries: [],
  jobs: [],
  store: null,
  disk: null,
  certificateEndsAt: null,
  backupAt: null,
  clock: { trust: 'unknown', jumpedMs: 0, aheadMs: null, now: NOW, builtAt: 0 },
}
const line = {
  name: 'ngn',
  standing: 'trial',
  since: NOW,
  isCurrent: true,
  isHeldByHand: false,
  metered: false,
  address: null,
  rttMs: 12,
  relapses: 0,
  fault: null,
  lastAnswerAt: null,
  questions: 0,
  warmQuestions: 0,
  path: null,
} as const
const busy: State = {
  ...idle,
  nodeEndsAt: NOW,
  showing: [
    show('LINE_DOWN', 'warn'),
    show('READER_DOWN', 'warn'),
    show('TERMINAL_WATCHED', 'pass'),
  ],
  lines: [line],
  consumers: [{ name: 'emr', usedAt: NOW }],
  deliveries: [
    {
      ...{ consumer: { name: 'emr' }, sink: 'webhook', is: 'failing', waiting: 3, parked: 1 },
      ...{ refused: 2, restored: 4, oldestAt: NOW + 5_000, delivered: 9 },
    },
  ],
  store: {
    schema: 6,
    position: 4,
    openQuestions: 1,
    auditPending: 2,
    bytes: { database: 10, wal: 20, audit: 30 },
  },
  disk: { sizeBytes: 100, freeBytes: 50, isReadOnly: false },
  certificateEndsAt: NOW,
  backupAt: NOW,
  clock: { trust: 'unsynchronised', jumpedMs: 0, aheadMs: -2_400, now: NOW, builtAt: 0 },
}

const valuesOf = (state: State, name: keyof typeof catalogue) =>
  (gaugesOf(state, NOW)[name] ?? []).map(({ labels, value }) => [...Object.values(labels), value])

test('a condition shows at the severity that it has now, and its rows are there when it does not', () => {
  const of = (state: State, code: string) =>
    valuesOf(state, 'onshi_agent_condition').filter(([one]) => one === code)
  assert.deepEqual(of(busy, 'LINE_DOWN'), [
    ['LINE_DOWN', 'C902', 'line', 'fail', 0],
    ['LINE_DOWN', 'C902', 'line', 'warn', 1],
  ])
  assert.deepEqual(of(idle, 'STORE_FAILING'), [['STORE_FAILING', 'C908', 'store', 'fail', 0]])
  assert.deepEqual(of(busy, 'TERMINAL_WATCHED'), [], 'a statement is no condition to count')
  assert.equal(
    valuesOf(busy, 'onshi_agent_condition').length,
    valuesOf(idle, 'onshi_agent_condition').length,
  )
})

test('a component is in one of three states', () => {
  const reader = valuesOf(busy, 'onshi_agent_component_status').filter(([one]) => one === 'reader')
  assert.deepEqual(reader, [
    ['reader', 'pass', 0],
    ['reader', 'warn', 1],
    ['reader', 'fail', 0],
  ])
})

test('figures come in base units, and a clock that was set back makes no negative age', () => {
  assert.deepEqual(valuesOf(busy, 'onshi_agent_line_up'), [['ngn', 0.5]])
  assert.deepEqual(valuesOf(busy, 'onshi_agent_line_round_trip_seconds'), [['ngn', 0.012]])
  assert.deepEqual(valuesOf(busy, 'onshi_agent_deliveries_refused'), [['emr', 'webhook', 6]])
  assert.deepEqual(valuesOf(busy, 'onshi_agent_delivery_oldest_age_seconds'), [
    ['emr', 'webhook', 0],
  ])
  assert.deepEqual(valuesOf(busy, 'onshi_agent_certificate_not_after_timestamp_seconds'), [
    [NOW / 1_000],
  ])
  assert.deepEqual(valuesOf(busy, 'onshi_agent_clock_ahead_seconds'), [[-2]])
  assert.deepEqual(valuesOf(busy, 'onshi_agent_clock_synchronised'), [[0]])
  assert.deepEqual(valuesOf(idle, 'onshi_agent_clock_synchronised'), [])
})

test('what happens is counted, and what can happen is there from the start', () => {
  const meters = openMeters({ lines: ['ngn'], readers: ['desk-1'] })
  const one = (name: keyof typeof catalogue) =>
    (meters.readings()[name] ?? []).flatMap(({ labels, value }) =>
      value === 0 ? [] : [[...Object.values(labels), value].join(' ')],
    )
  assert.equal(meters.readings().onshi_agent_verifications_total?.length, 36)
  meters.verified('valid', 'card', 400)
  meters.verified('valid', 'terminal', null)
  meters.line({ at: 0, is: 'asked', line: 'ngn', tookMs: 200, fault: null })
  meters.line({ at: 0, is: 'asked', line: 'ngn', tookMs: 200, fault: 'GATEWAY_TIMEOUT' })
  meters.line({ at: 0, is: 'probed', line: 'ngn', rttMs: null })
  meters.line({ at: 0, is: 'moved', from: 'ngn', to: null })
  meters.terminal({ at: 0, is: 'asked', fault: 'TERMINAL_SILENT', answerMs: null })
  meters.stood('desk-1', 'unreadable')
  assert.deepEqual(one('onshi_agent_verifications_total'), ['valid card 1', 'valid terminal 1'])
  assert.deepEqual(one('onshi_agent_question_duration_seconds').slice(-2), ['0.4', '1'])
  assert.deepEqual(one('onshi_agent_gateway_attempts_total'), ['ngn 2', 'terminal 1'])
  assert.deepEqual(one('onshi_agent_gateway_faults_total'), [
    'ngn GATEWAY_TIMEOUT 1',
    'terminal TERMINAL_SILENT 1',
  ])
  assert.deepEqual(one('onshi_agent_line_probes_lost_total'), ['ngn 1'])
  assert.deepEqual(one('onshi_agent_line_switches_total'), ['1'])
  assert.deepEqual(one('onshi_agent_reader_cards_total'), ['desk-1 unreadable 1'])
})

test('every sample has the labels that the catalogue gives its name, and no other', () => {
  const meters = openMeters({ lines: ['ngn'], readers: ['desk-1'] })
  const meter = openProcessMeter({ now: Date.now }, () => performance.now())
  const families = familiesOf({
    ...gaugesOf(busy, NOW),
    ...meters.readings(),
    ...meter.readings(),
  })
  void meter.close()
  assert.deepEqual(
    families.map(({ name }) => name),
    Object.keys(catalogue),
  )
  const rows = new Map<string, readonly string[]>(
    Object.entries(catalogue).map(([name, { labels }]) => [name, labels]),
  )
  for (const { name, samples } of families)
    for (const { labels, value } of samples) {
      const own = Object.keys(labels).filter((label) => label !== 'le')
      assert.deepEqual(own, rows.get(name), name)
      assert.ok(Number.isFinite(value), name)
    }
})

test('a process without a limit of descriptors has none to show', () => {
  assert.equal(
    fileLimitIn('Max open files            1024                 524288      files\n'),
    1024,
  )
  assert.equal(
    fileLimitIn('Max open files            unlimited            unlimited   files\n'),
    null,
  )
})
