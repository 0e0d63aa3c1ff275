import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DayList } from '../../../agent/api/desk-shapes.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { toRfc3339 } from '../../../agent/kernel/time.ts'
import { problem, serve } from './served.ts'

test('a day is the items as they are, with the cursor to go on from', async (t) => {
  const { call, feed, days } = await serve(t)
  const items = [feed.commit('v1'), feed.commit('v2', '"a\nb')]
  const response = await call('/v1/verifications?day=2026-04-01')
  assert.equal(response.status, 200)
  const text = await response.text()
  assert.equal(text, `{"items":[${items.map(String).join()}],"cursor":"c2"}`)
  assert.deepEqual(Object.keys(DayList.properties), Object.keys(JSON.parse(text)))
  assert.deepEqual(days.asked, ['2026-04-01 receipt-computer'])
})

test('without a day it is today in Japan; what is no day is refused', async (t) => {
  const { call, clock, days } = await serve(t)
  assert.equal((await call('/v1/verifications')).status, 200)
  assert.deepEqual(days.asked, [`${toRfc3339(clock.now()).slice(0, 10)} receipt-computer`])
  for (const query of ['day=2026-02-30', 'day=20260401', 'day=', 'from=2026-04-01']) {
    const response = await call(`/v1/verifications?${query}`)
    assert.equal(response.status, 400, query)
    assert.equal((await problem(response))['code'], 'REQUEST_INVALID')
  }
})

test('a day is one read in the audit, before the answer leaves; an empty one is none', async (t) => {
  const { call, feed, audit } = await serve(t)
  await call('/v1/verifications?day=2026-04-01')
  assert.deepEqual(audit.reads, [])
  for (const id of ['v1', 'v2', 'v3']) feed.commit(id)
  await call('/v1/verifications?day=2026-04-01')
  assert.deepEqual(audit.reads, ['receipt day 2026-04-01'])
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'the disk is full')
  const refused = await call('/v1/verifications?day=2026-04-01')
  assert.equal((await problem(refused))['code'], 'AUDIT_UNAVAILABLE')
})
