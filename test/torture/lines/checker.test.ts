import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Told } from '../../system/line-faults/story.ts'
import { type Evidence, type Question, violationsIn } from './checker.ts'
import { scheduleOf } from './plan.ts'

const question: Question = {
  id: 'q',
  askedAt: 1_000,
  endedAt: 1_200,
  outcome: 'valid',
  code: '',
  line: 'a',
}
const offline = { ...question, outcome: 'offline', code: 'LINE_SILENT', line: null }
const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  questions: [question],
  refusals: [],
  faults: [],
  story: [],
  feed: ['q'],
  sent: { q: 1 },
  notWell: null,
  ...over,
})
const told = (at: number, line: string, standing: Told['standing']): Told => ({
  ...{ at, event: 'line-standing', line, standing },
  ...{ fault: '', address: '', prefixChanged: false, text: '' },
})
const moved: Told = { ...told(0, '', null), event: 'line-moved' }
const silent = (line: 'a' | 'b' | 'c', from = 900, to = 1_100) =>
  ({ line, kind: 'silent', from, to }) as const

test('what is right is no violation', () => {
  assert.deepEqual(violationsIn(evidence()), [])
})

test('a question that is lost, doubled, sent thrice or refused is one', () => {
  for (const wrong of [
    { feed: [] },
    { feed: ['q', 'q'] },
    { sent: { q: 3 } },
    { refusals: ['no answer'] },
    { notWell: 'line a' },
    { story: [moved, moved, moved] },
  ])
    assert.equal(violationsIn(evidence(wrong)).length, 1, JSON.stringify(wrong))
})

test('a question may end offline only where no good line was known to be up among the first two', () => {
  const questions = [offline]
  const isWrong = (over: Partial<Evidence>) =>
    violationsIn(evidence({ questions, ...over })).length > 0
  assert.ok(isWrong({ faults: [silent('a')] }), 'line B was good')
  assert.ok(!isWrong({ faults: [silent('a'), silent('b')] }), 'it went out twice')
  const isKnown = [told(950, 'a', 'down')]
  assert.ok(isWrong({ faults: [silent('a'), silent('b')], story: isKnown }), 'line C was good')
  const isTaken = [...isKnown, told(1_100, 'c', 'down')]
  assert.ok(!isWrong({ faults: [silent('a'), silent('b')], story: isTaken }))
  assert.ok(isWrong({ faults: [silent('a', 100, 200)] }), 'the fault was over')
})

test('a question fails only where the gateway did', () => {
  const questions = [{ ...offline, outcome: 'failed', code: 'GATEWAY_BUSY' }]
  const busy = (line: 'a' | 'b' | 'c') => ({ ...silent(line), kind: 'busy' }) as const
  const down = [silent('a'), silent('b'), silent('c')]
  assert.equal(violationsIn(evidence({ questions, faults: down })).length, 1)
  assert.deepEqual(violationsIn(evidence({ questions, faults: [busy('a'), busy('b')] })), [])
})

test('the same seed gives the same schedule, with each fault on another line', () => {
  assert.deepEqual(scheduleOf(7), scheduleOf(7))
  assert.notDeepEqual(scheduleOf(7), scheduleOf(8))
  for (let seed = 0; seed < 100; seed += 1) {
    const { faults } = scheduleOf(seed)
    assert.ok(faults.length >= 1)
    assert.equal(new Set(faults.map(({ line }) => line)).size, faults.length)
  }
})
