import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startFhirSimulator } from '../agent/sim/fhir/server.ts'
import { startOrcaSimulator } from '../agent/sim/orca/server.ts'
import { DEMO_INSTITUTION_CODE } from '../agent/sim/pki.ts'
import { type Bed, startBed } from './bed/agent.ts'
import { officialNeedles, sent, sentNeedles } from './bed/canaries.ts'
import { clientOf, eventually } from './bed/client.ts'
import { addConsumer } from './bed/consumer.ts'
import { addWebhook, deliveriesOf, faceOf, orcaFlags, outboxTables } from './bed/delivery.ts'
import { type Evidence, openEvidence } from './bed/evidence.ts'
import { found, leaks, textNeedle } from './bed/needles.ts'
import type { Behaviour } from './bed/webhook-receiver.ts'

const PASSWORD = 'orca-password-canary-61'
const FHIR_TOKEN = 'fhir-token-canary-62'
/** ORCA takes numbers of up to five digits: too short a needle, so that EHR and web are told another. */
const CHART = '77121'
const PATIENTS = ['07', '08', '14'] as const

/** Receivers that say back what they were sent, as error pages do. */
function echoing(status: number): () => Behaviour {
  const body = `${sent.name} ${sent.patientNumber} ${Object.values(officialText).join(' ')}`
  return () => ({ is: 'answer', status, body, headers: { 'x-said': 'echo' } })
}
const officialText = { name: '髙﨑　八重', kana: 'ﾀｶｻｷ ﾔｴ', address: '東京都架空区●町７番' }

async function place(t: TestContext, bed: Bed) {
  const orca = await startOrcaSimulator({
    account: { user: 'ormaster', password: PASSWORD },
    patients: [stranger],
    autoNumbering: false,
  })
  t.after(() => orca.close())
  const fhir = await startFhirSimulator({ token: FHIR_TOKEN })
  t.after(() => fhir.close())
  const system = `urn:oid:1.2.392.100495.20.3.51.1${DEMO_INSTITUTION_CODE}`
  fhir.put({ resourceType: 'Patient', identifier: [{ system, value: CHART }] })
  fhir.behave({ mode: 'status', status: 422, at: 'write' })
  const face = join(bed.folder, 'face')
  mkdirSync(face)
  return { orca, fhir, face }
}

/** The patient number that is asked with belongs to somebody else there. */
const stranger = {
  Patient_ID: CHART,
  WholeName: '別人　太郎',
  WholeName_inKana: 'ベツジン　タロウ',
  BirthDate: '1970-01-01',
  Sex: '1',
}

/** Everything that an operator, a monitor or a log reader is told. */
async function gather(bed: Bed, url: string, token: string, evidence: Evidence): Promise<void> {
  const it = clientOf(url, token)
  for (const path of ['/health', '/health?format=nagios', '/metrics', '/v1/deliveries'])
    evidence.reply(path, await it.get(path))
  for (const command of ['delivery list', 'consumer list', 'status'])
    evidence.printed(await bed.cli(...command.split(' ')))
}

test('deliveries that fail, are refused or wait tell nothing of a patient and no secret', async (t) => {
  const bed = await startBed(t, { tables: outboxTables })
  const { agent, client } = bed
  const evidence = openEvidence()
  const { orca, fhir, face } = await place(t, bed)
  const flags = orcaFlags(orca, bed.secretFile(PASSWORD))
  const wrong = orcaFlags(orca, bed.secretFile('wrong-password-canary-63'))
  const writes = ['--write', 'new-patient,add-insurance,change-insurance']
  await addConsumer(bed, 'orca', 'receipt-computer', ...flags, ...writes)
  await addConsumer(bed, 'orca-login', 'receipt-computer', ...wrong)
  const ehr = ['--sink', 'fhir', '--url', fhir.url, '--token-file', bed.secretFile(FHIR_TOKEN)]
  await addConsumer(bed, 'fhir', 'ehr', ...ehr)
  const refused = await addWebhook(t, bed, {
    name: 'refusing',
    payload: 'full',
    behave: echoing(422),
  })
  const failing = await addWebhook(t, bed, {
    name: 'failing',
    payload: 'full',
    behave: echoing(500),
  })
  const folder = ['--sink', 'face-folder', '--folder', face, '--limit', '1']
  await addConsumer(bed, 'folder', 'receipt-computer', ...folder)
  await addConsumer(
    bed,
    'away',
    'receipt-computer',
    ...folder.slice(0, 2),
    '--folder',
    '/nowhere/face',
  )
  const it = await bed.addConsumer('it', 'it')

  const echoed = { arbitraryIdentifier: sent.identifier }
  for (const number of PATIENTS)
    await client.ask({
      ...faceOf(number),
      ...echoed,
      patientNumber: number === '07' ? CHART : `${sent.patientNumber}-${number}`,
    })
  const billing = clientOf(agent.url, await bed.addConsumer('billing', 'billing'))
  await eventually('every way to go wrong', async () => {
    const { items, open } = await deliveriesOf(billing)
    const codes = new Set([...items, ...open].map(({ fault }) => fault?.code ?? ''))
    const wanted = [
      ...['SINK_REFUSED', 'SINK_FAILED', 'SINK_UNAUTHORIZED', 'ORCA_IDENTITY_DIFFERS'],
      ...['SINK_FOLDER_FULL', 'SINK_FOLDER_UNWRITABLE'],
    ]
    return wanted.every((code) => codes.has(code)) ? true : undefined
  })
  await gather(bed, agent.url, it, evidence)
  evidence.state(bed.state)
  await agent.stop('SIGKILL')
  evidence.add('standard output and standard error', agent.output())
  evidence.state(bed.state)
  const second = await bed.start()
  await gather(bed, second.url, it, evidence)
  await second.stop()
  evidence.add('standard output and standard error', second.output())
  evidence.state(bed.state)

  const keys = [refused, failing].map(({ signingKey }) => signingKey.slice('whsec_'.length))
  const needles = [
    ...officialNeedles,
    ...sentNeedles,
    ...[PASSWORD, FHIR_TOKEN, 'wrong-password-canary-63', ...keys].map((secret, at) =>
      textNeedle(`secret ${at} of a sink`, secret),
    ),
    textNeedle('name of the stranger', stranger.WholeName),
  ]
  for (const [where, bytes] of evidence.places)
    await t.test(`nothing is in ${where}`, () => {
      assert.ok(bytes.length > 0)
      assert.deepEqual(leaks(needles, Buffer.concat(bytes)), [])
    })
  await t.test('control: what was refused and failed held what is looked for', () => {
    const pushed = Buffer.from(JSON.stringify(echoing(422)()))
    assert.ok(found(needles, pushed).length >= 4)
  })
  await t.test('what is made ready in the face folder is its own user’s to read', () => {
    const staging = join(face, '.onshi-agent-outbox')
    assert.equal(statSync(staging).mode & 0o777, 0o700)
    assert.equal(statSync(join(staging, 'mark')).mode & 0o777, 0o600)
    const [file = '', ...others] = readdirSync(face).filter((name) => name.endsWith('.xml'))
    assert.deepEqual(others, [], 'one may wait')
    assert.doesNotMatch(file, new RegExp(CHART))
    assert.ok(found(officialNeedles, readFileSync(join(face, file))).length > 0, 'control')
    assert.equal(statSync(join(face, file)).mode & 0o111, 0, 'no program')
  })
})
