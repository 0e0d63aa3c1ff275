import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { RosterList } from '../../agent/api/roster-shown.ts'
import { openBatches } from '../../agent/eligibility/batches.ts'
import { askInBulk } from '../../agent/eligibility/expected.ts'
import { ShownRosterEntry } from '../../agent/kernel/roster-shown.ts'
import { systemClock } from '../../agent/platform.ts'
import { rosterJob } from '../../agent/roster.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { openStore } from '../../agent/store/store.ts'
import { readStoreKey } from '../../config/files.ts'
import { loadConfig } from '../../config/load.ts'
import { type Client, checked, clientOf, eventually, problemIn } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { makeTerminalBed } from '../bed/terminal.ts'
import { judging } from '../fakes/judging.ts'
import { recordingLog } from '../fakes/log.ts'

const entryOf = (number: string, over: object = {}) => {
  const patient = patientByNumber(number)
  if (patient === undefined) throw new Error(`no patient ${number}`)
  const { birthdate, ...cardFace } = patient.cardFace
  return {
    patientNumber: `000${number}`,
    kind: 'home-oxygen',
    name: '見本　花子',
    birthdate,
    cardFace,
    ...over,
  }
}
const put = (client: Client, path: string, body: object, tag: string) =>
  client.send(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': tag },
    body: JSON.stringify(body),
  })
const listOf = async (client: Client) =>
  checked(RosterList, JSON.parse((await client.get('/v1/roster')).text)).items

async function startBeside(t: TestContext) {
  const bed = await makeTerminalBed(t, { terminal: { pendingFetches: 0 } })
  const agent = await bed.start()
  const billing = (await addConsumer(bed, 'billing', 'billing')).token
  return { ...bed, agent, billing, client: clientOf(agent.url, billing) }
}

/**
 * The monthly check of an agent whose machine is switched off right after the claim: what is on disk
 * stays, and nothing was handed over.
 */
async function checkAndDie(configFile: string) {
  const config = loadConfig(configFile)
  const [clock, log] = [systemClock, recordingLog()]
  const onBug = (error: unknown) => {
    throw error
  }
  const { path, key_file } = config.store
  const observe = () => {}
  const store = await openStore({ path, key: readStoreKey(key_file), clock, log, observe, onBug })
  const unreached = () => Promise.reject(new Error('it is off'))
  const bulk = openBatches({
    store: { ...store, batches: { ...store.batches, find: () => undefined } },
    judging,
    gateway: { submitBulk: unreached, fetchBulk: unreached },
    clock,
    log,
    onBug,
  })
  const ask = askInBulk(bulk)
  const job = rosterJob(config, { store, rules: judging.rules, ask }, { clock, log })
  const { signal } = new AbortController()
  const run = { dueAt: clock.now(), isByHand: true, resumeFrom: null, signal }
  const result = await job.run(run)
  await bulk.close()
  await store.close()
  return { result, log }
}

test('the month is asked for in one bulk question, also when the power goes right after the claim', async (t) => {
  const bed = await startBeside(t)
  const ids = new Map<string, string>()
  for (const number of ['01', '02', '03']) {
    const added = await bed.client.post('/v1/roster', entryOf(number))
    assert.equal(added.status, 201, added.text)
    const { id } = checked(ShownRosterEntry, JSON.parse(added.text))
    ids.set(number, id)
    const by = { by: '見本 受付' }
    assert.equal((await bed.client.post(`/v1/roster/${id}/consent`, by)).status, 200)
  }
  const revoked = ids.get('03') ?? ''
  await bed.client.post(`/v1/roster/${revoked}/consent/revocation`, { by: 'ご家族' })
  await bed.agent.stop()

  const { result, log } = await checkAndDie(bed.configFile)
  assert.deepEqual([result['asked'], result['needsCard']], [2, revoked])
  assert.equal((await checkAndDie(bed.configFile)).result['asked'], 0)
  assert.doesNotMatch(JSON.stringify([log.lines, result]), /見本|00001|06139992/)
  assert.equal(bed.terminal.stats().pickedUp, 0)

  const again = clientOf((await bed.start()).url, bed.billing)
  const states = async () =>
    new Map((await listOf(again)).map((one) => [one.id, one.eligibility.state]))
  const after = await eventually('both are confirmed', async () => {
    const now = await states()
    return [...now.values()].includes('asking') ? undefined : now
  })
  assert.deepEqual(
    ['01', '02', '03'].map((number) => after.get(ids.get(number) ?? '')),
    ['confirmed', 'confirmed', 'unconfirmed'],
  )
  assert.deepEqual(
    Object.keys(bed.terminal.stats().pickedUpByName).map((name) => name.slice(0, 13)),
    ['OQSmuquc01req', 'OQSmuquc02req'],
  )
  const [first] = (await again.feed()).flatMap((item) =>
    item.type === 'verification' ? [item.verification] : [],
  )
  assert.deepEqual([first?.source.kind, first?.patientNumber], ['batch', '00001'])
  const { eligibility } = (await listOf(again)).find(({ id }) => id === ids.get('01')) ?? {}
  assert.equal(eligibility?.verificationId, first?.id)
  const entry = await again.get(`/v1/roster/${revoked}`)
  assert.match(entry.text, /STANDING_CONSENT_MISSING/)
})

