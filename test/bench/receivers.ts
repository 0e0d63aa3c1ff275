/**
 * Helper: whom the agent pushes to, all of them strict. A line is a number: answered once the first
 * webhook took so many since the start.
 */
import { randomBytes } from 'node:crypto'
import { unlink, watch } from 'node:fs'
import { join } from 'node:path'
import { startFhirSimulator } from '../../agent/sim/fhir/server.ts'
import { startOrcaSimulator } from '../../agent/sim/orca/server.ts'
import { startWebhookReceiver } from '../bed/webhook-receiver.ts'
import { answerLines } from './helper.ts'
import { numbersOf } from './instant.ts'
import { PEOPLE, type Received, type Receivers } from './outbox-job.ts'

const [, , folder = '.'] = process.argv
const WEBHOOKS = 4
const secrets = Array.from(
  { length: WEBHOOKS },
  () => `whsec_${randomBytes(32).toString('base64')}`,
)
const webhooks = await Promise.all(secrets.map((secret) => startWebhookReceiver({ secret })))
const [first] = webhooks
if (first === undefined) throw new Error('no webhook')
const orca = await startOrcaSimulator({
  patients: numbersOf(PEOPLE).map((number) => ({
    Patient_ID: number,
    WholeName: '検証　高齢',
    WholeName_inKana: 'ケンショウ　コウレイ',
    BirthDate: '1954-03-15',
    Sex: '2',
  })),
})
const fhir = await startFhirSimulator()
// A receipt computer that takes each file at once.
watch(folder, (_event, name) => {
  if (name?.endsWith('.xml')) unlink(join(folder, name), () => {})
})
const hello: Receivers = {
  webhooks: webhooks.map(({ url }, n) => ({ url, secret: secrets[n] ?? '' })),
  orca: orca.url,
  fhir: fhir.url,
}
await answerLines(JSON.stringify(hello), async (line) => {
  await first.until(() => first.taken().length >= Number(line))
  const atNs = String(process.hrtime.bigint())
  const last = first.taken().at(-1)
  const complaints = webhooks.flatMap((webhook) => [...webhook.complaints()])
  const received: Received = { atNs, text: last?.text ?? '', complaints }
  return JSON.stringify(received)
})
process.exit()
