import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandoverItem } from '../../../agent/api/day-ports.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { billingToken, goodToken } from '../../fakes/consumers.ts'
import { problem, serve } from './served.ts'

const at = Date.parse('2026-04-01T09:00:00+09:00')
const item: HandoverItem = {
  verificationId: 'v1',
  at,
  reasons: ['first-visit', 'referral'],
  referralText: '見本病院「"」',
  owner: '連携 次郎',
  ownedAt: at + 60_000,
  acknowledgedBy: null,
  acknowledgedAt: null,
  isOverdue: true,
  event: Buffer.from('{"type":"verification","id":"e1"}'),
}
const billing = { headers: { authorization: `Bearer ${billingToken}` } }

test('a handover has its times as RFC 3339 and the event as it is, or null', async (t) => {
  const { call, handovers } = await serve(t)
  handovers.items.push(item, { ...item, verificationId: 'v2', event: null })
  const response = await call('/v1/handovers', billing)
  assert.equal(response.status, 200)
  const shown = {
    ...item,
    at: '2026-04-01T09:00:00+09:00',
    ownedAt: '2026-04-01T09:01:00+09:00',
    event: { type: 'verification', id: 'e1' },
  }
  assert.deepEqual(JSON.parse(await response.text()), {
    items: [shown, { ...shown, verificationId: 'v2', event: null }],
  })
})

test('open ones are asked for unless all are; a receipt computer hands nothing over', async (t) => {
  const { call, handovers } = await serve(t)
  await call('/v1/handovers', billing)
  await call('/v1/handovers?state=all', billing)
  assert.deepEqual(handovers.asked, ['open billing', 'all billing'])
  assert.equal((await call('/v1/handovers?state=mine', billing)).status, 400)
  const refused = await call('/v1/handovers', { headers: { authorization: `Bearer ${goodToken}` } })
  assert.equal(refused.status, 403)
})

test('the read is in the audit before the answer leaves, without a name; an empty one is not', async (t) => {
  const { call, handovers, audit } = await serve(t)
  await call('/v1/handovers', billing)
  assert.deepEqual(audit.reads, [])
  handovers.items.push(item, { ...item, verificationId: 'v9' })
  await call('/v1/handovers', billing)
  assert.deepEqual(audit.reads, ['billing handovers open v1..v9'])
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'the disk is full')
  const refused = await call('/v1/handovers', billing)
  assert.equal((await problem(refused))['code'], 'AUDIT_UNAVAILABLE')
})
