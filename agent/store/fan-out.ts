import { AgentError } from '../kernel/errors.ts'
import { isRole, narrowRole, type Role, seesPatients } from '../kernel/roles.ts'
import type { SinkKind } from '../kernel/sink.ts'
import type { Outcome } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import type { HoldState } from './hold-state.ts'

/** An event that was committed, as far as it matters who gets it. */
export interface NewEvent {
  readonly position: number
  readonly verificationId: string
  readonly patientId: string | null
  /** Null: a note that brings no verification. */
  readonly outcome: Outcome | null
  /** It waits for a person to say whose it is. */
  readonly isHeld: boolean
  readonly isForLiaison: boolean
  /** Epoch ms. */
  readonly at: number
}

export interface ReplayRecord {
  readonly consumerId: string
  /** Positions, the first exclusive. */
  readonly after: number
  readonly to: number
  readonly at: number
}

/** Nothing that a receipt computer could take in. */
const UNANSWERED: readonly (Outcome | null)[] = ['offline', 'failed', 'pending', null]

interface SinkRow {
  readonly id: string
  readonly role: string
  readonly kind: SinkKind
}

const SINKS = `SELECT id, role, sink ->> '$.kind' AS kind FROM consumers
  WHERE sink IS NOT NULL AND revoked_at IS NULL`

/** One for each consumer that is pushed to, in the transaction of the event. */
export function enqueue(sql: Sql, event: NewEvent): void {
  for (const sink of sql<SinkRow>(SINKS).all()) enqueueFor(sql, sink, event)
}

/** Whether it gets the event at all. */
function enqueueFor(sql: Sql, { id, role, kind }: SinkRow, event: NewEvent): boolean {
  if (!isRole(role) || !isVisible(role, event)) return false
  if (kind !== 'webhook' && UNANSWERED.includes(event.outcome)) return false
  const isParked = kind !== 'webhook' && event.isHeld
  sql(
    `INSERT INTO deliveries
       (consumer_id, position, verification_id, patient_id, at, state, code, facts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    event.position,
    event.verificationId,
    event.patientId,
    event.at,
    isParked ? 'parked' : 'waiting',
    isParked ? 'VERIFICATION_HELD' : null,
    isParked ? '{}' : null,
  )
  return true
}

const isVisible = (role: Role, { isForLiaison }: NewEvent) =>
  seesPatients(role) && (narrowRole(role) !== 'liaison' || isForLiaison)

export const fanOutTransactions = {
  /** Everything of a range again, behind what waits; what still waits is not doubled. */
  replayDeliveries(sql: Sql, { consumerId, after, to, at }: ReplayRecord): { replayed: number } {
    const sink = sql<SinkRow>(`${SINKS} AND id = ?`).get(consumerId)
    if (sink === undefined) throw new AgentError('NOT_FOUND', 'no such consumer is pushed to')
    sql(
      `DELETE FROM deliveries WHERE consumer_id = ? AND state = 'refused'
       AND position > ? AND position <= ?`,
    ).run(consumerId, after, to)
    const again = sql<EventRow>(EVENTS_OF_RANGE)
      .all(after, to, consumerId, after, to)
      // What a person decided on is behind it, in an event of its own.
      .filter(({ hold }) => hold === null || hold === 'held' || sink.kind === 'webhook')
      .filter(({ hold, forLiaison, ...event }) =>
        enqueueFor(sql, sink, {
          ...event,
          isHeld: hold === 'held',
          isForLiaison: forLiaison === 1,
        }),
      )
    const id = `replay-${consumerId}/${after}-${to}/${at}`
    audit(sql, { id, at, actor: 'console', action: 'delivery-replay', subject: consumerId })
    return { replayed: again.length }
  },
}

interface EventRow {
  readonly position: number
  readonly verificationId: string
  readonly patientId: string | null
  readonly outcome: Outcome | null
  readonly at: number
  /** Of a verification that was held when it ended: how that stands. */
  readonly hold: HoldState | null
  readonly forLiaison: number
}

const EVENTS_OF_RANGE = `SELECT e.position, e.verification_id AS verificationId,
    v.patient_id AS patientId, e.at, e.for_liaison AS forLiaison,
    iif(e.type = 'verification' OR e.position = h.position AND h.state = 'released',
      v.outcome, NULL) AS outcome,
    iif(e.type = 'verification', h.state, NULL) AS hold
  FROM events e JOIN verifications v ON v.id = e.verification_id
    LEFT JOIN holds h ON h.verification_id = e.verification_id
  WHERE e.position > ? AND e.position <= ? AND e.position NOT IN (
    SELECT position FROM deliveries WHERE consumer_id = ? AND position > ? AND position <= ?)
  ORDER BY e.position`
