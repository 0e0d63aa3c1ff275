import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { ComparisonItem, DeliveryList } from '../../../agent/api/deliveries.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { Role } from '../../../agent/kernel/roles.ts'
import { checked } from '../../bed/client.ts'
import { billingToken, itToken } from '../../fakes/consumers.ts'
import { idle } from '../../fakes/deliveries.ts'
import { problem, serve } from './served.ts'

const AT = Date.parse('2026-04-01T09:30:02+09:00')
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

/** Two consumers: a receipt computer with something parked, and an EHR that is off. */
async function place(t: TestContext) {
  const on = await serve(t)
  const add = async (name: string, role: Role) =>
    (await on.consumers.add({ name, role, sources: [], sink: null })).token
  const tokens = { orca: await add('orca', 'receipt-computer'), ehr: await add('ehr', 'ehr') }
  on.deliveries.consumers.push(
    { ...idle, consumer: { id: 'id-of-orca', name: 'orca' }, sink: 'orca', parked: 1 },
    {
      ...idle,
      consumer: { id: 'id-of-ehr', name: 'ehr' },
      sink: 'webhook',
      is: 'failing',
      waiting: 2,
      oldestAt: AT,
      failingSince: AT,
      nextAttemptAt: AT + 1_000,
      fault: 'SINK_UNREACHABLE',
    },
  )
  on.deliveries.waiting.push({
    id: 7,
    consumer: 'orca',
    verificationId: 'v1',
    at: AT,
    state: 'parked',
    code: 'ORCA_QUESTION',
    facts: { apiResult: 'S20', question: 'K910' },
  })
  const list = async (token: string) => {
    const response = await on.call('/v1/deliveries', bearer(token))
    return checked(DeliveryList, await response.json())
  }
  const decide = (verb: string, body: unknown, token = billingToken, id = '7') =>
    on.post(`/v1/deliveries/${id}/${verb}`, body, bearer(token).headers)
  return { ...on, tokens, list, decide }
}

test('what is on its way is listed as published, with its fault in words and Japanese times', async (t) => {
  const { list } = await place(t)
  const { items, open } = await list(billingToken)
  assert.deepEqual(items[1], {
    consumer: { id: 'id-of-ehr', name: 'ehr' },
    sink: 'webhook',
    state: 'failing',
    waiting: 2,
    parked: 0,
    refused: 0,
    restored: 0,
    oldestAt: '2026-04-01T09:30:02+09:00',
    delivered: 5,
    deliveredAt: '2026-04-01T09:30:02+09:00',
    failingSince: '2026-04-01T09:30:02+09:00',
    nextAttemptAt: '2026-04-01T09:30:03+09:00',
    fault: items[1]?.fault,
  })
  assert.equal(items[1]?.fault?.code, 'SINK_UNREACHABLE')
  assert.match(items[1]?.fault?.title ?? '', /[ぁ-ん]/)
  assert.deepEqual([items[0]?.fault, items[0]?.oldestAt, items.length], [null, null, 2])
  assert.deepEqual(
    [open[0]?.id, open[0]?.consumer, open[0]?.fault?.code, open[0]?.facts],
    ['7', 'orca', 'ORCA_QUESTION', { apiResult: 'S20', question: 'K910' }],
  )
})

test('a consumer sees its own deliveries; who looks after all of them sees all', async (t) => {
  const { list, tokens } = await place(t)
  const names = async (token: string) => {
    const { items, open } = await list(token)
    return [items.map(({ consumer }) => consumer.name), open.map(({ consumer }) => consumer)]
  }
  assert.deepEqual(await names(tokens.orca), [['orca'], ['orca']])
  assert.deepEqual(await names(tokens.ehr), [['ehr'], []])
  for (const token of [billingToken, itToken])
    assert.deepEqual(await names(token), [['orca', 'ehr'], ['orca']])
})

test('who decides is recorded with the consumer through which it came', async (t) => {
  const { decide, deliveries } = await place(t)
  for (const [verb, body] of [
    ['retry', { by: ' 医事 見本 ', decision: 'ok' }],
    ['retry', { by: '医事 見本' }],
    ['drop', { by: '医事 見本' }],
  ] as const) {
    const response = await decide(verb, body)
    assert.deepEqual([response.status, await response.json()], [200, { id: '7' }])
  }
  const actor = 'id-of-billing: 医事 見本'
  assert.deepEqual(deliveries.decided, [
    { id: 7, retry: { decision: 'ok' }, actor },
    { id: 7, retry: { decision: null }, actor },
    { id: 7, retry: null, actor },
  ])
})

