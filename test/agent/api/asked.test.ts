import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { face, serve, until } from './served.ts'

test('after acceptance a read that cannot be audited is a 202 that says where, never a 5xx', async (t) => {
  const { post, verifications, audit, log, call } = await serve(t)
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no audit can be written')
  const waiting = post('/v1/verifications', face)
  await until(() => verifications.waiters === 1)
  verifications.end('v1')
  const response = await waiting
  assert.equal(response.status, 202)
  assert.equal(response.headers.get('location'), '/v1/verifications/v1')
  assert.ok(response.headers.has('retry-after'))
  assert.ok(!(await response.text()).includes('outcome'), 'what is not audited is not shown')
  const line = log.lines.find(({ event }) => event === 'verification-not-shown')
  assert.deepEqual(line?.facts, { verification: 'v1', code: 'AUDIT_UNAVAILABLE' })
  audit.refuse = undefined
  assert.equal((await call('/v1/verifications/v1')).status, 200)
})

test('a bug while a question is awaited is no 202', async (t) => {
  const { post, verifications, audit } = await serve(t, { onBug: () => {} })
  audit.refuse = new TypeError('a bug')
  const waiting = post('/v1/verifications', face)
  await until(() => verifications.waiters === 1)
  verifications.end('v1')
  assert.equal((await waiting).status, 500)
})
