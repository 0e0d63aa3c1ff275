import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import { face, problem, serve, until } from './served.ts'

test('a question that ends while the client waits is 201 with the verification', async (t) => {
  const { post, verifications, audit, feed } = await serve(t)
  const waiting = post('/v1/verifications', { ...face, patientNumber: '00042' })
  await until(() => verifications.waiters === 1)
  verifications.end('v1')
  const response = await waiting
  assert.equal(response.status, 201)
  assert.equal(response.headers.get('location'), '/v1/verifications/v1')
  assert.equal(await response.text(), String(feed.items[0]))
  assert.deepEqual(audit.reads, ['receipt verification v1'])
  assert.deepEqual(verifications.asked[0]?.face, { ...face, patientNumber: '00042' })
})

test('a question that is still open after the wait is 202, and found where Location says', async (t) => {
  const { post, call, verifications, clock, audit } = await serve(t)
  const waiting = post('/v1/verifications', face)
  await until(() => clock.sleeping() === 1)
  await clock.advance(10_000)
  const response = await waiting
  assert.equal(response.status, 202)
  assert.ok(Number(response.headers.get('retry-after')) > 0)
  assert.deepEqual(JSON.parse(await response.text()), { id: 'v1', state: 'open' })
  const location = response.headers.get('location') ?? ''
  const open = await call(location)
  assert.equal(open.status, 202)
  assert.ok(open.headers.has('retry-after'))
  assert.deepEqual(audit.reads, [])
  verifications.end('v1')
  const found = await call(location)
  assert.equal(found.status, 200)
  assert.equal(JSON.parse(await found.text()).verification.id, 'v1')
  assert.deepEqual(audit.reads, ['receipt verification v1'])
})

test('Prefer says how long to wait', async (t) => {
  const { post, call, clock, verifications } = await serve(t)
  assert.equal((await post('/v1/verifications', face, { prefer: 'wait=0' })).status, 202)
  assert.equal((await post('/v1/verifications', face, { prefer: 'respond-async' })).status, 202)
  const waiting = post('/v1/verifications', face, { prefer: 'return=minimal, wait="3"' })
  await until(() => clock.sleeping() === 1)
  await clock.advance(3_000)
  assert.equal((await waiting).status, 202)
  const looking = call('/v1/verifications/v3', { headers: { prefer: 'wait=5' } })
  await until(() => verifications.waiters === 1)
  verifications.end('v3')
  assert.equal((await looking).status, 200)
})

test('closing answers those who wait for a verification with 202', async (t) => {
  const { post, verifications, api } = await serve(t)
  const waiting = post('/v1/verifications', face)
  await until(() => verifications.waiters === 1)
  await api.close()
  assert.equal((await waiting).status, 202)
})

test('an Idempotency-Key reaches the question; one that is no key is refused', async (t) => {
  const { post, verifications } = await serve(t)
  await post('/v1/verifications', face, { prefer: 'wait=0', 'idempotency-key': '~!a-9' })
  assert.equal(verifications.asked[0]?.by.idempotencyKey, '~!a-9')
  assert.equal(verifications.asked[0]?.by.consumer.name, 'receipt')
  for (const key of ['', 'with space', 'x'.repeat(256), 'ï']) {
    const refused = await post('/v1/verifications', face, { 'idempotency-key': key })
    const { code, mistakes } = await problem(refused)
    assert.equal(code, 'REQUEST_INVALID')
    assert.match(JSON.stringify(mistakes), /Idempotency-Key/)
  }
  assert.equal(verifications.asked.length, 1)
})

test('what the question is refused with reaches the client with status, mistakes and no value', async (t) => {
  const { post, verifications } = await serve(t)
  const expected: Partial<Record<FaultCode, number>> = {
    CARD_FACE_INVALID: 422,
    INDIVIDUAL_NUMBER_REFUSED: 422,
    IDEMPOTENCY_KEY_REUSED: 422,
    STORE_FULL: 507,
    STORE_FAILED: 503,
    CARD_QUERY_OFF: 409,
    PRESENTATION_GONE: 410,
  }
  const mistakes = [{ field: 'birthdate', title: '日付ではありません。', detail: 'is no date' }]
  const codes: FaultCode[] = [
    'CARD_FACE_INVALID',
    'INDIVIDUAL_NUMBER_REFUSED',
    'IDEMPOTENCY_KEY_REUSED',
    'STORE_FULL',
    'STORE_FAILED',
    'CARD_QUERY_OFF',
    'PRESENTATION_GONE',
  ]
  for (const code of codes) {
    verifications.refuse = new AgentError(code, 'refused', { mistakes, facts: { secret: 1 } })
    const response = await post('/v1/verifications', face)
    assert.equal(response.status, expected[code])
    const body = await problem(response)
    assert.equal(body['code'], code)
    assert.deepEqual(body['mistakes'], mistakes)
    assert.ok(!('secret' in body) && !('facts' in body))
  }
})