test('a patient who was seen at the desk is confirmed without being asked about again', async (t) => {
  const { client, terminal } = await startBeside(t)
  await client.post('/v1/roster', entryOf('01', { kind: 'monthly' }))
  const { birthdate, cardFace } = entryOf('01')
  const { outcome, id } = await client.ask({ ...cardFace, birthdate, patientNumber: '00001' })
  assert.equal(outcome, 'valid')
  const [entry] = await listOf(client)
  assert.deepEqual([entry?.eligibility.state, entry?.eligibility.verificationId], ['confirmed', id])
  assert.equal(entry?.statusColour, 'green')
  assert.equal(terminal.stats().pickedUp, 1)
})

test('billing and general affairs keep one list, each sees what is theirs, and nobody writes over the other', async (t) => {
  const bed = await startBeside(t)
  const { client } = bed
  const affairs = clientOf(
    bed.agent.url,
    (await addConsumer(bed, 'soumu', 'general-affairs')).token,
  )
  const ward = clientOf(bed.agent.url, (await addConsumer(bed, 'ward', 'ward')).token)
  const added = await client.post('/v1/roster', entryOf('01'))
  const { id } = checked(ShownRosterEntry, JSON.parse(added.text))
  const path = `/v1/roster/${id}`
  const tag = added.headers.get('etag') ?? ''

  const contract = { contractEnd: '2099-03-31', owner: '総務 見本', device: { supplier: '業者' } }
  const kept = await put(affairs, path, contract, tag)
  assert.equal(kept.status, 200, kept.text)
  assert.doesNotMatch(kept.text, /花子|insurerNumber|eligibility/)
  const late = await put(client, path, entryOf('01', { note: '火曜' }), tag)
  assert.deepEqual([late.status, problemIn(late).code], [412, 'ROSTER_CHANGED'])
  const foreign = await put(affairs, path, { ...contract, name: '別　人' }, '*')
  assert.deepEqual([foreign.status, problemIn(foreign).mistakes?.[0]?.field], [403, 'name'])
  const whole = { ...entryOf('01', { note: '火曜' }), ...contract }
  const now = await put(client, path, whole, kept.headers.get('etag') ?? '')
  assert.equal(now.status, 200, now.text)
  assert.equal(JSON.parse((await ward.get('/v1/roster')).text).items[0].needsCheck, true)
  assert.equal((await ward.send(path, { method: 'DELETE' })).status, 403)

  const file = await client.get('/v1/roster', { accept: 'text/csv' })
  const back = await client.send('/v1/roster', {
    method: 'PUT',
    headers: { 'content-type': 'text/csv', 'if-match': file.headers.get('etag') ?? '' },
    body: new Uint8Array(file.bytes),
  })
  assert.equal(back.status, 200, back.text)
  assert.equal((await client.get(path)).text, now.text, 'as it was')
  assert.equal((await client.send(path, { method: 'DELETE' })).status, 200)
  assert.deepEqual(await listOf(client), [])
})
