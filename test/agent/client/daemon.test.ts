import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  type Client,
  connect,
  type FeedEvent,
  NoAgent,
  Problem,
} from '../../../agent/client/onshi-client.js'
import { patientByNumber } from '../../../agent/sim/patients.ts'
import { startBed } from '../../bed/agent.ts'

const faceOf = (number: string) => {
  const face = patientByNumber(number)?.cardFace
  assert.ok(face)
  return face
}
const ask = async (client: Client, number: string): Promise<FeedEvent> => {
  const asked = await client.postVerifications({ body: faceOf(number), waitSeconds: 30 })
  assert.ok(asked.status === 201)
  return asked.body
}

test('the client asks, reads, notes and fetches bytes from a real agent', async (t) => {
  const bed = await startBed(t)
  const client = connect({ url: `${bed.agent.url}/`, token: bed.token })
  const key = randomUUID()
  const question = { body: { ...faceOf('08'), patientNumber: '患者/8' }, idempotencyKey: key }
  const asked = await client.postVerifications(question)
  assert.ok(asked.status === 201 && asked.body.type === 'verification')
  const { id, outcome } = asked.body.verification
  assert.equal(outcome, 'valid')
  const again = await client.postVerifications(question)
  assert.deepEqual(again.body, asked.body)
  const patientNumber = '患者/8'
  const latest = await client.getPatientsPatientNumberVerificationsLatest({ patientNumber })
  assert.deepEqual(latest.body, asked.body)
  const { body: bytes } = await client.getVerificationsIdMessage({ id, charset: 'shift_jis' })
  assert.match(new TextDecoder('shift_jis', { fatal: true }).decode(bytes), /<Name>髙﨑/)
  const rechecked = await client.postVerificationsIdRecheck({ id })
  assert.ok(rechecked.status === 201 && rechecked.body.type === 'verification')
  assert.equal(rechecked.body.verification.supersedes, id)
  const note = { kind: 'closing', by: '受付 見本' } as const
  assert.equal((await client.postVerificationsIdNotes({ id, body: note })).status, 201)
  const page = await client.getEvents({ limit: 500 })
  assert.equal(page.body?.items.length, 3)
  const ifNoneMatch = page.headers.get('etag') ?? ''
  assert.deepEqual((await client.getEvents({ limit: 500, ifNoneMatch })).status, 304)
  assert.equal((await client.getLivez()).body, 'ok\n')
  assert.equal((await client.getHealth()).body.status, 'warn')
})

test('a refusal is a Problem with its code, number and action; another answer is none', async (t) => {
  const bed = await startBed(t)
  const client = connect({ url: bed.agent.url, token: bed.token })
  const body = { ...faceOf('01'), insurerNumber: '1' }
  await assert.rejects(client.postVerifications({ body }), (error) => {
    assert.ok(error instanceof Problem)
    assert.deepEqual([error.status, error.code, error.number], [422, 'CARD_FACE_INVALID', 'E607'])
    assert.ok(error.title !== '' && error.action !== '')
    assert.equal(error.mistakes[0]?.field, 'insurerNumber')
    return true
  })
  const stranger = connect({ url: bed.agent.url, token: 'oa_wrong' })
  for (const read of [stranger.getEvents(), stranger.events().next(), stranger.stream().next()])
    await assert.rejects(read, (error) => error instanceof Problem && error.status === 401)
  const page = async () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
  const proxied = connect({ url: bed.agent.url, token: bed.token, fetch: page })
  await assert.rejects(
    proxied.getEvents().then(({ body }) => body?.items.length ?? 0),
    TypeError,
  )
  const gateway = async () => new Response('Bad gateway', { status: 502 })
  const behind = connect({ url: bed.agent.url, token: bed.token, fetch: gateway })
  await assert.rejects(behind.getEvents(), NoAgent)
})

/** A network that fails at every other call: refuses, cuts, answers 503, or gives a page twice. */
function badNetwork(): typeof fetch {
  let calls = 0
  return async (input, init) => {
    calls += 1
    if (calls % 8 === 1) throw new TypeError('fetch failed')
    if (calls % 8 === 5) return new Response('x', { status: 503, headers: { 'retry-after': '0' } })
    const response = await fetch(input, init)
    return calls % 8 === 3 ? cut(response) : response
  }
}

/** The first half of a body, and then a broken connection. */
function cut(response: Response): Response {
  let sent = false
  const half = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent) return controller.error(new TypeError('terminated'))
      sent = true
      const first = await response.body?.getReader().read()
      controller.enqueue(first?.value?.subarray(0, first.value.length / 2) ?? new Uint8Array(1))
    },
  })
  return new Response(half, response)
}

for (const way of ['events', 'stream'] as const) {
  test(`${way}() gives each event once and in order through a bad network, and goes on after a restart`, async (t) => {
    const bed = await startBed(t)
    const good = connect({ url: bed.agent.url, token: bed.token })
    const numbers = ['01', '02', '03', '04', '05', '06']
    const asked: FeedEvent[] = []
    for (const number of numbers.slice(0, 4)) asked.push(await ask(good, number))
    const retries: unknown[] = []
    const poller = connect({ url: bed.agent.url, token: bed.token, fetch: badNetwork() })
    const first = poller[way]({ limit: 1, onRetry: (error) => retries.push(error) })
    const seen: FeedEvent[] = []
    for await (const event of first) {
      seen.push(event)
      if (seen.length === 4) break
    }
    assert.deepEqual(seen, asked)
    assert.ok(retries.length > 0)
    const after = seen[1]?.cursor ?? ''
    const ending = new AbortController()
    const resumed = poller[way]({ after, signal: ending.signal })
    const pending = [await resumed.next(), await resumed.next()].map(({ value }) => value)
    assert.deepEqual(pending, asked.slice(2))
    const next = resumed.next()
    asked.push(await ask(good, '05'))
    assert.deepEqual((await next).value, asked[4], 'woken by the event')
    ending.abort(new Error('the program ends'))
    await assert.rejects(resumed.next(), /the program ends/)
  })
}

test('a poller ends when its signal says so, also while it waits', async (t) => {
  const bed = await startBed(t)
  const client = connect({ url: bed.agent.url, token: bed.token })
  for (const way of ['events', 'stream'] as const) {
    const ending = new AbortController()
    const waiting = client[way]({ signal: ending.signal }).next()
    ending.abort(new Error('the program ends'))
    await assert.rejects(waiting, /the program ends/)
  }
})

test('a cursor of another time is thrown with the place to go on from', async (t) => {
  const bed = await startBed(t)
  const client = connect({ url: bed.agent.url, token: bed.token })
  const { cursor } = await ask(client, '01')
  const bytes = Buffer.from(cursor, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  await assert.rejects(client.events({ after: bytes.toString('base64url') }).next(), (error) => {
    assert.ok(error instanceof Problem && error.code === 'CURSOR_GONE')
    assert.ok(error.oldest)
    return true
  })
})
