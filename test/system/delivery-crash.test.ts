import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startFhirSimulator } from '../../agent/sim/fhir/server.ts'
import { startOrcaSimulator } from '../../agent/sim/orca/server.ts'
import { DEMO_INSTITUTION_CODE } from '../../agent/sim/pki.ts'
import { startReceiptComputer } from '../../agent/sim/terminal/receipt-computer.ts'
import { startBed } from '../bed/agent.ts'
import { clientOf, eventually } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { addWebhook, deliveriesOf, faceOf, orcaFlags, outboxTables } from '../bed/delivery.ts'
import type { Behaviour } from '../bed/webhook-receiver.ts'

const NUMBERS = ['01', '05', '06', '10'] as const

test('killed in mid-delivery, the next run brings everything, in order, and ids tell what came twice', async (t) => {
  const bed = await startBed(t, { tables: outboxTables })
  let isHanging = true
  const hook = await addWebhook(t, bed, {
    name: 'hook',
    payload: 'full',
    behave: (): Behaviour =>
      isHanging && hook.taken().length === 1
        ? { is: 'hang', takes: true }
        : { is: 'answer', status: 204 },
  })
  for (const number of NUMBERS) await bed.client.ask(faceOf(number))
  // The second one has arrived, which the agent cannot know.
  await hook.until(() => hook.taken().length === 2)
  await bed.agent.stop('SIGKILL')
  isHanging = false
  const { url } = await bed.start()
  const client = clientOf(url, bed.token)
  await client.ask(faceOf('11'))
  await hook.until(() => hook.history().length === NUMBERS.length + 1)
  const feed = await client.feed()
  assert.deepEqual(
    hook.history().map(({ data }) => data),
    feed,
  )
  const second = hook.history()[1]?.id ?? ''
  assert.ok(hook.attempts(second) >= 2, 'it came again with the id that it had')
  assert.deepEqual(hook.complaints(), [])
})

test('killed while folder, ORCA and EHR are written, nothing is lost there and nothing is doubled', async (t) => {
  const bed = await startBed(t, { tables: outboxTables })
  const root = join(bed.folder, 'receipt')
  for (const name of ['req', 'res', 'face']) mkdirSync(join(root, name), { recursive: true })
  const computer = startReceiptComputer({ root, pollMs: 20, deleteAfterMs: 0 })
  t.after(() => computer.close())
  const orca = await startOrcaSimulator({ autoNumbering: false })
  t.after(() => orca.close())
  const fhir = await startFhirSimulator()
  t.after(() => fhir.close())
  for (const number of NUMBERS)
    fhir.put({
      resourceType: 'Patient',
      identifier: [{ system: CHARTS, value: `000${number}` }],
    })
  const face = ['--sink', 'face-folder', '--folder', join(root, 'face')]
  await addConsumer(bed, 'folder', 'receipt-computer', ...face)
  const orcaSink = [...orcaFlags(orca, bed.secretFile('ormaster')), '--write', 'new-patient']
  await addConsumer(bed, 'orca', 'receipt-computer', ...orcaSink)
  await addConsumer(bed, 'fhir', 'ehr', '--sink', 'fhir', '--url', fhir.url)
  // Carried out, and never answered.
  orca.behave({ mode: 'hang', at: 'patientmodv2', processed: true })
  fhir.behave({ mode: 'hang-after', at: 'create' })
  for (const number of NUMBERS)
    await bed.client.ask({ ...faceOf(number), patientNumber: `000${number}` })
  await eventually('both hang in a write', async () =>
    orca.patients().length === 1 && fhir.resources('Coverage').length === 1 ? true : undefined,
  )
  await bed.agent.stop('SIGKILL')
  orca.behave({ mode: 'normal' })
  fhir.behave({ mode: 'normal' })

  const { url } = await bed.start()
  const client = clientOf(url, bed.token)
  const billing = clientOf(url, await bed.addConsumer('billing', 'billing'))
  await eventually('everything arrived', async () => {
    const { items } = await deliveriesOf(billing)
    return items.every(({ delivered }) => delivered === NUMBERS.length) ? true : undefined
  })
  await eventually('the receipt computer read them', async () =>
    computer.received().length === NUMBERS.length ? true : undefined,
  )
  assert.deepEqual(computer.complaints(), [])
  assert.deepEqual(
    orca
      .patients()
      .map(({ Patient_ID, HealthInsurance_Info }) => [Patient_ID, HealthInsurance_Info.length]),
    NUMBERS.map((number) => [`000${number}`, 1]),
  )
  assert.deepEqual(orca.stats().violations, [])
  assert.equal(fhir.resources('Coverage').length, NUMBERS.length)
  assert.deepEqual([fhir.stats().duplicates, fhir.stats().refused], [[], []])
  assert.equal((await client.feed()).length, NUMBERS.length)
})

const CHARTS = `urn:oid:1.2.392.100495.20.3.51.1${DEMO_INSTITUTION_CODE}`
