import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Behaviour } from '../../bed/webhook-receiver.ts'
import { deliveryOf, fails, forever, receiverOf, verificationEvent } from './bed.ts'
import { behaving, delivered, freshKey, LIMITED, shown, sinkTo } from './webhook-bed.ts'

test('each status is this event’s fault, or everything’s', async (t) => {
  let status = 0
  const receiver = await behaving(t, () => ({
    is: 'answer',
    status,
    headers: { 'retry-after': '7', location: '/elsewhere' },
  }))
  const sink = sinkTo(t, receiver)
  const answer = (now: number) => {
    status = now
    return sink.deliver(deliveryOf(verificationEvent()), forever())
  }
  for (const good of [200, 201, 202, 204, 206])
    assert.deepEqual(await answer(good), delivered, String(good))
  for (const bad of [400, 409, 413, 422]) {
    assert.deepEqual(await answer(200), delivered)
    assert.deepEqual(await answer(bad), {
      is: 'refused',
      code: 'SINK_REFUSED',
      facts: { status: bad },
    })
  }
  const busy = { retryAfterSeconds: 7 }
  await fails(answer(429), 'SINK_BUSY', { status: 429, ...busy })
  await fails(answer(503), 'SINK_BUSY', { status: 503, ...busy })
  for (const broken of [408, 500, 502, 504, 507])
    await fails(answer(broken), 'SINK_FAILED', { status: broken })
  for (const who of [401, 403]) await fails(answer(who), 'SINK_UNAUTHORIZED', { status: who })
  for (const wrong of [301, 302, 304, 307, 308, 404, 405, 406, 415, 418, 425, 451])
    await fails(answer(wrong), 'SINK_ANSWER_INVALID', { status: wrong })
  assert.deepEqual(
    receiver.taken().map(({ type }) => type),
    Array(9).fill('verification.ended'),
  )
})

test('a redirect is not followed', async (t) => {
  const other = await receiverOf(t, { secret: shown })
  const receiver = await behaving(t, () => ({
    is: 'answer',
    status: 307,
    headers: { location: other.url },
  }))
  await fails(
    sinkTo(t, receiver).deliver(deliveryOf(verificationEvent()), forever()),
    'SINK_ANSWER_INVALID',
  )
  assert.equal(other.connections(), 0)
})

test('an endpoint that is gone is asked again once an hour', async (t) => {
  const receiver = await behaving(t, () => ({ is: 'answer', status: 410 }))
  await fails(
    sinkTo(t, receiver).deliver(deliveryOf(verificationEvent()), forever()),
    'SINK_ANSWER_INVALID',
    { status: 410, retryAfterSeconds: 3_600 },
  )
})

test('a wrong key loses nothing, and one bad event stops nothing', async (t) => {
  const event = verificationEvent()
  const wrong = await receiverOf(t, { secret: freshKey().shown })
  const sink = sinkTo(t, wrong)
  for (const attempt of [1, 2, 11])
    await fails(sink.deliver(deliveryOf(event, { attempt }), forever()), 'SINK_ANSWER_INVALID', {
      status: 400,
    })
  const refused = { is: 'refused', code: 'SINK_REFUSED', facts: { status: 400 } }
  assert.deepEqual(await sink.deliver(deliveryOf(event, { attempt: 12 }), forever()), refused)

  const bad = verificationEvent()
  const right = await behaving(t, (id) => ({ is: 'answer', status: id === bad.id ? 400 : 204 }))
  const trusted = sinkTo(t, right)
  assert.deepEqual(await trusted.deliver(deliveryOf(event), forever()), delivered)
  assert.deepEqual(await trusted.deliver(deliveryOf(bad), forever()), refused)
})

test('a key that the receiver changes costs one event at the most, also in a row of them', async (t) => {
  let isChanged = false
  const receiver = await behaving(t, () => ({ is: 'answer', status: isChanged ? 400 : 204 }))
  const sink = sinkTo(t, receiver)
  const push = (attempt = 1) =>
    sink.deliver(deliveryOf(verificationEvent(), { attempt }), forever())
  assert.deepEqual(await push(), delivered)
  isChanged = true
  const refused = { is: 'refused', code: 'SINK_REFUSED', facts: { status: 400 } }
  assert.deepEqual(await push(), refused)
  for (const attempt of [1, 2, 3])
    await fails(push(attempt), 'SINK_ANSWER_INVALID', { status: 400 })
  isChanged = false
  assert.deepEqual(await push(4), delivered)
})

test('whatever the receiver breaks off is tried again', LIMITED, async (t) => {
  const ways: Behaviour[] = [
    { is: 'drop', takes: false },
    { is: 'drop', takes: true },
    { is: 'reset-request' },
    { is: 'reset-answer', takes: true },
  ]
  let way: Behaviour = { is: 'answer', status: 200 }
  const receiver = await behaving(t, () => way)
  const sink = sinkTo(t, receiver)
  for (const one of ways) {
    way = one
    await fails(sink.deliver(deliveryOf(verificationEvent()), forever()), 'SINK_FAILED')
  }
  way = { is: 'answer', status: 200 }
  assert.deepEqual(await sink.deliver(deliveryOf(verificationEvent()), forever()), delivered)
  assert.deepEqual(receiver.complaints(), [])
})

test('a receiver that answers twice, late or at length is understood', LIMITED, async (t) => {
  const ways: Behaviour[] = [
    { is: 'twice' },
    { is: 'answer', status: 200, delayMs: 50 },
    { is: 'answer', status: 200, body: Buffer.alloc(5_000_000) },
    { is: 'answer', status: 200, body: 'not JSON' },
  ]
  let way: Behaviour = { is: 'twice' }
  const receiver = await behaving(t, () => way)
  const sink = sinkTo(t, receiver)
  for (const one of [...ways, ...ways]) {
    way = one
    assert.deepEqual(await sink.deliver(deliveryOf(verificationEvent()), forever()), delivered)
  }
  assert.equal(receiver.history().length, 8)
})

test('a push ends when it is called off, though the receiver hangs', LIMITED, async (t) => {
  const receiver = await behaving(t, () => ({ is: 'hang', takes: true }))
  const sink = sinkTo(t, receiver)
  const off = new AbortController()
  const pushed = sink.deliver(deliveryOf(verificationEvent()), off.signal)
  await receiver.until(() => receiver.taken().length === 1)
  off.abort(new Error('called off'))
  await assert.rejects(pushed, /called off/)
})

test('a receiver that is down is unreachable, and gets it when it is back', LIMITED, async (t) => {
  const receiver = await receiverOf(t, { secret: shown })
  const sink = sinkTo(t, receiver)
  const event = verificationEvent()
  assert.deepEqual(await sink.deliver(deliveryOf(verificationEvent()), forever()), delivered)
  await receiver.stop()
  // The connection that was kept may be found dead first.
  await assert.rejects(sink.deliver(deliveryOf(event), forever()), /the target/)
  await fails(sink.deliver(deliveryOf(event), forever()), 'SINK_UNREACHABLE')
  await receiver.start()
  assert.deepEqual(await sink.deliver(deliveryOf(event), forever()), delivered)
})
