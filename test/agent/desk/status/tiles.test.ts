import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeskState } from '../../../../agent/api/desk-shapes.ts'
import { type Check, type TileFacts, tilesOf } from '../../../../agent/desk/status/tiles.ts'
import { type ConditionCode, conditions } from '../../../../agent/kernel/conditions.ts'
import { stateOf } from '../../../bed/desk-stage.ts'
import { checkOf, sampleDeliveries, sampleJobs } from './samples.ts'

const codes = Object.keys(conditions).filter((code): code is ConditionCode =>
  Object.hasOwn(conditions, code),
)

function tiles(state: Partial<DeskState> = {}, given: Partial<TileFacts> = {}) {
  const facts = { isConnected: true, version: '1.2.3', deliveries: null, jobs: null, ...given }
  return tilesOf({ ...facts, state: { ...stateOf(), ...state } })
}
const find = (shown: ReturnType<typeof tiles>, title: string) => {
  const found = shown.find((one) => one.title === title)
  assert.ok(found, `no tile ${title}`)
  return found
}
const checks = (...of: readonly [code: ConditionCode, subject: string][]) => {
  const grouped: Record<string, Check[]> = {}
  for (const [code, subject] of of) {
    const { component } = conditions[code]
    grouped[component] = [...(grouped[component] ?? []), checkOf(code, subject)]
  }
  return grouped
}

test('parts stand in the order of the path, whatever is wrong', () => {
  const titles = tiles().map(({ title, device }) => `${title} ${device}`.trim())
  assert.deepEqual(titles, [
    '受付システム',
    'カードリーダー',
    '回線 ngn',
    '電子証明書',
    'オンライン資格確認システム',
    '記録（データベース）',
    '配信',
    'バックアップ',
    '自動の仕事',
    '版',
  ])
  const broken = tiles({ checks: checks(['STORE_FAILING', 'store'], ['READER_DOWN', 'desk-1']) })
  assert.deepEqual(
    broken.map(({ title, device }) => `${title} ${device}`.trim()),
    titles,
  )
})

test('whatever can be wrong shows on exactly one part, as bad as it is', () => {
  for (const code of codes) {
    const { severity, number, component } = conditions[code]
    if (severity === 'pass') continue
    for (const via of ['lines', 'terminal'] as const) {
      const shown = tiles({ via, checks: checks([code, 'ngn']) })
      const hit = shown.filter(({ wrong }) => wrong.some((one) => one.number === number))
      assert.equal(hit.length, 1, `${code} via ${via} of ${component}`)
      assert.equal(hit[0]?.tone, severity === 'fail' ? 'stop' : 'warn', code)
    }
  }
})

test('a component of a later release is not lost', () => {
  const check = checkOf('STORE_FAILING', 'x')
  assert.equal(find(tiles({ checks: { printer: [check] } }), 'そのほか').words, check.title)
})

test('of several faults of a part the worst is told', () => {
  const state = checks(['DELIVERY_PARKED', 'emr'], ['DELIVERY_STUCK', 'emr'])
  const { tone, words, wrong } = find(tiles({ checks: state }), '配信')
  assert.deepEqual([tone, words, wrong.length], ['stop', conditions.DELIVERY_STUCK.title, 2])
})

test('a line that stands by says so, and one on trial is not called well', () => {
  const [line] = stateOf().lines
  assert.ok(line)
  const shown = tiles({
    lines: [
      line,
      { ...line, name: 'b', isCurrent: false },
      { ...line, name: 'c', standing: 'trial' },
    ],
  })
  const of = (name: string) => shown.find(({ device }) => device === name)
  assert.deepEqual([of('ngn')?.tone, of('ngn')?.words], ['good', 'つながっています（使用中）'])
  assert.deepEqual([of('b')?.tone, of('b')?.words], ['good', 'つながっています（待機）'])
  assert.equal(of('c')?.tone, 'warn')
})

test('through the terminal, line and certificate are neither well nor broken from here', () => {
  const state = checks(['LINE_NOT_VISIBLE', 'gateway'], ['TERMINAL_WATCHED', 'terminal'])
  const shown = tiles({ via: 'terminal', lines: [], checks: state })
  assert.equal(find(shown, '回線').tone, 'none')
  assert.equal(find(shown, '資格確認端末').tone, 'good')
  assert.equal(
    shown.some(({ title }) => title === '電子証明書'),
    false,
  )
})

test('no backup is called one, until something tells of backups', () => {
  assert.deepEqual(
    [find(tiles(), 'バックアップ').tone, find(tiles(), 'バックアップ').words],
    ['none', 'まだありません'],
  )
  const told: Check = {
    ...checkOf('STORE_FAILING', 'x'),
    status: 'pass',
    title: '昨日の控えがあります',
  }
  const shown = find(tiles({ checks: { backup: [told] } }), 'バックアップ')
  assert.deepEqual([shown.tone, shown.words], ['good', '昨日の控えがあります'])
})

test('a certificate that ends says how many days are left', () => {
  const near = checkOf('CERTIFICATE_EXPIRING', 'client', { days: 30 })
  assert.match(find(tiles({ checks: { certificate: [near] } }), '電子証明書').words, /残り30日/)
})

test('a job that failed once warns before the condition does', () => {
  assert.equal(find(tiles({}, { jobs: sampleJobs() }), '自動の仕事').tone, 'warn')
  assert.equal(find(tiles({}, { jobs: { items: [] } }), '自動の仕事').tone, 'good')
})

test('nobody to deliver to is no fault and no success', () => {
  const empty = { items: [], open: [] }
  assert.equal(find(tiles({}, { deliveries: empty }), '配信').tone, 'none')
  assert.equal(find(tiles({}, { deliveries: sampleDeliveries() }), '配信').tone, 'good')
})

test('an agent out of reach is the first thing that is wrong', () => {
  const shown = find(tiles({}, { isConnected: false }), '受付システム')
  assert.equal(shown.tone, 'stop')
  assert.match(shown.words, /E699.*9:30/)
})

test('a reader that just went is not called well', () => {
  const [reader] = stateOf().readers
  assert.ok(reader)
  assert.equal(
    find(tiles({ readers: [{ ...reader, state: 'down' }] }), 'カードリーダー').tone,
    'warn',
  )
  assert.equal(find(tiles({ readers: [] }), 'カードリーダー').tone, 'none')
})
