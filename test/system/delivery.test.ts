import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startFhirSimulator } from '../../agent/sim/fhir/server.ts'
import { type OrcaSimulatorOptions, startOrcaSimulator } from '../../agent/sim/orca/server.ts'
import { DEMO_INSTITUTION_CODE } from '../../agent/sim/pki.ts'
import { startReceiptComputer } from '../../agent/sim/terminal/receipt-computer.ts'
import { makeBed } from '../bed/agent.ts'
import { clientOf, eventually, verificationIn } from '../bed/client.ts'
import { addConsumer, jsonIn } from '../bed/consumer.ts'
import {
  addWebhook,
  comparisonsOf,
  deliveriesOf,
  faceOf,
  listedOn,
  orcaFlags,
  outboxTables,
} from '../bed/delivery.ts'

const FHIR_TOKEN = 'token-of-the-agent-at-the-ehr'

/** As the EHR has the patient: with the chart number, and nothing of an insurance. */
const chart = {
  resourceType: 'Patient',
  id: 'chart-1',
  identifier: [
    {
      system: `urn:oid:1.2.392.100495.20.3.51.1${DEMO_INSTITUTION_CODE}`,
      value: '00042',
    },
  ],
} as const

/** Every element that holds a text, whatever the order; without the echo of the question. */
const said = (bytes: Buffer) =>
  bytes
    .toString()
    .replace(/<(QualificationConfirmSearchInfo)>.*<\/\1>/s, '')
    .match(/<(\w+)>[^<]*<\/\1>/g)
    ?.sort()

/** A clinic with everything that can be pushed to, and a daemon that knows nobody yet. */
async function place(t: TestContext) {
  const bed = await makeBed(t, { tables: outboxTables })
  const agent = await bed.start()
  const orca = async (options: OrcaSimulatorOptions) => {
    const simulator = await startOrcaSimulator(options)
    t.after(() => simulator.close())
    return simulator
  }
  const fhir = await startFhirSimulator({ token: FHIR_TOKEN })
  t.after(() => fhir.close())
  const root = join(bed.folder, 'receipt')
  for (const name of ['req', 'res', 'face']) mkdirSync(join(root, name), { recursive: true })
  const receiptComputer = startReceiptComputer({ root, pollMs: 20, deleteAfterMs: 100 })
  t.after(() => receiptComputer.close())
  return { bed, agent, orca, fhir, root, receiptComputer }
}

