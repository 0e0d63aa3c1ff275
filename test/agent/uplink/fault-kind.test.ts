import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { isOfApplication, kindOf } from '../../../agent/uplink/fault-kind.ts'

const ofLine: readonly FaultCode[] = [
  'LINE_UNREACHABLE',
  'LINE_TIMEOUT',
  'LINE_BROKEN',
  'LINE_SILENT',
  'LINE_LINK_DOWN',
  'LINE_ADDRESS_MISSING',
  'LINE_ROUTER_GONE',
  'LINE_NAME_UNRESOLVED',
  'LINE_MISROUTED',
  'LINE_AUTH_LOST',
  'LOGIN_PAGE',
  'SERVER_CERTIFICATE_UNTRUSTED',
  'SERVER_NAME_MISMATCH',
  'SERVER_CERTIFICATE_EXPIRED',
  'TLS_FAILED',
]

test('what a line does to a question is tried elsewhere and counts against the line', () => {
  for (const code of ofLine) {
    const { elsewhere, toDown, ofGateway } = kindOf(code)
    assert.deepEqual([code, elsewhere, ofGateway], [code, true, false])
    assert.ok(toDown !== null && toDown <= 2, code)
  }
})

test('a page in place of an answer is over only when the application answers', () => {
  for (const code of ['LOGIN_PAGE', 'LINE_AUTH_LOST', 'GATEWAY_BUSY', 'GATEWAY_ERROR'] as const)
    assert.equal(kindOf(code).proof, 'application', code)
  for (const code of ['LINE_SILENT', 'LINE_UNREACHABLE', 'TLS_FAILED'] as const)
    assert.equal(kindOf(code).proof, 'tls', code)
})

test('what the official side answers, and what our own certificate lacks, no other line cures', () => {
  for (const code of [
    'GATEWAY_REFUSED',
    'LOGIN_REFUSED',
    'CLIENT_CERTIFICATE_EXPIRED',
    'CLIENT_CERTIFICATE_REFUSED',
    'ANSWER_TOO_LARGE',
    'QUEUE_FULL',
  ] as const) {
    const { elsewhere, toDown } = kindOf(code)
    assert.deepEqual([code, elsewhere, toDown], [code, false, null])
  }
})

test('a line on which answers fail to come is left, but a late answer is not asked for twice', () => {
  const { elsewhere, toDown, ofGateway } = kindOf('GATEWAY_TIMEOUT')
  assert.deepEqual([elsewhere, ofGateway], [false, true])
  assert.ok(toDown !== null && toDown > 1)
})

test('what the application said is told from what a line or we did', () => {
  for (const code of ['GATEWAY_BUSY', 'GATEWAY_TIMEOUT', 'LOGIN_PAGE'] as const)
    assert.equal(isOfApplication(code), true, code)
  for (const code of ['LINE_SILENT', 'GATEWAY_UNREACHABLE', 'QUEUE_FULL', 'TLS_FAILED'] as const)
    assert.equal(isOfApplication(code), false, code)
})

test('an answer that is late is not asked for elsewhere, but a line on which it is always late is left', () => {
  const { elsewhere, toDown, ofGateway } = kindOf('GATEWAY_TIMEOUT')
  assert.deepEqual([elsewhere, toDown, ofGateway], [false, 3, true])
})
