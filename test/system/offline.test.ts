import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Static, TSchema } from 'typebox'
import { IntakeList, OutageList, ShownIntake } from '../../agent/api/intake-shown.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { DEMO_INSTITUTION_CODE } from '../../agent/sim/pki.ts'
import { startBed } from '../bed/agent.ts'
import { type Client, checked, clientOf, eventually, type Reply } from '../bed/client.ts'

const faceOf = (number: string) => {
  const face = patientByNumber(number)?.cardFace
  if (face === undefined) throw new Error(`no patient ${number}`)
  return face
}
const PROMPT = 'timeout_ms = 4000\nconnect_timeout_ms = 1000\n'
const HELP_DESK = '[clinic]\nhelp_desk = "見本コールセンター 0800-000-0000"\n'

const inBody = <S extends TSchema>(schema: S, reply: Reply, status = 200): Static<S> => {
  assert.equal(reply.status, status, reply.text)
  return checked(schema, JSON.parse(reply.text))
}
const list = async (client: Client, query = '') =>
  inBody(IntakeList, await client.get(`/v1/offline-intakes${query}`))
const outages = async (client: Client) => inBody(OutageList, await client.get('/v1/outages'))
const add = async (client: Client, form: object, headers = {}) =>
  inBody(ShownIntake, await client.post('/v1/offline-intakes', form, headers), 201)

test('trouble 17: with everything down patients are received, the call can be made, and what waits is answered by itself when a line is back', async (t) => {
  const bed = await startBed(t, { gatewayKeys: PROMPT, tables: HELP_DESK })
  const { client } = bed
  const known = await client.ask({ ...faceOf('01'), patientNumber: '00042' })
  assert.equal(known.outcome, 'valid')
  const [met] = (await client.ask(faceOf('03'))).results
  assert.ok(met?.name && met.birthdate)

  await bed.cutGateway()
  const offline = await client.ask({ ...faceOf('01'), patientNumber: '00042' })
  assert.deepEqual(
    [offline.outcome, offline.results, offline.lastKnown?.id, offline.lastKnown?.outcome],
    ['offline', [], known.id, 'valid'],
  )
  const byCard = await client.ask(faceOf('01'))
  assert.equal(byCard.lastKnown?.id, known.id, 'the card finds the patient too')
  assert.equal((await client.ask(faceOf('02'))).lastKnown, null, 'nobody knows this one')

  const outage = await eventually('an outage', async () => (await list(client)).outage ?? undefined)
  assert.equal(outage.endedAt, null)
  const { birthdate, ...cardFace } = faceOf('04')
  const form = { name: '見本　四郎', birthdate, sex: '1', address: '東京都架空区' }
  const key = { 'idempotency-key': 'paper-1' }
  const faced = await add(client, { ...form, cardFace, consent: true }, key)
  assert.deepEqual([faced.state, faced.outageId], ['waiting', outage.id])
  assert.equal((await add(client, { ...form, cardFace, consent: true }, key)).id, faced.id)
  const alone = await add(client, {
    name: met.name,
    birthdate: met.birthdate,
    sex: met.sex1 ?? '3',
    address: '東京都架空区',
  })
  const waiting = await list(client)
  assert.deepEqual(
    waiting.items.map(({ id, state }) => [id, state]),
    [
      [faced.id, 'waiting'],
      [alone.id, 'for-a-person'],
    ],
  )
  for (const said of [DEMO_INSTITUTION_CODE, '見本コールセンター', '2人です', outage.number])
    assert.ok(waiting.callScript.includes(said), said)
  for (const name of [form.name, met.name]) assert.ok(!waiting.callScript.includes(name))

  await bed.restoreGateway()
  const answered = await eventually('the answer for the intake', async () =>
    (await list(client)).items.find(({ id, state }) => id === faced.id && state === 'answered'),
  )
  assert.equal((await client.verification(answered.verificationId ?? '')).outcome, 'valid')
  const again = await eventually('the answer for the lookup', async () =>
    (await client.feed()).find(
      (item) => item.type === 'verification' && item.verification.supersedes === offline.id,
    ),
  )
  assert.ok(again.type === 'verification')
  assert.deepEqual(
    [again.verification.outcome, again.verification.patientNumber],
    ['valid', '00042'],
  )
  const over = await eventually('the end of the outage', async () =>
    (await outages(client)).items.find(({ id, endedAt }) => id === outage.id && endedAt !== null),
  )
  assert.ok((over.endedAt ?? '') >= over.startedAt)

  const later = await client.ask(faceOf('03'))
  const [, proposed] = (await list(client)).items
  assert.equal(proposed?.proposal?.verificationId, later.id)
  const closing = { by: '受付 見本', verificationId: later.id }
  const closed = await client.post(`/v1/offline-intakes/${alone.id}/closing`, closing)
  assert.equal(inBody(ShownIntake, closed).state, 'closed')
  assert.equal((await client.post(`/v1/offline-intakes/${alone.id}/closing`, closing)).status, 409)
  assert.deepEqual(
    (await list(client)).items.map(({ id }) => id),
    [faced.id],
  )
})

test('trouble 17: what waits survives a kill, and is asked once after the next start', async (t) => {
  const bed = await startBed(t, { gatewayKeys: PROMPT })
  await bed.cutGateway()
  const offline = await bed.client.ask(faceOf('01'))
  assert.equal(offline.outcome, 'offline')
  const { birthdate, ...cardFace } = faceOf('02')
  const form = { name: '見本　花子', birthdate, sex: '2', address: '東京都架空区', cardFace }
  const { id } = await add(bed.client, form)
  const outage = await eventually('an outage', async () =>
    (await outages(bed.client)).items.find(({ endedAt }) => endedAt === null),
  )
  await bed.agent.stop('SIGKILL')
  await bed.restoreGateway()
  const agent = await bed.start()
  const client = clientOf(agent.url, bed.token)
  const intake = await eventually('the answer for the intake', async () =>
    (await list(client)).items.find((one) => one.id === id && one.state === 'answered'),
  )
  const again = await eventually('the answer for the lookup', async () =>
    (await client.feed()).find(
      (item) => item.type === 'verification' && item.verification.supersedes === offline.id,
    ),
  )
  assert.ok(again.type === 'verification' && again.verification.outcome === 'valid')
  const asked = bed.gateway.stats().questionsByIdentifier
  assert.equal(asked[intake.verificationId ?? ''], 1)
  assert.equal(asked[again.verification.id], 1)
  assert.equal((await client.feed()).length, 3)
  const over = await eventually('the end of the outage', async () =>
    (await outages(client)).items.find(({ endedAt }) => endedAt !== null),
  )
  assert.deepEqual([over.id, over.startedAt], [outage.id, outage.startedAt], 'it went on')
  await agent.stop()
  const after = clientOf((await bed.start()).url, bed.token)
  assert.deepEqual((await outages(after)).items, [over], 'a stop is no outage')
})
