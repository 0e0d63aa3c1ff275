import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import { problem, serve } from './served.ts'

const form = { name: '見本　一郎', birthdate: '19800502', sex: '1', address: '東京都千代田区' }
const cardFace = { insurerNumber: '06139992', insuredIdentificationNumber: '5678' }
const bodyOf = async (response: Response) => JSON.parse(await response.text())

test('an intake is 201 with everything that was kept', async (t) => {
  const { post } = await serve(t)
  const response = await post('/v1/offline-intakes', { ...form, cardFace, consent: true })
  assert.equal(response.status, 201)
  assert.deepEqual(await bodyOf(response), {
    id: 'i1',
    at: '2026-04-01T09:00:00+09:00',
    state: 'waiting',
    ...form,
    nameKana: null,
    consent: true,
    patientNumber: null,
    cardFace,
    verificationId: null,
    outageId: null,
    proposal: null,
    closing: null,
  })
})

test('the list has what to do, what to say on the phone and the outage, and is audited first', async (t) => {
  const { call, post, audit, outages } = await serve(t)
  const empty = await bodyOf(await call('/v1/offline-intakes'))
  assert.deepEqual(empty, { items: [], callScript: '電話の台本', outage: null })
  assert.deepEqual(audit.reads, [], 'nothing was read')
  for (const name of ['見本　一郎', '見本　二郎'])
    await post('/v1/offline-intakes', { ...form, name })
  outages.outages.push({
    id: 'o1',
    startedAt: Date.parse('2026-04-01T08:50:00+09:00'),
    endedAt: null,
    cause: 'NO_LINE',
  })
  const { items, outage } = await bodyOf(await call('/v1/offline-intakes'))
  assert.deepEqual(
    items.map(({ id, state }: { id: string; state: string }) => [id, state]),
    [
      ['i1', 'for-a-person'],
      ['i2', 'for-a-person'],
    ],
  )
  const { number, title } = faults.NO_LINE
  assert.deepEqual(outage, {
    id: 'o1',
    startedAt: '2026-04-01T08:50:00+09:00',
    endedAt: null,
    cause: 'NO_LINE',
    number,
    title,
  })
  assert.deepEqual(audit.reads, ['receipt offline-intakes open i1..i2'])
  assert.deepEqual((await bodyOf(await call('/v1/outages'))).items, [outage])
  audit.refuse = new AgentError('AUDIT_UNAVAILABLE', 'no disk')
  assert.equal((await problem(await call('/v1/offline-intakes')))['code'], 'AUDIT_UNAVAILABLE')
  assert.equal((await problem(await call('/v1/offline-intakes/i1')))['code'], 'AUDIT_UNAVAILABLE')
})

test('a closed intake is out of the open list and stays in the whole one, with who closed it', async (t) => {
  const { call, post, audit } = await serve(t)
  await post('/v1/offline-intakes', form)
  const closing = { by: ' 受付 見本 ', verificationId: 'v1', text: '電話で確認' }
  const response = await post('/v1/offline-intakes/i1/closing', closing)
  assert.equal(response.status, 200)
  assert.deepEqual((await bodyOf(response)).closing, {
    ...closing,
    by: '受付 見本',
    at: '2026-04-01T10:00:00+09:00',
  })
  assert.deepEqual((await bodyOf(await call('/v1/offline-intakes'))).items, [])
  const { items } = await bodyOf(await call('/v1/offline-intakes?state=all'))
  assert.equal(items[0].state, 'closed')
  assert.equal((await bodyOf(await call('/v1/offline-intakes/i1'))).state, 'closed')
  assert.ok(audit.reads.includes('receipt offline-intake i1'))
})

test('what does not fit is refused with its own code, and what is not there is 404', async (t) => {
  const { call, post, offlineIntakes } = await serve(t)
  const { name: _, ...nameless } = form
  const missing = await problem(await post('/v1/offline-intakes', nameless))
  assert.deepEqual([missing['status'], missing['code']], [422, 'INTAKE_INVALID'])
  assert.match(JSON.stringify(missing), /"field":"name"/)
  for (const over of [
    { sex: 1 },
    { consent: 'yes' },
    { individualNumber: '1' },
    { cardFace: { insurerNumber: '06139992' } },
    { cardFace: { ...cardFace, birthdate: '19800502' } },
  ])
    assert.equal(
      (await problem(await post('/v1/offline-intakes', { ...form, ...over })))['code'],
      'INTAKE_INVALID',
    )
  assert.equal((await problem(await post('/v1/offline-intakes', [])))['code'], 'REQUEST_INVALID')
  assert.equal((await call('/v1/offline-intakes?state=done')).status, 400)
  assert.equal((await call('/v1/offline-intakes/none')).status, 404)
  assert.equal((await post('/v1/offline-intakes/none/closing', { by: '受付' })).status, 404)
  assert.equal((await post('/v1/offline-intakes/none/closing', { by: ' ' })).status, 400)
  offlineIntakes.refuse = new AgentError('INTAKE_CLOSED', 'it was closed before')
  assert.equal((await post('/v1/offline-intakes/i1/closing', { by: '受付' })).status, 409)
})