test('a recheck asks again, with or without an empty body', async (t) => {
  const { call, post, verifications } = await serve(t)
  await post('/v1/verifications', face, { prefer: 'wait=0' })
  const headers = { prefer: 'wait=0' }
  assert.equal(
    (await call('/v1/verifications/v1/recheck', { method: 'POST', headers })).status,
    202,
  )
  assert.equal((await post('/v1/verifications/v1/recheck', {}, headers)).status, 202)
  assert.deepEqual(
    verifications.asked.map(({ recheck }) => recheck),
    [undefined, 'v1', 'v1'],
  )
  assert.equal((await post('/v1/verifications/v1/recheck', { x: 1 })).status, 400)
  assert.equal((await post('/v1/verifications/none/recheck', {})).status, 404)
})

test('a tap is confirmed by a named person', async (t) => {
  const { post, verifications } = await serve(t)
  const headers = { prefer: 'wait=0' }
  const response = await post('/v1/presentations/p1/confirmation', { by: ' 受付 花子 ' }, headers)
  assert.equal(response.status, 202)
  assert.equal(response.headers.get('location'), '/v1/verifications/v1')
  assert.equal(verifications.asked[0]?.confirmed, 'p1')
  assert.equal(verifications.asked[0]?.person, '受付 花子')
  for (const body of [{}, { by: '' }, { by: '  ' }, { by: 1 }, { by: 'x'.repeat(101) }]) {
    assert.equal((await post('/v1/presentations/p1/confirmation', body)).status, 400)
  }
})

test('a note is stored as sent and comes back as in the feed', async (t) => {
  const { post, verifications } = await serve(t)
  const response = await post('/v1/verifications/v1/notes', {
    kind: 'original-sighted',
    by: '花子',
  })
  assert.equal(response.status, 201)
  assert.equal(JSON.parse(await response.text()).type, 'note')
  assert.deepEqual(verifications.notes, [
    { id: 'v1', kind: 'original-sighted', by: '花子', text: null, patientNumber: null },
  ])
  assert.equal(
    (await post('/v1/verifications/v1/notes', { kind: 'gossip', by: '花子' })).status,
    400,
  )
})

test('a release, and nothing else, may name the number of the patient whose it is', async (t) => {
  const { post, verifications } = await serve(t)
  const note = async (kind: string) =>
    (await post('/v1/verifications/v1/notes', { kind, by: '花子', patientNumber: '00042' })).status
  assert.equal(await note('release'), 201)
  assert.equal(verifications.notes[0]?.patientNumber, '00042')
  assert.equal(await note('rejection'), 400)
  assert.equal(verifications.notes.length, 1)
})

test('the official bytes come as they are, in the charset that is asked for', async (t) => {
  const { call, post, verifications, audit } = await serve(t)
  await post('/v1/verifications', face, { prefer: 'wait=0' })
  const open = await call('/v1/verifications/v1/message')
  assert.equal((await problem(open))['code'], 'QUESTION_OPEN')
  verifications.end('v1')
  const plain = await call('/v1/verifications/v1/message')
  assert.equal(await plain.text(), '<資格/>')
  for (const charset of ['shift_jis', 'Shift_JIS']) {
    const response = await call(`/v1/verifications/v1/message?charset=${charset}`)
    assert.equal(response.headers.get('content-type'), 'application/xml; charset=Shift_JIS')
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), new Uint8Array([0x8e, 0x91]))
  }
  assert.equal((await call('/v1/verifications/v1/message?charset=ebcdic')).status, 400)
  assert.equal((await call('/v1/verifications/v9/message')).status, 404)
  assert.deepEqual(audit.reads, Array(3).fill('receipt message v1'))
})

test('the newest verification of a patient is found by number, whatever is in the number', async (t) => {
  const { call, feed, audit } = await serve(t)
  feed.commit('v1')
  const path = (number: string) => `/v1/patients/${encodeURIComponent(number)}/verifications/latest`
  const response = await call(path('患者/1'))
  assert.equal(await response.text(), String(feed.items[0]))
  assert.deepEqual(audit.reads, ['receipt latest v1'])
  assert.equal((await problem(await call(path('x'))))['code'], 'NOT_FOUND')
  assert.equal((await call(path('漢'.repeat(50)))).status, 404)
})

test('a read that cannot be audited is refused', async (t) => {
  const { call, post, verifications, audit } = await serve(t)
  await post('/v1/verifications', face, { prefer: 'wait=0' })
  verifications.end('v1')
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no audit can be written')
  for (const path of [
    '/v1/verifications/v1',
    '/v1/verifications/v1/message',
    `/v1/patients/${encodeURIComponent('患者/1')}/verifications/latest`,
  ]) {
    assert.equal((await problem(await call(path)))['code'], 'AUDIT_UNAVAILABLE', path)
  }
})

test('a bug is a 500 without detail, and is passed on', async (t) => {
  const { post, verifications, bugs } = await serve(t)
  const bug = new TypeError('canary of a bug')
  verifications.refuse = bug
  const response = await post('/v1/verifications', face)
  assert.equal(response.status, 500)
  const body = await problem(response)
  assert.equal(body['code'], 'INTERNAL')
  assert.ok(!JSON.stringify(body).includes('canary'))
  await until(() => bugs.length === 1)
  assert.equal(bugs[0], bug)
})
