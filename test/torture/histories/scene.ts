import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Role } from '../../../agent/kernel/roles.ts'
import { writeClinic } from '../../../agent/sim/clinic.ts'
import { type FhirSimulator, startFhirSimulator } from '../../../agent/sim/fhir/server.ts'
import {
  DEMO_ACCOUNT,
  type GatewaySimulator,
  startGatewaySimulator,
} from '../../../agent/sim/gateway/server.ts'
import {
  DEMO_ACCOUNT as ORCA_ACCOUNT,
  type OrcaSimulator,
  startOrcaSimulator,
} from '../../../agent/sim/orca/server.ts'
import { crowdByCardFace, crowdPatient } from '../../../agent/sim/patients/crowd.ts'
import { makePki, serverTls, writePki } from '../../../agent/sim/pki.ts'
import { addConsumer } from '../../bed/consumer.ts'
import { runCli } from '../../bed/process.ts'
import type { Chance } from '../random.ts'
import { freePort } from '../stage.ts'
import { type ReceiptComputer, startReceiptComputer } from './receipt-computer.ts'
import { startWebhookReceiver, type WebhookReceiver } from './webhook.ts'

/** What lives through every crash: the official side, and everyone whom the agent pushes to. */
export interface Scene {
  readonly folder: string
  readonly configFile: string
  /** Of every incarnation of the agent. */
  readonly url: string
  readonly gateway: GatewaySimulator
  readonly orca: OrcaSimulator
  readonly ehr: FhirSimulator
  readonly hook: WebhookReceiver
  readonly computer: ReceiptComputer
  readonly tokens: Tokens
  /** Calls back with each request that one of them has carried out or refused. */
  onServed(system: 'orca' | 'ehr', hear: () => void): void
  /** `keep` leaves the folder, with the agents' log, for a person to look at. */
  close(keep: boolean): Promise<void>
}

/** By who bears it. `office` sees every field, and decides what waits for a person. */
export type Tokens = Readonly<Record<'asker' | 'office' | 'poller' | 'stream' | 'hook', string>>

const LOOPBACK = '127.0.0.1'
const SESSIONS = 16
/** Files of ours in the face folder, before it is full. */
const FILES = 300

export interface Extent {
  readonly people: number
  /** How often each receiver never answers, at the most. */
  readonly hangs: number
}

export async function setScene(chance: Chance, { people, hangs }: Extent): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-histories-'))
  const pki = makePki()
  const gateway = await startGatewaySimulator({
    tls: serverTls(pki),
    account: DEMO_ACCOUNT,
    alsoKnown: crowdByCardFace,
    seed: chance.below(2 ** 32),
    connectionLimit: 64,
  })
  const heard = { orca: () => {}, ehr: () => {} }
  const orca = await startOrcaSimulator({
    seed: chance.below(2 ** 32),
    patients: seedPatients(people),
    onServed: () => heard.orca(),
  })
  const token = randomBytes(16).toString('hex')
  const ehr = await startFhirSimulator({
    token,
    seed: chance.below(2 ** 32),
    onServed: () => heard.ehr(),
  })
  const hook = await startWebhookReceiver(chance.fork(), 'ward', hangs)
  const computer = startReceiptComputer(join(folder, 'face'), chance.fork())
  const listen = `${LOOPBACK}:${await freePort(chance)}`
  const configFile = writeClinic({
    folder,
    files: writePki(folder, pki),
    listen,
    lines: [{ name: 'sim-line', gateway: gateway.url }],
    // The line stays up however slow the machine is just after a start: lines that fail are tried elsewhere.
    gatewayKeys: `sessions = ${SESSIONS}\ntimeout_ms = 60000\nconnect_timeout_ms = 30000`,
    tables: `\
[outbox]
first_retry_ms = 20
retry_cap_seconds = 1
targets = [{ host = "${LOOPBACK}", networks = ["${LOOPBACK}/32"] }]
`,
  })
  const tokens = await addConsumers({ folder, configFile, orca, ehr, hook, token, computer })
  return {
    folder,
    configFile,
    url: `http://${listen}`,
    gateway,
    orca,
    ehr,
    hook,
    computer,
    tokens,
    onServed: (system, hear) => {
      heard[system] = hear
    },
    async close(keep) {
      await Promise.all([computer.close(), hook.close(), ehr.close(), orca.close()])
      await gateway.close()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Every second person is known to ORCA already, without insurance. */
const seedPatients = (people: number) =>
  Array.from({ length: Math.floor(people / 2) }, (_, at) => {
    const person = 2 * (at + 1)
    const result = crowdFields(person)
    return {
      Patient_ID: String(person).padStart(5, '0'),
      WholeName: result.name,
      WholeName_inKana: result.kana.normalize('NFKC').replaceAll(' ', '　'),
      BirthDate: result.birthdate.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'),
      Sex: result.sex,
    }
  })

const Answered = Type.Object({
  ResultList: Type.Object({
    ResultOfQualificationConfirmation: Type.Array(
      Type.Object({
        Name: Type.String(),
        NameKana: Type.String(),
        Birthdate: Type.String(),
        Sex1: Type.String(),
      }),
    ),
  }),
})

function crowdFields(person: number) {
  const asked = { on: '', at: '', institution: '', by: 'card-face', limitConsent: false } as const
  const { body } = crowdPatient(person, 0).answer(asked)
  if (!Check(Answered, body)) throw new Error('the first card of a person is answered otherwise')
  const [one] = body.ResultList.ResultOfQualificationConfirmation
  if (one === undefined) throw new Error('the first card of a person has no result')
  return { name: one.Name, kana: one.NameKana, birthdate: one.Birthdate, sex: one.Sex1 }
}

interface Receivers
  extends Pick<Scene, 'folder' | 'configFile' | 'orca' | 'ehr' | 'hook' | 'computer'> {
  /** Of the EHR. */
  readonly token: string
}

/** Through the CLI, on a file that no agent holds. */
async function addConsumers({ folder, configFile, orca, ehr, hook, token, computer }: Receivers) {
  const secret = (name: string, text: string) => {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  const cli = (...args: readonly string[]) => runCli([...args, '--config', configFile])
  const add = (name: string, role: Role, ...sink: readonly string[]) =>
    addConsumer({ cli }, name, role, ...sink)
  const orcaPassword = secret('orca-password', ORCA_ACCOUNT.password)
  const ehrToken = secret('ehr-token', token)
  const tokens = {
    asker: (await add('asker', 'receipt-computer')).token,
    office: (await add('office', 'billing')).token,
    poller: (await add('poller', 'liaison')).token,
    stream: (await add('stream', 'ehr')).token,
  }
  const pushed = await add(
    'hook',
    'ward',
    '--sink',
    'webhook',
    '--url',
    hook.url,
    '--payload',
    'full',
  )
  hook.trust(pushed.signingKey)
  const limit = ['--limit', String(FILES)]
  await add(
    'folder',
    'receipt-computer',
    '--sink',
    'face-folder',
    '--folder',
    computer.folder,
    ...limit,
  )
  const account = ['--user', ORCA_ACCOUNT.user, '--password-file', orcaPassword]
  const writes = ['--write', 'new-patient,add-insurance,change-insurance']
  await add('orca', 'receipt-computer', '--sink', 'orca', '--url', orca.url, ...account, ...writes)
  const bearer = ['--token-file', ehrToken, '--write-patient']
  await add('fhir', 'ehr', '--sink', 'fhir', '--url', ehr.url, ...bearer)
  return { ...tokens, hook: pushed.token }
}
