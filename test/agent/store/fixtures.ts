import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { matchPatient } from '../../../agent/eligibility/judge/identity.ts'
import { judge } from '../../../agent/eligibility/judge/judge.ts'
import { builtInRules } from '../../../agent/kernel/built-in-rules.ts'
import type { NewConsumer } from '../../../agent/kernel/consumer.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { Role } from '../../../agent/kernel/roles.ts'
import type { Outcome, Verification } from '../../../agent/kernel/verification.ts'
import { auditKeyOf } from '../../../agent/store/audit.ts'
import type { TrailFault } from '../../../agent/store/audit-report.ts'
import { openDatabase, statements } from '../../../agent/store/database.ts'
import type { KnownReads } from '../../../agent/store/known.ts'
import type { EndRecord, QuestionRecord } from '../../../agent/store/questions.ts'
import { openStore, type Store } from '../../../agent/store/store.ts'
import { recordingLog } from '../../fakes/log.ts'

export const KEY = new Uint8Array(32).fill(7)

export function scratch(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'agent.db')
}

/** The key of the audit's chain in a database that an agent has opened. */
export function auditKey(path: string, key = KEY): Uint8Array {
  const db = openDatabase(path, key, 'read-only')
  try {
    return auditKeyOf(statements(db)) ?? new Uint8Array()
  } finally {
    db.close()
  }
}

const now = () => Date.now()

export const open = (
  path: string,
  key = KEY,
  clock = { now },
  onBroken: (fault: TrailFault) => void = () => {},
  second: string | null = null,
): Promise<Store> =>
  openStore({
    path,
    key,
    clock,
    log: recordingLog(),
    observe: () => {},
    audit: {
      reserveBytes: 0,
      second,
      observe: { broken: onBroken, anchor() {}, reserve() {} },
    },
    onBug: (error) => {
      throw error
    },
  })

/** A consumer that polls. */
export const poller = (name: string, role: Role = 'receipt-computer'): NewConsumer => ({
  name,
  role,
  sources: [],
  sink: null,
})

/** Nothing was typed that an answer could differ from. */
const TYPED = {
  kind: 'terminal',
  isOfBatch: false,
  arbitraryIdentifier: null,
  supersedes: null,
} as const

export const question = (over: Partial<QuestionRecord> = {}): QuestionRecord => ({
  id: uuidV7(Date.now()),
  at: Date.now(),
  kind: 'card-face',
  body: JSON.stringify(TYPED),
  supersedes: null,
  presentationId: null,
  key: null,
  actor: 'test',
  ...over,
})

export const verification = (id: string, outcome: Outcome = 'valid'): Verification => ({
  id,
  supersedes: null,
  askedAt: '2026-04-01T09:30:00+09:00',
  source: { kind: 'card-face', authentication: 'none', reader: null, line: 'ngn' },
  outcome,
  fault: null,
  official: null,
  results: [],
  patient: null,
  lastKnown: null,
  patientNumber: null,
  arbitraryIdentifier: null,
  card: null,
  confirmation: null,
  advisories: [],
  held: false,
  limitConsent: null,
  identity: null,
  history: null,
  consents: null,
  reception: null,
})

export const end = (id: string, over: Partial<EndRecord> = {}): EndRecord => ({
  id,
  eventId: uuidV7(Date.now()),
  at: Date.now(),
  atText: '2026-04-01T09:30:02+09:00',
  verification: verification(id),
  message: null,
  numbers: { asked: null, returned: null },
  subject: 'nobody',
  card: null,
  link: { is: 'none' },
  basis: { patients: [], patientId: null, position: 0 },
  receivedAt: Date.now(),
  ...over,
})

/** The same as it is judged by what the store knows now. */
export function judged(store: KnownReads, record: EndRecord): EndRecord {
  const { id, numbers, subject } = record
  const draft = { ...record.verification, patientNumber: numbers.asked }
  const known = store.known({ questionId: id, supersedes: draft.supersedes, numbers, subject })
  const base = { question: TYPED, draft, subject, known, at: record.at, receivedAt: record.at }
  const match = matchPatient(base)
  const patientId = match.patient?.id ?? null
  const said = judge(
    {
      ...base,
      patient: match.patient,
      history: patientId === null ? null : store.historyOf(patientId),
      rules: builtInRules,
      institutionCode: '1312345678',
    },
    match,
    null,
  )
  return {
    ...record,
    verification: {
      ...record.verification,
      history: said.history,
      identity: said.identity,
      held: record.verification.held || said.held,
    },
    link: match.link,
    basis: {
      patients: known.patients.map((patient) => patient.id),
      patientId,
      position: patientId === null ? 0 : store.historyOf(patientId).position,
    },
  }
}
/** Asks and ends `count` questions; their ids in order. */
export async function fill(store: Store, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    const { id } = await store.accept(question())
    await store.end(end(id))
    ids.push(id)
  }
  return ids
}

export const idsOf = (items: readonly Uint8Array[]): string[] =>
  items.map((item) => JSON.parse(Buffer.from(item).toString()).verification.id)
