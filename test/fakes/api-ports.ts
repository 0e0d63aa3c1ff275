import type { ApiOptions } from '../../agent/api/api.ts'
import type { Certificates } from '../../agent/api/control-certificates.ts'
import type {
  Asking,
  Audit,
  Feed,
  OfflineIntakes,
  Outages,
  Verifications,
  Worklist,
} from '../../agent/api/ports.ts'
import type { AskBody, CardFace, CheckedPart } from '../../agent/kernel/card-face.ts'
import type { Consumer } from '../../agent/kernel/consumer.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type {
  Closing,
  IntakeForm,
  OfflineIntake,
  Outage,
} from '../../agent/kernel/offline-intake.ts'
import type { Role } from '../../agent/kernel/roles.ts'
import type { WorkItem } from '../../agent/kernel/worklist.ts'
import { FakeAppointments } from './appointments.ts'
import { FakeBatches, FakeReferenceNumbers } from './bulk-ports.ts'
import { FakeClock } from './clock.ts'
import { FakeConsumers } from './consumers.ts'
import { FakeDays, FakeHandovers } from './days.ts'
import { FakeDeliveries } from './deliveries.ts'
import { FakeDesk } from './desk.ts'
import { FakeDigests } from './digests.ts'
import { FakeHealth, FakeMetrics } from './health.ts'
import { FakeJobs } from './jobs.ts'
import { FakeLines } from './lines.ts'
import { recordingLog } from './log.ts'
import { FakeRoster } from './roster.ts'
import { FakeSessions, FakeStaff, fakeClinic } from './sessions.ts'
import { FakeVendor } from './vendor.ts'

type Note = Parameters<Verifications['note']>[1]

/** A feed in memory. Cursors are `c<position>`; `forget` purges the oldest. */
export class FakeFeed implements Feed {
  readonly items: Uint8Array[] = []
  readonly subscribers = new Set<() => void>()
  oldest = 0

  page(after: string | null, limit: number) {
    const position =
      after === null ? this.oldest : Number(/^c(\d+)$/.exec(after)?.[1] ?? Number.NaN)
    if (Number.isNaN(position)) throw new AgentError('CURSOR_INVALID', 'no cursor of ours')
    if (position < this.oldest) {
      throw new AgentError('CURSOR_GONE', 'purged', { facts: { oldest: `c${this.oldest}` } })
    }
    const items = this.items.slice(position, position + limit)
    const cursor = `c${position + items.length}`
    return { items, cursor, version: `${position}-${items.length}` }
  }

  end = () => `c${this.items.length}`

  subscribe(wake: () => void) {
    this.subscribers.add(wake)
    return () => this.subscribers.delete(wake)
  }

  /** Appends a verification; wakes who waits. */
  commit(id: string, text = '漢字'): Uint8Array {
    const item = Buffer.from(
      JSON.stringify({
        type: 'verification',
        id: `event-${id}`,
        cursor: `c${this.items.length + 1}`,
        at: '2026-04-01T09:30:02+09:00',
        verification: { id, outcome: 'valid', arbitraryIdentifier: text },
      }),
    )
    this.items.push(item)
    for (const wake of [...this.subscribers]) wake()
    return item
  }
}

/** Questions that end when the test says so. Throws `refuse` when it is set. */
export class FakeVerifications implements Verifications {
  readonly asked: {
    face?: AskBody
    recheck?: string
    confirmed?: string
    by: Asking
    person?: string
  }[] = []
  readonly notes: ({ id: string } & Note)[] = []
  readonly parts: Partial<CardFace>[] = []
  readonly #found = new Map<string, Uint8Array | 'open'>()
  readonly #waiting = new Map<string, Set<() => void>>()
  refuse: Error | undefined
  readonly #feed: FakeFeed

  constructor(feed: FakeFeed) {
    this.#feed = feed
  }

  get waiters(): number {
    return [...this.#waiting.values()].reduce((sum, set) => sum + set.size, 0)
  }

  #accept(entry: FakeVerifications['asked'][number]) {
    if (this.refuse !== undefined) throw this.refuse
    this.asked.push(entry)
    const id = `v${this.asked.length}`
    this.#found.set(id, 'open')
    return { id }
  }

