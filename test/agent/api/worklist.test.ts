import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkList } from '../../../agent/api/worklist.ts'
import { advisory } from '../../../agent/kernel/advisories.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import type { WorkItem } from '../../../agent/kernel/worklist.ts'
import { checked } from '../../bed/client.ts'
import { problem, serve } from './served.ts'

const at = Date.parse('2026-04-01T09:00:00+09:00')
const unresolved: WorkItem = {
  id: 'unresolved-v1',
  kind: 'unresolved',
  since: at,
  verificationId: 'v1',
  intakeId: null,
  patientNumber: '00042',
  name: '見本　一郎',
  nameKana: 'ミホン　イチロウ',
  outcome: 'not-found',
  nextAskAt: at + 3_600_000,
  asked: 2,
  needs: null,
  advisories: [advisory('ELIGIBILITY_NOT_FOUND', 'official.validity')],
  notes: ['paid-in-full'],
}
const itemsOf = async (response: Response) => {
  assert.equal(response.status, 200)
  return checked(WorkList, JSON.parse(await response.text())).items
}

test('an item has its times as RFC 3339, and what it needs in words', async (t) => {
  const { call, worklist } = await serve(t)
  const card = {
    ...unresolved,
    id: 'unresolved-v2',
    nextAskAt: null,
    needs: 'CARD_NEEDED',
  } as const
  worklist.items.push(unresolved, card)
  const [first, second] = await itemsOf(await call('/v1/worklist'))
  assert.deepEqual(first, {
    ...unresolved,
    since: '2026-04-01T09:00:00+09:00',
    nextAskAt: '2026-04-01T10:00:00+09:00',
  })
  const { number, title, hint, action } = faults.CARD_NEEDED
  assert.deepEqual(second?.needs, { code: 'CARD_NEEDED', number, title, detail: hint, action })
  assert.deepEqual(worklist.months, [null])
})

test('a month is asked for as YYYY-MM, anything else is refused', async (t) => {
  const { call, worklist } = await serve(t)
  assert.deepEqual(await itemsOf(await call('/v1/worklist?month=2026-04')), [])
  assert.deepEqual(worklist.months, ['2026-04'])
  for (const query of ['month=2026-13', 'month=202604', 'month=', 'moth=2026-04']) {
    const response = await call(`/v1/worklist?${query}`)
    assert.equal(response.status, 400, query)
    assert.equal((await problem(response))['code'], 'REQUEST_INVALID')
  }
})

test('the read is in the audit before the answer leaves, without a name; an empty one is not', async (t) => {
  const { call, worklist, audit } = await serve(t)
  await call('/v1/worklist')
  assert.equal(audit.reads.length, 0)
  worklist.items.push(unresolved, { ...unresolved, id: 'held-v9' })
  await call('/v1/worklist')
  await call('/v1/worklist?month=2026-04')
  const read = ' worklist '
  assert.deepEqual(
    audit.reads.map((line) => line.slice(line.indexOf(read) + read.length)),
    ['now unresolved-v1..held-v9', '2026-04 unresolved-v1..held-v9'],
  )
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'the disk is full')
  const refused = await call('/v1/worklist')
  assert.equal((await problem(refused))['code'], 'AUDIT_UNAVAILABLE')
})
