import type {
  Appointment,
  AppointmentItem,
  AppointmentSource,
  AppointmentsReplaced,
} from '../kernel/appointment.ts'
import type { AuditAction } from '../kernel/audit-actions.ts'
import type { AskBody, CardFace, CheckedPart } from '../kernel/card-face.ts'
import type { ClaimForm } from '../kernel/claim-form.ts'
import type { Consumer, ConsumerListing, NewConsumer } from '../kernel/consumer.ts'
import type { Comparison } from '../kernel/delivery.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { JobReport, JobRun } from '../kernel/job.ts'
import type { Closing, IntakeForm, OfflineIntake, Outage } from '../kernel/offline-intake.ts'
import type { ReaderState, WaitingPresentation } from '../kernel/presentation.ts'
import type { Registration, RegistrationResult } from '../kernel/registration.ts'
import type { Role } from '../kernel/roles.ts'
import type { SinkKind, SinkSettings } from '../kernel/sink.ts'
import type { TerminalReport } from '../kernel/terminal.ts'
import type { NoteKind, Outcome } from '../kernel/verification.ts'
import type { WorkItem } from '../kernel/worklist.ts'

/** What the API needs from the world; `main.ts` supplies it. */
export interface FeedPage {
  /** Items as JSON text in UTF-8, complete with cursor, oldest first. */
  readonly items: readonly Uint8Array[]
  readonly cursor: string
  /** Changes exactly when items change; for the ETag. */
  readonly version: string
}

export interface Feed {
  /**
   * After a cursor, exclusive; null: from the oldest kept. Throws `CURSOR_INVALID`, and
   * `CURSOR_GONE` with `facts.oldest` (a cursor). Items as the role sees them; others are passed over.
   */
  page(after: string | null, limit: number, role: Role): FeedPage
  /** The cursor of where it ends now. */
  end(): string
  /** Calls back after each commit of an event, until unsubscribed. */
  subscribe(wake: () => void): () => void
}

export interface Asking {
  readonly consumer: Consumer
  readonly idempotencyKey?: string
}

export interface Verifications {
  /**
   * Accepted, on disk. Throws `CARD_FACE_INVALID` (with mistakes), `INDIVIDUAL_NUMBER_REFUSED`,
   * `IDEMPOTENCY_KEY_REUSED`, `STORE_*`.
   */
  ask(body: AskBody, by: Asking): Promise<{ id: string }>
  /**
   * What is said of a card face while it is typed, by the checks of `ask`; nothing is kept of it.
   * Throws `INDIVIDUAL_NUMBER_REFUSED`.
   */
  checkPart(part: Partial<CardFace>): CheckedPart
  recheck(id: string, by: Asking): Promise<{ id: string }>
  /**
   * 目視確認 by a named person, or, for null, PIN entry in the reader's own pad. Throws
   * `PRESENTATION_GONE`, `CARD_QUERY_OFF`, and with a PIN what entry and challenge can fail with.
   */
  confirm(presentationId: string, person: string | null, by: Asking): Promise<{ id: string }>
  /**
   * The feed item (JSON text) once ended, as the role sees it; 'open' while it is asked. Undefined
   * too where the role may not see it.
   */
  find(id: string, role: Role): Uint8Array | 'open' | undefined
  /** Resolves when the question has ended or the signal aborts. */
  ended(id: string, signal: AbortSignal): Promise<void>
  /**
   * The official bytes as they came, or re-encoded in `charset`. Throws `NO_OFFICIAL_ANSWER`,
   * `CHARACTER_UNENCODABLE`, `VERIFICATION_HELD` where the role does not decide on it.
   */
  message(
    id: string,
    role: Role,
    charset: 'UTF-8' | 'Shift_JIS' | null,
  ): { bytes: Uint8Array; contentType: string } | undefined
  /** Throws `QUESTION_OPEN`, `VERIFICATION_HELD` where the role does not decide on it. */
  claimForm(id: string, role: Role): ClaimForm | undefined
  latest(patientNumber: string, role: Role): Uint8Array | undefined
  /** The note's feed item, as the asker's role sees it. `patientNumber`: whose a released one is. */
  note(
    id: string,
    note: { kind: NoteKind; by: string; text: string | null; patientNumber: string | null },
    by: Asking,
  ): Promise<Uint8Array>
}

/** A bulk question as it stands. */
export interface Batch {
  readonly id: string
  /** Epoch ms, as the times below. */
  readonly at: number
  /** waiting: the official side has not taken it in. */
  readonly state: 'waiting' | 'asked' | 'ended'
  readonly confirmationDate: string
  /** In the order in which they were sent; outcome null: it is asked. */
  readonly items: readonly { readonly verificationId: string; readonly outcome: Outcome | null }[]
  readonly receptionNumber: string | null
  readonly askedAt: number | null
  readonly endedAt: number | null
}

/** Bulk questions. */
export interface Batches {
  /**
   * On disk, with the ids of the verifications to come. Throws `TERMINAL_NEEDED`,
   * `CARD_FACE_INVALID` (with the mistakes of all lines), `INDIVIDUAL_NUMBER_REFUSED`,
   * `IDEMPOTENCY_KEY_REUSED`, `STORE_*`.
   */
  add(
    faces: readonly CardFace[],
    by: Asking,
  ): Promise<{ readonly id: string; readonly verificationIds: readonly string[] }>
  find(id: string): Batch | undefined
}

/** 照会番号登録. `result` is null while it is asked. */
export interface ReferenceNumber {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly result: (Omit<RegistrationResult, 'fault'> & { readonly fault: FaultCode | null }) | null
}

