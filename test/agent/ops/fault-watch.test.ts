import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { type FaultCode, faults, isFaultCode } from '../../../agent/kernel/faults.ts'
import { conditionOf, watchAttempts, watchJobs } from '../../../agent/ops/fault-watch.ts'

test('an attempt says nothing of lines, of the queue or of a card', () => {
  const silent = Object.keys(faults)
    .filter(isFaultCode)
    .filter((code) => /^(LINE_|NO_LINE|SERVER_|TLS_|QUEUE_|CARD_|CHARACTER_|STORE_)/.test(code))
  assert.ok(silent.includes('LINE_SILENT') && silent.includes('QUEUE_FULL'))
  for (const code of [...silent, 'GATEWAY_UNREACHABLE', 'LOGIN_PAGE', 'SHUTTING_DOWN'] as const)
    assert.equal(conditionOf(code), null, code)
})

test('what the gateway did wrong is told of it, and an answer clears it', () => {
  const clock = { at: 0, now: () => clock.at }
  const conditions = new Conditions(clock)
  const attempt = watchAttempts(conditions)
  const fault = (code: FaultCode) => attempt(new AgentError(code, 'told'))
  const shown = () => {
    clock.at += 10_000
    return conditions.showing().map(({ code, subject, facts }) => [code, subject, facts['code']])
  }
  fault('GATEWAY_ERROR')
  assert.deepEqual(shown(), [['GATEWAY_FAULT', 'gateway', 'GATEWAY_ERROR']])
  fault('LINE_TIMEOUT')
  assert.deepEqual(shown(), [['GATEWAY_FAULT', 'gateway', 'GATEWAY_ERROR']])
  fault('LOGIN_REFUSED')
  assert.deepEqual(shown(), [['LOGIN_REFUSED_HOLDS', 'gateway', 'LOGIN_REFUSED']])
  fault('CLIENT_CERTIFICATE_REFUSED')
  assert.deepEqual(shown(), [['CERTIFICATE_REFUSED', 'client', 'CLIENT_CERTIFICATE_REFUSED']])
  attempt(null)
  assert.deepEqual(shown(), [])
})

test('a job that fails is told once its first repetition failed too, and no more when a run is done', () => {
  const clock = { at: 0, now: () => clock.at }
  const conditions = new Conditions(clock)
  const ended = watchJobs(conditions)
  const shown = () => conditions.showing().map(({ code, subject, facts }) => [code, subject, facts])
  ended('appointments', new AgentError('SINK_UNREACHABLE', 'told'))
  ended('roster', null)
  assert.deepEqual(shown(), [])
  clock.at += 15 * 60_000
  ended('appointments', new AgentError('NO_LINE', 'told'))
  assert.deepEqual(shown(), [['JOB_FAILED', 'appointments', { code: 'NO_LINE' }]])
  ended('appointments', null)
  assert.deepEqual(shown(), [])
})
