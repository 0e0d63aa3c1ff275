import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FULL_LIMIT_BYTES, openWebhookSink, signed } from '../../../agent/outbox/webhook.ts'
import { makePki } from '../../../agent/sim/pki.ts'
import { FakeClock } from '../../fakes/clock.ts'
import {
  deliveryOf,
  fails,
  forever,
  local,
  noteEvent,
  receiverOf,
  verificationEvent,
} from './bed.ts'
import { behaving, clock, delivered, key, LIMITED, shown, sinkTo } from './webhook-bed.ts'

test('a thin push says what ended and where to read it, and nothing of the patient', async (t) => {
  const receiver = await receiverOf(t, { secret: shown })
  const sink = sinkTo(t, receiver)
  const event = verificationEvent({ patientNumber: '00042' })
  const { id: verificationId } = event.type === 'verification' ? event.verification : event
  assert.deepEqual(await sink.deliver(deliveryOf(event), forever()), delivered)
  const [taken] = receiver.taken()
  assert.deepEqual(JSON.parse(taken?.text ?? ''), {
    type: 'verification.ended',
    timestamp: event.at,
    data: {
      type: 'verification',
      id: event.id,
      cursor: event.cursor,
      at: event.at,
      verificationId,
      outcome: 'valid',
      path: `/v1/verifications/${verificationId}`,
    },
  })
  assert.doesNotMatch(taken?.text ?? '', /検証|06139992|00042/)
  assert.deepEqual(receiver.complaints(), [])
})

test('a note is pushed with the verification that it is about', async (t) => {
  const receiver = await receiverOf(t, { secret: shown })
  const event = noteEvent()
  assert.equal(event.type, 'note')
  await sinkTo(t, receiver).deliver(deliveryOf(event), forever())
  const [taken] = receiver.taken()
  const { verificationId } = event.type === 'note' ? event.note : { verificationId: '' }
  assert.equal(taken?.type, 'note.added')
  assert.deepEqual(taken?.data, {
    type: 'note',
    id: event.id,
    cursor: event.cursor,
    at: event.at,
    verificationId,
    path: `/v1/verifications/${verificationId}`,
  })
})

test('a full push carries the feed’s item byte for byte', async (t) => {
  const receiver = await receiverOf(t, { secret: shown })
  const event = verificationEvent()
  const text = ` ${JSON.stringify(event, null, 1)}`
  const item = new TextEncoder().encode(text)
  await sinkTo(t, receiver, { payload: 'full' }).deliver(deliveryOf(event, { item }), forever())
  const [taken] = receiver.taken()
  assert.equal(
    taken?.text,
    `{"type":"verification.ended","timestamp":"${event.at}","data":${text}}`,
  )
  assert.deepEqual(taken?.data, event)
})

test('a full push that is too long comes thin, and says so', async (t) => {
  const receiver = await receiverOf(t, { secret: shown })
  const sink = sinkTo(t, receiver, { payload: 'full' })
  const event = verificationEvent()
  const item = new TextEncoder().encode(JSON.stringify(event))
  const sent = async (bytes: number) => {
    const padded = Buffer.concat([item, Buffer.alloc(bytes - item.length, ' ')])
    await sink.deliver(deliveryOf(event, { item: padded }), forever())
    return receiver.taken().at(-1)?.text ?? ''
  }
  const overhead = Buffer.byteLength(await sent(1_000)) - 1_000
  const longest = await sent(FULL_LIMIT_BYTES - overhead)
  assert.equal(Buffer.byteLength(longest), FULL_LIMIT_BYTES)
  assert.doesNotMatch(longest, /truncated/)
  const cut: unknown = JSON.parse(await sent(FULL_LIMIT_BYTES - overhead + 1))
  assert.partialDeepStrictEqual(cut, { truncated: true, data: { id: event.id } })
  for (const bytes of [20_000, 60_000, 1_000_000])
    assert.ok(Buffer.byteLength(await sent(bytes)) <= 20_000, String(bytes))
})

test('the signature is that of the standard', () => {
  // The example of the reference libraries.
  const bytes = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
  const body = Buffer.from('{"test": 2432232314}')
  assert.deepEqual(signed(bytes, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body), {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('a repeated attempt has the same id and its own time', LIMITED, async (t) => {
  const receiver = await behaving(t, (_, attempt) =>
    attempt === 1 ? { is: 'drop', takes: true } : { is: 'answer', status: 200 },
  )
  const time = new FakeClock(Date.now() - 60_000)
  const sink = openWebhookSink(
    { kind: 'webhook', url: receiver.url, payload: 'thin', secrets: { key } },
    { targets: local, clock: time },
  )
  t.after(() => sink.close())
  const event = verificationEvent()
  await fails(sink.deliver(deliveryOf(event), forever()), 'SINK_FAILED')
  await time.advance(60_000)
  await sink.deliver(deliveryOf(event, { attempt: 2 }), forever())
  assert.deepEqual(
    receiver.taken().map(({ id }) => id),
    [event.id, event.id],
  )
  assert.equal(receiver.history().length, 1)
  assert.deepEqual(receiver.complaints(), [])
})

test('an old time is complained of, so that the receiver is one to trust', async (t) => {
  const receiver = await receiverOf(t, { secret: shown })
  const sink = openWebhookSink(
    { kind: 'webhook', url: receiver.url, payload: 'thin', secrets: { key } },
    { targets: local, clock: new FakeClock(Date.now() - 3_600_000) },
  )
  t.after(() => sink.close())
  await fails(sink.deliver(deliveryOf(verificationEvent()), forever()), 'SINK_ANSWER_INVALID')
  assert.deepEqual(receiver.complaints(), ['untimely'])
  assert.deepEqual(receiver.taken(), [])
})

test('over HTTPS only the CA of the settings is trusted', LIMITED, async (t) => {
  const pki = makePki()
  const receiver = await receiverOf(t, {
    secret: shown,
    tls: { key: pki.server.keyPem, cert: pki.server.certificatePem },
  })
  const caPem = pki.ca.certificatePem
  const trusting = sinkTo(t, receiver, { secrets: { key, caPem } })
  assert.deepEqual(await trusting.deliver(deliveryOf(verificationEvent()), forever()), delivered)
  for (const secrets of [{ key }, { key, caPem: makePki().ca.certificatePem }])
    await fails(
      sinkTo(t, receiver, { secrets }).deliver(deliveryOf(verificationEvent()), forever()),
      'SINK_UNTRUSTED',
    )
  assert.equal(receiver.taken().length, 1)
})

test('a wrong key is refused at once', () => {
  for (const wrong of ['', 'c2hvcnQ=', shown, `${key}\n`, Buffer.alloc(65).toString('base64')])
    assert.throws(
      () =>
        openWebhookSink(
          { kind: 'webhook', url: 'http://127.0.0.1/', payload: 'thin', secrets: { key: wrong } },
          { targets: local, clock },
        ),
      { code: 'CONFIG_INVALID' },
    )
})