test('one question reaches consumers of every kind that were added while the agent runs', async (t) => {
  const { bed, agent, orca, fhir, root, receiptComputer } = await place(t)
  const known = {
    Patient_ID: '00042',
    WholeName: '検証　一郎',
    WholeName_inKana: 'ケンショウ　イチロウ',
    BirthDate: '1980-05-03',
    Sex: '1',
  }
  const compared = await orca({ patients: [known] })
  const written = await orca({ autoNumbering: false })
  fhir.put(chart)
  const [orcaPassword, fhirToken] = [bed.secretFile('ormaster'), bed.secretFile(FHIR_TOKEN)]
  const hook = await addWebhook(t, bed, { name: 'hook' })
  const face = ['--sink', 'face-folder', '--folder', join(root, 'face')]
  await addConsumer(bed, 'folder', 'receipt-computer', ...face)
  await addConsumer(bed, 'orca', 'receipt-computer', ...orcaFlags(compared, orcaPassword))
  await addConsumer(
    bed,
    'orca-writes',
    'receipt-computer',
    ...orcaFlags(written, orcaPassword),
    '--write',
    'new-patient',
  )
  const http = ['--sink', 'fhir', '--url', fhir.url, '--token-file', fhirToken]
  await addConsumer(bed, 'fhir', 'ehr', ...http)
  const billing = clientOf(agent.url, await bed.addConsumer('billing', 'billing'))

  const verification = await billing.ask({ ...faceOf('01'), patientNumber: '00042' })
  assert.equal(verification.outcome, 'valid')
  const [item] = (await billing.events()).items

  await t.test('the webhook gets where to read, nothing of the patient, and reads it', async () => {
    await hook.until(() => hook.history().length === 1)
    const path = `/v1/verifications/${verification.id}`
    const { type, id, cursor, at } = item ?? {}
    assert.deepEqual(hook.history()[0]?.data, {
      ...{ type, id, cursor, at, path },
      ...{ verificationId: verification.id, outcome: 'valid' },
    })
    assert.deepEqual(hook.complaints(), [])
    const read = await clientOf(agent.url, hook.token).get(path)
    assert.deepEqual(verificationIn(read), verification)
  })

  await t.test(
    'the receipt computer gets the official answer as after a tap, without what was asked',
    async () => {
      const file = await receiptComputer.arrived(({ folder }) => folder === 'face')
      const message = await billing.get(`/v1/verifications/${verification.id}/message`)
      assert.deepEqual(said(file.bytes), said(message.bytes))
      assert.match(message.text, /<QualificationConfirmSearchInfo>/)
      assert.doesNotMatch(file.bytes.toString(), /QualificationConfirmSearchInfo/)
      assert.match(file.name, new RegExp(`^OQSsiquc01res_face_${DEMO_INSTITUTION_CODE}`))
      assert.deepEqual(receiptComputer.complaints(), [])
    },
  )

  await t.test('ORCA is compared, and what differs is told; nothing is written', async () => {
    const found = await comparisonsOf(billing, verification.id, ['orca'])
    assert.equal(found[0]?.result, 'differs')
    assert.deepEqual(
      found[0]?.differences.find(({ field }) => field === 'BirthDate'),
      { field: 'BirthDate', official: '1980-05-02', kept: '1980-05-03' },
    )
    assert.equal(compared.patient('00042')?.BirthDate, '1980-05-03')
    assert.deepEqual(compared.stats().writes, {})
  })

  await t.test('where a clinic allows it, the new patient is there', async () => {
    const found = await comparisonsOf(billing, verification.id, ['orca-writes'])
    assert.equal(found[0]?.result, 'written')
    const patient = written.patient('00042')
    assert.equal(patient?.WholeName, '検証　一郎')
    assert.equal(patient?.BirthDate, '1980-05-02')
    assert.equal(patient?.HealthInsurance_Info[0]?.InsuranceProvider_Number, '06139992')
    assert.deepEqual(written.stats().violations, [])
  })

  await t.test('the EHR has the insurance as a Coverage of its own patient', async () => {
    const found = await comparisonsOf(billing, verification.id, ['fhir'])
    assert.equal(found[0]?.result, 'written')
    const [coverage, ...others] = fhir.resources('Coverage')
    assert.deepEqual(others, [])
    assert.equal(coverage?.['status'], 'active')
    assert.deepEqual(coverage?.['beneficiary'], { reference: 'Patient/chart-1' })
    assert.match(JSON.stringify(coverage), /JP_Coverage.*06139992|06139992.*JP_Coverage/)
    assert.deepEqual(fhir.stats().refused, [])
  })

  await t.test('API and console say that everything arrived; a consumer sees its own', async () => {
    const names = ['hook', 'folder', 'orca', 'orca-writes', 'fhir']
    const shown = await eventually('everything settled', async () => {
      const { items } = await deliveriesOf(billing)
      return items.every(({ delivered }) => delivered === 1) ? items : undefined
    })
    assert.deepEqual(
      shown.map(({ consumer, waiting, state, fault }) => [consumer.name, waiting, state, fault]),
      names.map((name) => [name, 0, 'idle', null]),
    )
    assert.deepEqual((await listedOn(bed)).items, shown)
    const own = await deliveriesOf(clientOf(agent.url, hook.token))
    assert.deepEqual(
      own.items.map(({ consumer }) => consumer.name),
      ['hook'],
    )
  })

  await t.test('what was found before a person doubted it is shown to who decides', async () => {
    const notes = `/v1/verifications/${verification.id}/notes`
    assert.equal((await billing.post(notes, { kind: 'hold', by: '受付 山田' })).status, 201)
    assert.equal((await comparisonsOf(billing, verification.id, ['orca'])).length, 1)
    const { text } = await clientOf(agent.url, hook.token).get('/v1/comparisons')
    assert.deepEqual(JSON.parse(text), { items: [] })
  })
})

test('a pusher outside of the allowed hosts is refused when it is added, running or not', async (t) => {
  const bed = await makeBed(t, { tables: outboxTables })
  const refused = async () => {
    for (const url of [
      'http://192.0.2.7/hook',
      'http://127.0.0.2/hook',
      'http://localhost/hook',
      'http://169.254.169.254/hook',
    ]) {
      const add = ['consumer', 'add', 'astray', '--role', 'ehr', '--sink', 'webhook']
      const { code, stdout, stderr } = await bed.cli(...add, '--url', url)
      assert.match(stderr, /SINK_TARGET_REFUSED/, url)
      assert.deepEqual([code, stdout], [65, ''], url)
    }
    assert.deepEqual(jsonIn(await bed.cli('consumer', 'list')), { items: [] })
  }
  const agent = await bed.start()
  await refused()
  const { port } = new URL(agent.url)
  const own = ['--sink', 'webhook', '--url', `http://127.0.0.1:${port}/hook`]
  const toItself = await bed.cli('consumer', 'add', 'loop', '--role', 'ehr', ...own)
  assert.match(toItself.stderr, /SINK_TARGET_REFUSED/)
  await agent.stop()
  await refused()
})