export interface ReferenceNumbers {
  /** On disk. Throws as `Batches.add`. */
  add(registration: Registration, by: Asking): Promise<{ readonly id: string }>
  /** Resolves when it has ended or the signal aborts. */
  ended(id: string, signal: AbortSignal): Promise<void>
  find(id: string): ReferenceNumber | undefined
}

/** One day in figures and lists. */
export interface Digests {
  /** `day`: YYYY-MM-DD of Japan; as it stands now. */
  of(day: string): Promise<Digest>
}

/** Who was received while nobody could be asked. */
export interface OfflineIntakes {
  /**
   * On disk. Throws `INTAKE_INVALID` (with mistakes), `INDIVIDUAL_NUMBER_REFUSED`,
   * `IDEMPOTENCY_KEY_REUSED`, `STORE_*`.
   */
  add(form: IntakeForm, by: Asking): Promise<OfflineIntake>
  /** Throws `NOT_FOUND`, `QUESTION_OPEN`, `INTAKE_CLOSED`, `INDIVIDUAL_NUMBER_REFUSED`, `STORE_*`. */
  close(id: string, closing: Omit<Closing, 'at'>, by: Asking): Promise<OfflineIntake>
  find(id: string): OfflineIntake | undefined
  /** Oldest first; `open` are those that nobody closed. */
  list(which: 'open' | 'all'): readonly OfflineIntake[]
  /** What to say on the phone now, Japanese. */
  callScript(): string
}

/** What people should look at. */
export interface Worklist {
  /** Oldest first: now, or what a month (`YYYY-MM`) still lacks for its claims. */
  list(month: string | null): readonly WorkItem[]
}

/** When no line was usable. */
export interface Outages {
  current(): Outage | undefined
  /** Newest first. */
  list(): readonly Outage[]
}

export interface Audit {
  /** Written before it returns. Throws `AUDIT_UNAVAILABLE`. */
  read(consumer: Consumer, action: AuditAction, subject: string): void | Promise<void>
}

export interface Consumers {
  /** Constant time in the secret. */
  authenticate(token: string): Consumer | undefined
  isLive(id: string): boolean
  /** Calls back after each addition and revocation, until unsubscribed. */
  onChange(hear: () => void): () => void
  /** Throws `REQUEST_INVALID`. */
  add(wanted: NewConsumer): Promise<{ consumer: ConsumerListing; token: string }>
  list(): ConsumerListing[]
  revoke(nameOrId: string): Promise<ConsumerListing>
}

/** What is on its way to one consumer. Times are epoch ms. */
export interface ConsumerDeliveries {
  readonly consumer: Pick<Consumer, 'id' | 'name'>
  readonly sink: SinkKind
  readonly is: 'idle' | 'sending' | 'failing'
  readonly waiting: number
  readonly parked: number
  readonly refused: number
  readonly restored: number
  readonly oldestAt: number | null
  readonly delivered: number
  readonly deliveredAt: number | null
  readonly failingSince: number | null
  readonly nextAttemptAt: number | null
  readonly fault: FaultCode | null
}

/** A delivery that waits for a person. */
export interface OpenDelivery {
  readonly id: number
  /** Name. */
  readonly consumer: string
  readonly state: 'parked' | 'refused'
  readonly verificationId: string
  readonly at: number
  readonly code: FaultCode
  readonly facts: Facts
}

export interface Deliveries {
  report(): readonly ConsumerDeliveries[]
  /** Oldest first, up to 500; null: of every consumer. */
  open(consumerId: string | null): readonly OpenDelivery[]
  /** Null: dropped. Throws `NOT_FOUND`, `DELIVERY_ENDED`, `STORE_*`. */
  decide(id: number, retry: { decision: string | null } | null, actor: string): Promise<void>
  /**
   * Sends a consumer everything again that was committed from one time to before another; how many
   * events. Throws `NOT_FOUND`.
   */
  replay(nameOrId: string, from: number, to: number): Promise<number>
  /** Newest first, as the role may see it; null: of any verification. `consumer`: its name. */
  comparisons(
    verificationId: string | null,
    limit: number,
    role: Role,
  ): readonly (Comparison & { consumer: string; verificationId: string; at: number })[]
  /** Throws what the settings of a sink can be refused for. */
  check(settings: SinkSettings): void
}

/** Who is expected. */
export interface Appointments {
  /**
   * Replaces the list of a day (YYYY-MM-DD) from one source. Durable. Throws
   * `INDIVIDUAL_NUMBER_REFUSED`, `REQUEST_INVALID`, `STORE_*`.
   */
  replace(
    day: string,
    source: AppointmentSource,
    items: readonly AppointmentItem[],
    by: Asking,
  ): Promise<AppointmentsReplaced>
  /** By time. */
  list(day: string): readonly Appointment[]
}

/** What the agent does by itself. */
export interface Jobs {
  /** In the order in which they are run. */
  list(): readonly JobReport[]
  /**
   * On disk: it is run as soon as nothing else runs; where a run of it waits or is under way, that is
   * the one. Throws `NOT_FOUND`, `STORE_*`.
   */
  run(name: string, actor: string): Promise<JobRun>
}

export interface Desk {
  readers(): ReaderState[]
  presentations(): WaitingPresentation[]
  /** Calls back after most changes of both, at once, until unsubscribed. */
  onChange(hear: () => void): () => void
}

/** The official terminal as it is seen from its folders. */
export interface Terminal {
  report(): TerminalReport
}
