import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { face, problem, serve, until } from './served.ts'

const bodyOf = async (response: Response) => JSON.parse(await response.text())
const registration = {
  referenceNumber: '00042',
  insurerNumber: '06139992',
  insuredIdentificationNumber: '1',
}

test('a bulk question is 202 with where it is and the ids of its verifications', async (t) => {
  const { post, call, batches, audit } = await serve(t)
  const response = await post('/v1/batches', { items: [face, face] }, { 'idempotency-key': 'k1' })
  assert.equal(response.status, 202)
  assert.equal(response.headers.get('location'), '/v1/batches/b1')
  assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
  assert.deepEqual(await bodyOf(response), {
    id: 'b1',
    state: 'waiting',
    verificationIds: ['b1-v1', 'b1-v2'],
  })
  assert.equal(batches.asked[0]?.by.idempotencyKey, 'k1')
  assert.deepEqual(audit.reads, [])
  assert.deepEqual(await bodyOf(await call('/v1/batches/b1')), {
    id: 'b1',
    at: '2026-04-01T09:00:00+09:00',
    state: 'waiting',
    qualificationConfirmationDate: '20260401',
    items: [
      { verificationId: 'b1-v1', outcome: null },
      { verificationId: 'b1-v2', outcome: null },
    ],
    receptionNumber: null,
    askedAt: null,
    endedAt: null,
  })
  assert.deepEqual(audit.reads, ['receipt batch b1'])
})

test('a bulk question that is not there, or may not be read, is a problem', async (t) => {
  const { post, call, audit } = await serve(t)
  assert.equal((await problem(await call('/v1/batches/b1')))['code'], 'NOT_FOUND')
  await post('/v1/batches', { items: [face] })
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no disk')
  assert.equal((await problem(await call('/v1/batches/b1')))['code'], 'AUDIT_UNAVAILABLE')
})

test('a field that does not fit is named with the line it stands in', async (t) => {
  const { post, batches } = await serve(t)
  const { birthdate: _, ...noDay } = face
  const body = { items: [face, face, face, noDay, { ...face, insurerNumber: 1 }] }
  const said = await problem(await post('/v1/batches', body))
  assert.equal(said['status'], 422)
  assert.equal(said['code'], 'CARD_FACE_INVALID')
  assert.ok(Array.isArray(said['mistakes']))
  assert.deepEqual(
    said['mistakes'].map(({ field }) => field),
    ['items[3].birthdate', 'items[4].insurerNumber'],
  )
  for (const items of [[], Array(1_001).fill(face)])
    assert.equal((await post('/v1/batches', { items })).status, 422)
  assert.deepEqual(batches.asked, [])
})

test('a thousand lines are taken', async (t) => {
  const { post, batches } = await serve(t)
  const long = { ...face, patientNumber: '4'.repeat(50), arbitraryIdentifier: '漢'.repeat(50) }
  assert.equal((await post('/v1/batches', { items: Array(1_000).fill(long) })).status, 202)
  assert.equal(batches.asked[0]?.faces.length, 1_000)
})

test('over lines a bulk question and a registration need the terminal', async (t) => {
  const { post, batches, referenceNumbers } = await serve(t)
  batches.refuse = new AgentError('TERMINAL_NEEDED', 'lines')
  referenceNumbers.refuse = batches.refuse
  for (const response of [
    await post('/v1/batches', { items: [face] }),
    await post('/v1/reference-numbers', registration),
  ]) {
    assert.equal(response.status, 409)
    assert.equal((await problem(response))['code'], 'TERMINAL_NEEDED')
  }
})

test('a registration is 201 with what it came to, or 202 while it is asked', async (t) => {
  const { post, call, referenceNumbers, audit } = await serve(t)
  const open = await post('/v1/reference-numbers', registration, { prefer: 'wait=0' })
  assert.equal(open.status, 202)
  assert.equal(open.headers.get('location'), '/v1/reference-numbers/r1')
  assert.equal((await call('/v1/reference-numbers/r1')).status, 202)
  assert.deepEqual(audit.reads, [])
  referenceNumbers.end('r1', {
    outcome: 'refused',
    official: { segment: '1', status: '2', code: 'X1', message: '（見本）' },
    fault: 'OFFICIAL_PERSON_ERROR',
  })
  const ended = await call('/v1/reference-numbers/r1')
  assert.equal(ended.status, 200)
  const { outcome, official, fault } = await bodyOf(ended)
  assert.deepEqual(
    [outcome, official.code, fault.code, fault.number],
    ['refused', 'X1', 'OFFICIAL_PERSON_ERROR', 'E522'],
  )
  assert.deepEqual(audit.reads, ['receipt reference-number r1'])
  const asked = post('/v1/reference-numbers', registration)
  await until(() => referenceNumbers.asked.length === 2)
  referenceNumbers.end('r2', {
    outcome: 'registered',
    official: { segment: '1', status: '1', code: null, message: null },
    fault: null,
  })
  assert.equal((await asked).status, 201)
  assert.equal((await call('/v1/reference-numbers/r9')).status, 404)
})