  end(id: string): void {
    this.#found.set(id, this.#feed.commit(id))
    for (const wake of this.#waiting.get(id) ?? []) wake()
  }

  ask = async (face: AskBody, by: Asking) => this.#accept({ face, by })

  checkPart(part: Partial<CardFace>): CheckedPart {
    if (this.refuse !== undefined) throw this.refuse
    this.parts.push(part)
    return { mistakes: [], birthdate: null, insurer: null }
  }

  async recheck(id: string, by: Asking) {
    if (!this.#found.has(id)) throw new AgentError('NOT_FOUND', 'no verification has this id')
    return this.#accept({ recheck: id, by })
  }

  async confirm(presentationId: string, person: string, by: Asking) {
    return this.#accept({ confirmed: presentationId, person, by })
  }

  find = (id: string) => this.#found.get(id)

  async ended(id: string, signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiting.add(resolve))
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    waiting.delete(resolve)
  }

  claimForm(id: string) {
    return this.find(id) === undefined ? undefined : { version: 1, fields: [] }
  }

  message(id: string, _role: Role, charset: 'UTF-8' | 'Shift_JIS' | null) {
    if (!this.#found.has(id)) return undefined
    if (charset === 'Shift_JIS') {
      return { bytes: Buffer.from([0x8e, 0x91]), contentType: 'application/xml; charset=Shift_JIS' }
    }
    return {
      bytes: Buffer.from('<資格/>'),
      contentType: `application/xml; charset=${charset ?? 'UTF-8'}`,
    }
  }

  latest(patientNumber: string) {
    return patientNumber === '患者/1' ? this.#feed.items.at(-1) : undefined
  }

  async note(id: string, note: Note) {
    if (this.refuse !== undefined) throw this.refuse
    this.notes.push({ id, ...note })
    return Buffer.from(
      JSON.stringify({ type: 'note', id: 'n1', cursor: 'c9', note: { verificationId: id } }),
    )
  }
}

export class FakeAudit implements Audit {
  readonly reads: string[] = []
  refuse: Error | undefined

  read(consumer: Consumer, action: string, subject: string): void {
    if (this.refuse !== undefined) throw this.refuse
    this.reads.push(`${consumer.name} ${action} ${subject}`)
  }
}

/** Offline intakes in memory. Throws `refuse` when it is set. */
export class FakeIntakes implements OfflineIntakes {
  readonly intakes: OfflineIntake[] = []
  refuse: Error | undefined

  async add(form: IntakeForm, _by: Asking) {
    if (this.refuse !== undefined) throw this.refuse
    const intake: OfflineIntake = {
      id: `i${this.intakes.length + 1}`,
      at: Date.parse('2026-04-01T09:00:00+09:00'),
      state: form.cardFace === undefined ? 'for-a-person' : 'waiting',
      form,
      verificationId: null,
      outageId: null,
      proposal: null,
      closing: null,
    }
    this.intakes.push(intake)
    return intake
  }

  async close(id: string, closing: Omit<Closing, 'at'>, _by: Asking) {
    if (this.refuse !== undefined) throw this.refuse
    const at = this.intakes.findIndex((one) => one.id === id)
    const intake = this.intakes[at]
    if (intake === undefined) throw new AgentError('NOT_FOUND', 'no such offline intake')
    const closed: OfflineIntake = {
      ...intake,
      state: 'closed',
      closing: { ...closing, at: Date.parse('2026-04-01T10:00:00+09:00') },
    }
    this.intakes[at] = closed
    return closed
  }

  find = (id: string) => this.intakes.find((one) => one.id === id)
  list = (which: 'open' | 'all') =>
    this.intakes.filter(({ state }) => which === 'all' || state !== 'closed')
  callScript = () => '電話の台本'
}

/** What the test puts on it; of a month as well. */
export class FakeWorklist implements Worklist {
  readonly items: WorkItem[] = []
  readonly months: (string | null)[] = []

  list(month: string | null) {
    this.months.push(month)
    return this.items
  }
}

export class FakeOutages implements Outages {
  readonly outages: Outage[] = []
  current = () => this.outages.find(({ endedAt }) => endedAt === null)
  list = () => this.outages
}

/** Of which there are none. */
const noCertificates: Certificates = {
  add: () => none(),
  list: () => [],
  try: () => none(),
  activate: () => none(),
}
const none = () => Promise.reject(new AgentError('NOT_FOUND', 'no such certificate'))

/** Every port of the API, in memory, on a clock that the test moves. */
export function fakePorts() {
  const feed = new FakeFeed()
  const bugs: unknown[] = []
  return {
    feed,
    verifications: new FakeVerifications(feed),
    batches: new FakeBatches(),
    referenceNumbers: new FakeReferenceNumbers(),
    offlineIntakes: new FakeIntakes(),
    days: new FakeDays(feed),
    handovers: new FakeHandovers(),
    worklist: new FakeWorklist(),
    roster: new FakeRoster(),
    outages: new FakeOutages(),
    appointments: new FakeAppointments(),
    jobs: new FakeJobs(),
    lines: new FakeLines(),
    terminal: null,
    ca: null,
    certificates: noCertificates,
    audit: new FakeAudit(),
    consumers: new FakeConsumers(),
    sessions: new FakeSessions(),
    staff: new FakeStaff(),
    vendor: new FakeVendor(),
    clinic: fakeClinic,
    deliveries: new FakeDeliveries(),
    digests: new FakeDigests(),
    desk: new FakeDesk(),
    health: new FakeHealth(),
    metrics: new FakeMetrics(),
    log: recordingLog(),
    clock: new FakeClock(),
    bugs,
    onBug: (error: unknown) => void bugs.push(error),
  } satisfies Partial<ApiOptions> & { bugs: unknown[]; certificates: Certificates }
}
