import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { DEMO_INSTITUTION_CODE } from '../agent/sim/pki.ts'
import { makeBed } from './bed/agent.ts'
import { officialNeedles, sent, sentNeedles, tokenNeedle } from './bed/canaries.ts'
import { clientOf, eventually } from './bed/client.ts'
import { faceOf } from './bed/delivery.ts'
import { found, leaks, textNeedle } from './bed/needles.ts'
import { canaryFace } from './bed/refusals.ts'

const CUSTOMER = 'CAF-CANARY-4471'
/** Of the simulator’s client certificate. */
const SUBJECT = 'simulated clinic'

test('what monitoring reads holds nothing of a patient, no お客様ID and no subject of a certificate', async (t) => {
  const bed = await makeBed(t, {
    reader: 'sim',
    lines: ['ngn', 'ipsec'],
    pki: { client: 'ending' },
  })
  const config = readFileSync(bed.configFile, 'utf8')
  writeFileSync(
    bed.configFile,
    config.replaceAll('[[lines]]', `[[lines]]\ncontact.customer_id = "${CUSTOMER}"`),
  )
  const token = await bed.addConsumer('receipt-computer')
  const agent = await bed.start()
  const client = clientOf(agent.url, token)
  await client.ask({ ...canaryFace }, { 'idempotency-key': sent.idempotencyKey })
  for (const number of ['07', '08', '14', '22', '27'])
    await client.ask({ ...faceOf(number), patientNumber: `${sent.patientNumber}-${number}` })
  await bed.card.tap({ kind: 'my-number', patient: '01' })
  await client.presentation(({ kind }) => kind === 'my-number-card')
  await bed.relay('ngn').close()
  await eventually('a line that is told to be down', async () => {
    const { components } = await client.health()
    return components['line'] === 'fail' || components['line'] === 'warn' ? true : undefined
  })
  const read: Buffer[] = []
  for (const path of ['/metrics', '/health', '/health?format=nagios'])
    read.push((await client.get(path)).bytes)
  const seen = Buffer.concat(read)
  assert.match(seen.toString(), /LINE_|CERTIFICATE_EXPIRES_SOON/)

  const needles = [
    ...sentNeedles,
    ...officialNeedles,
    tokenNeedle(token),
    textNeedle('お客様ID', CUSTOMER),
    textNeedle('subject of the certificate', SUBJECT),
    textNeedle('institution', DEMO_INSTITUTION_CODE),
  ]
  assert.deepEqual(leaks(needles, seen), [])

  const { bytes: lines } = await client.get('/v1/lines')
  assert.deepEqual(found(needles, lines), ['お客様ID'], 'control: who is on the phone has it')
  const feed = Buffer.from(JSON.stringify(await client.feed()))
  assert.ok(found(officialNeedles, feed).length > 5, 'control: the search finds patients')
  const { subject } = new X509Certificate(bed.pki.client.certificateDer)
  assert.deepEqual(found(needles, Buffer.from(subject)), [
    'subject of the certificate',
    'institution',
  ])
})
