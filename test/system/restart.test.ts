import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { startBed } from '../bed/agent.ts'
import { clientOf, eventually, problemIn, verificationIn } from '../bed/client.ts'

const face = patientByNumber('01')?.cardFace ?? {}
const faceOf = (number: string) => patientByNumber(number)?.cardFace ?? {}

/** A clean stop may take this long, drains included; systemd would wait for 90 s. */
const STOP_LIMIT_MS = 30_000

test('a cursor goes on after a restart: what came before it is not read again, what comes after is', async (t) => {
  const bed = await startBed(t)
  await bed.client.ask(face)
  const { cursor, items } = await bed.client.events()
  assert.equal(items.length, 1)
  assert.equal((await bed.agent.stop()).code, 0)
  const client = clientOf((await bed.start()).url, bed.token)
  assert.deepEqual((await client.events(`?after=${cursor}`)).items, [])
  const { id } = await client.ask(faceOf('02'))
  const later = await client.events(`?after=${cursor}`)
  assert.deepEqual(
    later.items.map((item) => item.type === 'verification' && item.verification.id),
    [id],
  )
  assert.deepEqual((await client.events()).items[0], items[0], 'what was read is the same bytes')
})

test('a question that is open at a crash is asked again and ends exactly once', async (t) => {
  const bed = await startBed(t)
  bed.gateway.behave({ mode: 'hang' })
  const asked = await bed.client.post('/v1/verifications', face, {
    prefer: 'respond-async',
    'idempotency-key': 'k-1',
  })
  assert.equal(asked.status, 202)
  const { id } = JSON.parse(asked.text)
  assert.equal(asked.headers.get('location'), `/v1/verifications/${id}`)
  assert.ok(asked.headers.has('retry-after'))
  assert.equal((await bed.client.get(`/v1/verifications/${id}`)).status, 202)
  assert.deepEqual((await bed.client.events()).items, [], 'an open question is not in the feed')
  await eventually('the question at the gateway', async () =>
    bed.gateway.stats().questions > 0 ? true : undefined,
  )
  assert.equal((await bed.agent.stop('SIGKILL')).signal, 'SIGKILL')
  bed.gateway.behave({})
  const client = clientOf((await bed.start()).url, bed.token)
  const [item] = (await client.events('', { prefer: 'wait=60' })).items
  assert.ok(item?.type === 'verification')
  assert.deepEqual([item.verification.id, item.verification.outcome], [id, 'valid'])
  const repeated = await client.post('/v1/verifications', face, { 'idempotency-key': 'k-1' })
  assert.equal(verificationIn(repeated).id, id, 'the same key and body give the same verification')
  assert.equal((await client.feed()).length, 1)
  assert.equal(bed.gateway.stats().questionsByIdentifier[id], 2)
})

test('a card question that a crash interrupted ends once, as `failed`: it needs its card', async (t) => {
  const bed = await startBed(t, { reader: 'sim' })
  await bed.card.tap({ kind: 'my-number', patient: '01' })
  const tap = await bed.client.presentation(({ state }) => state === 'waiting')
  bed.gateway.behave({ mode: 'hang' })
  const open = await bed.client.post(
    `/v1/presentations/${tap.id}/confirmation`,
    { by: '受付 見本' },
    { prefer: 'wait=0' },
  )
  assert.equal(open.status, 202)
  await bed.agent.stop('SIGKILL')
  bed.gateway.behave({})
  const client = clientOf((await bed.start()).url, bed.token)
  const [item] = (await client.events('', { prefer: 'wait=60' })).items
  assert.ok(item?.type === 'verification')
  assert.equal(item.verification.id, JSON.parse(open.text).id)
  assert.equal(item.verification.fault?.code, 'CARD_NEEDED')
})

test('SIGTERM ends the agent with 0 within seconds, while polls, a stream and a slow question are open', async (t) => {
  const bed = await startBed(t)
  bed.gateway.behave({ mode: 'normal', delayMs: 1_000 })
  const { cursor } = await bed.client.events()
  const polls = Array.from({ length: 5 }, () =>
    bed.client.get(`/v1/events?after=${cursor}`, { prefer: 'wait=60' }).then(
      ({ status }) => status,
      () => 0,
    ),
  )
  const stream = await fetch(`${bed.agent.url}/v1/events`, {
    headers: { authorization: `Bearer ${bed.token}`, accept: 'text/event-stream' },
  })
  assert.equal(stream.status, 200)
  const streamed = stream.text().catch(() => '')
  const asked = await bed.client.post('/v1/verifications', face, { prefer: 'wait=0' })
  const from = performance.now()
  const exit = await bed.agent.stop('SIGTERM')
  assert.deepEqual(exit, { code: 0, signal: null })
  assert.ok(performance.now() - from < STOP_LIMIT_MS)
  for (const status of await Promise.all(polls)) assert.ok([0, 200, 503].includes(status))
  await streamed
  const client = clientOf((await bed.start()).url, bed.token)
  const { id } = JSON.parse(asked.text)
  const got = await client.get(`/v1/verifications/${id}`, { prefer: 'wait=60' })
  assert.equal(verificationIn(got).outcome, 'valid')
  assert.equal((await client.feed()).length, 1)
})

test('SIGTERM ends the agent with 0 also while the gateway hangs in the login', async (t) => {
  const bed = await startBed(t)
  bed.gateway.behave({ mode: 'hang', at: 'login' })
  const asked = await bed.client.post('/v1/verifications', face, { prefer: 'wait=0' })
  await eventually('the login at the gateway', async () =>
    bed.gateway.stats().requests > 0 ? true : undefined,
  )
  const from = performance.now()
  assert.deepEqual(await bed.agent.stop(), { code: 0, signal: null })
  assert.ok(performance.now() - from < STOP_LIMIT_MS)
  assert.doesNotMatch(bed.agent.output(), /"level":50|Error/)
  bed.gateway.behave({})
  const client = clientOf((await bed.start()).url, bed.token)
  const { id } = JSON.parse(asked.text)
  const got = await client.get(`/v1/verifications/${id}`, { prefer: 'wait=60' })
  assert.equal(verificationIn(got).outcome, 'valid')
})

test('a database that is damaged under a running agent is told as damage, not as a wrong key, and is not answered from', async (t) => {
  const { client, state } = await startBed(t)
  await client.ask(face)
  for (const name of ['agent.db', 'agent.db-wal']) {
    const path = join(state, name)
    writeFileSync(path, Buffer.alloc(readFileSync(path).length, 7))
  }
  const asked = await client.post('/v1/verifications', faceOf('02'))
  const read = await client.get('/v1/events')
  // Pages that are still in memory are right; what has to be read again is not answered from.
  for (const answer of [asked, read])
    if (answer.status > 202) {
      const { code, status } = problemIn(answer)
      assert.deepEqual([code, status], ['STORE_CORRUPT', 503])
    }
  assert.notEqual(asked.status, 201, 'what was asked after the damage cannot be shown')
})
