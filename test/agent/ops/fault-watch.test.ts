import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { type FaultCode, faults, isFaultCode } from '../../../agent/kernel/faults.ts'
import { conditionOf, watchAttempts } from '../../../agent/ops/fault-watch.ts'

test('an attempt says nothing of lines, of the queue or of a card', () => {
  const silent = Object.keys(faults)
    .filter(isFaultCode)
    .filter((code) => /^(LINE_|NO_LINE|SERVER_|TLS_|QUEUE_|CARD_|CHARACTER_|STORE_)/.test(code))
  assert.ok(silent.includes('LINE_SILENT') && silent.includes('QUEUE_FULL'))
  for (const code of [...silent, 'GATEWAY_UNREACHABLE', 'LOGIN_PAGE', 'SHUTTING_DOWN'] as const)
    assert.equal(conditionOf(code), null, code)
})

test('a sign of life ends what it disproves, and not what only an answer does', () => {
  const clock = { at: 0, now: () => clock.at }
  const conditions = new Conditions(clock)
  const { attempt, heard } = watchAttempts(conditions)
  const afterHeard = (code: FaultCode) => {
    attempt(new AgentError(code, 'told'))
    heard()
    clock.at += 60_000
    return conditions.showing().map((one) => one.code)
  }
  for (const code of ['GATEWAY_TIMEOUT', 'GATEWAY_BUSY', 'CLIENT_CERTIFICATE_REFUSED'] as const)
    assert.deepEqual(afterHeard(code), [], code)
  assert.deepEqual(afterHeard('ANSWER_MALFORMED'), ['GATEWAY_FAULT'])
  assert.deepEqual(
    afterHeard('LOGIN_REFUSED'),
    ['LOGIN_REFUSED_HOLDS'],
    '401 is a sign of life too',
  )
})

test('what the gateway did wrong is told of it, and an answer clears it', () => {
  const clock = { at: 0, now: () => clock.at }
  const conditions = new Conditions(clock)
  const { attempt } = watchAttempts(conditions)
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
