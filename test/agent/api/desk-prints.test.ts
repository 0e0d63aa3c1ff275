import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { problem, serve } from './served.ts'

const ID = '01968c5e-7c00-7000-8000-0123456789ab'

test('what is printed is in the audit before the page hears of it: what, about whom, by whom', async (t) => {
  const { url, sessions, audit } = await serve(t)
  const session = sessions.signedIn('reception')
  const print = (kind: string, subject: string) =>
    fetch(`${url}/desk/prints`, {
      method: 'POST',
      headers: { ...session.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ kind, subject }),
    })
  for (const [kind, subject] of [
    ['slip', ID],
    ['procedure', '2026-04-01'],
    ['list', '2026-04'],
    ['recovery-codes', 'staff-0123456789ab'],
  ] as const)
    assert.equal((await print(kind, subject)).status, 204)
  const by = '受付 見本 print'
  assert.deepEqual(audit.reads, [
    `${by} slip ${ID}`,
    `${by} procedure 2026-04-01`,
    `${by} list 2026-04`,
    `${by} recovery-codes staff-0123456789ab`,
  ])
  for (const [kind, subject] of [
    ['slip', '検証 一郎'],
    ['slip', '123456789012'],
    ['letter', ID],
  ] as const)
    assert.equal((await print(kind, subject)).status, 400, `${kind} ${subject}`)
  assert.equal(audit.reads.length, 4, 'no name and no number gets into it')
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'the disk is full')
  assert.equal((await problem(await print('slip', ID)))['code'], 'AUDIT_UNAVAILABLE')
})
