import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryRoute } from '../../../agent/api/control-deliveries.ts'
import { DeliveryList } from '../../../agent/api/deliveries.ts'
import { checked } from '../../bed/client.ts'
import { FakeDeliveries } from '../../fakes/deliveries.ts'

const NOW = Date.parse('2026-04-02T12:00:00+09:00')

function console() {
  const deliveries = new FakeDeliveries()
  const call = (command: string, body: unknown = {}) =>
    deliveryRoute(
      deliveries,
      command,
      async () => body,
      () => NOW,
    )
  return { deliveries, call }
}

test('the list is that of the API', async () => {
  const { call } = console()
  const [status, body] = (await call('GET /deliveries')) ?? []
  assert.equal(status, 200)
  assert.deepEqual(checked(DeliveryList, body), { items: [], open: [] })
})

test('a decision on the console is recorded as the console’s', async () => {
  const { call, deliveries } = console()
  assert.deepEqual(await call('POST /deliveries/7/retry', { decision: 'ng' }), [
    200,
    { id: '7', state: 'waiting' },
  ])
  await call('POST /deliveries/8/retry', { decision: null })
  assert.deepEqual(await call('POST /deliveries/9/drop'), [200, { id: '9', state: 'dropped' }])
  assert.deepEqual(deliveries.decided, [
    { id: 7, retry: { decision: 'ng' }, actor: 'console' },
    { id: 8, retry: { decision: null }, actor: 'console' },
    { id: 9, retry: null, actor: 'console' },
  ])
})

test('a replay is from a day in Japan or a moment, to one or to now', async () => {
  const { call, deliveries } = console()
  const replay = (body: object) => call('POST /deliveries/replay', { consumer: 'ehr', ...body })
  assert.deepEqual(await replay({ from: '2026-04-01' }), [200, { replayed: 7 }])
  await replay({ from: '2026-04-01T09:00:00+09:00', to: '2026-04-02' })
  await replay({ from: '2026-04-01T00:00:00Z', to: null })
  const at = (text: string) => Date.parse(text)
  assert.deepEqual(deliveries.replays, [
    { consumer: 'ehr', from: at('2026-03-31T15:00:00Z'), to: NOW },
    { consumer: 'ehr', from: at('2026-04-01T00:00:00Z'), to: at('2026-04-01T15:00:00Z') },
    { consumer: 'ehr', from: at('2026-04-01T00:00:00Z'), to: NOW },
  ])
})

test('what makes no sense is refused, and nothing is decided or sent', async () => {
  const { call, deliveries } = console()
  for (const [command, body] of [
    ['POST /deliveries/replay', {}],
    ['POST /deliveries/replay', { consumer: 'ehr' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: 'yesterday' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '1' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '2026-13-01' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '2026-04-31' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '2026-02-30T09:00:00+09:00' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '2026-04-01T09:00' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '2026-04-01 09:00' }],
    ['POST /deliveries/replay', { consumer: 'ehr', from: '2026-04-01', to: 'noon' }],
    ['POST /deliveries/replay', { consumer: 1, from: '2026-04-01' }],
    ['POST /deliveries/7/retry', { decision: 'maybe' }],
    ['POST /deliveries/7/retry', null],
  ] as const)
    await assert.rejects(call(command, body), { code: 'REQUEST_INVALID' }, JSON.stringify(body))
  for (const command of [
    'POST /deliveries/x/retry',
    'POST /deliveries/1234567890123456/drop',
    'POST /deliveries/7/skip',
    'DELETE /deliveries/7',
    'GET /deliveries/7',
  ])
    assert.equal(await call(command), undefined, command)
  assert.deepEqual([deliveries.decided, deliveries.replays], [[], []])
})