test('who decides is no individual number, which would stay in the audit', async (t) => {
  const { decide, deliveries } = await place(t)
  for (const verb of ['retry', 'drop']) {
    const response = await decide(verb, { by: '123456789018' })
    assert.equal((await problem(response))['code'], 'INDIVIDUAL_NUMBER_REFUSED')
  }
  assert.deepEqual(deliveries.decided, [])
})

test('a decision that is none, or about nothing, decides nothing', async (t) => {
  const { decide, deliveries } = await place(t)
  for (const [verb, body, id, field] of [
    ['retry', {}, '7', 'by'],
    ['retry', { by: ' ' }, '7', 'by'],
    ['retry', { by: '見本', decision: 'maybe' }, '7', 'decision'],
    ['retry', { by: '見本', extra: 1 }, '7', 'extra'],
    ['drop', { by: '見本', decision: 'ok' }, '7', 'decision'],
    ['drop', { by: '見本' }, 'x', 'id'],
    ['drop', { by: '見本' }, '-7', 'id'],
    ['drop', { by: '見本' }, '9'.repeat(17), 'id'],
  ] as const) {
    const response = await decide(verb, body, billingToken, id)
    const { code, errors, ...rest } = await problem(response)
    assert.equal(code, 'REQUEST_INVALID', JSON.stringify({ verb, body, id }))
    assert.match(JSON.stringify([errors, rest]), new RegExp(`"${field}"|${field}:`))
  }
  assert.deepEqual(deliveries.decided, [])
})

test('who asks and notes does not decide, and what ended is told as such', async (t) => {
  const { decide, deliveries, tokens } = await place(t)
  for (const token of [tokens.orca, tokens.ehr, itToken])
    for (const verb of ['retry', 'drop'])
      assert.equal((await decide(verb, { by: '見本' }, token)).status, 403)
  assert.deepEqual(deliveries.decided, [])
  for (const [code, status] of [
    ['DELIVERY_ENDED', 409],
    ['NOT_FOUND', 404],
  ] as const) {
    deliveries.refuse = new AgentError(code, 'no')
    const response = await decide('retry', { by: '見本' })
    assert.deepEqual([response.status, (await problem(response))['code']], [status, code])
  }
})

const Comparisons = Type.Object({ items: Type.Array(ComparisonItem) })

test('comparisons are for who sees every field, and reading them is audited', async (t) => {
  const { call, deliveries, audit, consumers } = await place(t)
  const found = (verificationId: string) => ({
    consumer: 'orca',
    verificationId,
    at: AT,
    result: 'differs' as const,
    differences: [{ field: 'BirthDate', official: '1980-05-02', kept: '1980-05-03' }],
    unmapped: [],
  })
  const read = async (query: string) => {
    const response = await call(`/v1/comparisons${query}`, bearer(billingToken))
    return checked(Comparisons, await response.json()).items
  }
  assert.deepEqual(await read(''), [])
  assert.deepEqual(audit.reads, [], 'nothing was read')
  deliveries.found.push(found('v1'), found('v2'))
  assert.deepEqual(await read('?verificationId=v2'), [
    { ...found('v2'), at: '2026-04-01T09:30:02+09:00' },
  ])
  assert.equal((await read('?limit=1')).length, 1)
  assert.deepEqual(audit.reads, ['billing comparisons v2..v2', 'billing comparisons v1..v1'])
  for (const query of ['?limit=0', '?limit=501', '?limit=x', '?other=1'])
    assert.equal((await call(`/v1/comparisons${query}`, bearer(billingToken))).status, 400)

  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'disk')
  const refused = await call('/v1/comparisons', bearer(billingToken))
  assert.equal((await problem(refused))['code'], 'AUDIT_UNAVAILABLE')
  for (const role of ['ward', 'liaison', 'it'] as const) {
    const { token } = await consumers.add({ name: role, role, sources: [], sink: null })
    assert.equal((await call('/v1/comparisons', bearer(token))).status, 403)
  }
})
