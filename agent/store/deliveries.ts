import type { Comparison } from '../kernel/delivery.ts'
import { AgentError, type Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import { audit } from './audit.ts'
import { keepComparison } from './comparisons.ts'
import type { Sql } from './database.ts'
import type { ReplayRecord } from './fan-out.ts'
import { positionBefore } from './positions.ts'
import { isSuperseded } from './superseding.ts'

/** A delivery that waits to be sent. */
export interface WaitingDelivery {
  readonly seq: number
  readonly position: number
  readonly verificationId: string
  readonly patientId: string | null
  /** Epoch ms of the event's commit. */
  readonly at: number
  readonly decision: string | null
}

/** Whom it is about; deliveries of one patient keep their order whatever happens. */
export const patientOf = ({ patientId, verificationId }: WaitingDelivery): string =>
  patientId ?? verificationId

/** A delivery that waits for a person. */
export interface OpenDelivery {
  readonly seq: number
  readonly consumerId: string
  readonly position: number
  readonly verificationId: string
  readonly at: number
  readonly state: 'parked' | 'refused'
  readonly code: FaultCode
  readonly facts: Facts
}

/** How much waits for a consumer. */
export interface Depth {
  readonly waiting: number
  readonly parked: number
  readonly refused: number
  /** Refused by us: they waited in a file that was put back. */
  readonly restored: number
  /** Commit of the oldest event that waits, epoch ms. */
  readonly oldestAt: number | null
  readonly delivered: number
  readonly deliveredAt: number | null
}

/** What became of a delivery. */
export type Settlement =
  | {
      readonly seq: number
      readonly verificationId: string
      readonly is: 'delivered'
      readonly comparison: Comparison | null
    }
  | {
      readonly seq: number
      readonly is: 'parked' | 'refused'
      readonly code: FaultCode
      readonly facts: Facts
    }

export interface SettleRecord {
  readonly consumerId: string
  readonly at: number
  readonly settled: readonly Settlement[]
}

/** A person's word on a delivery that waits for one. */
export interface DecideRecord {
  readonly seq: number
  readonly at: number
  /** Null: dropped. */
  readonly retry: { readonly decision: string | null } | null
  /** Who, and through whom. */
  readonly actor: string
}

/** Where a file for a delivery was made ready. */
export interface PlaceRecord {
  readonly consumerId: string
  readonly eventId: string
  readonly place: string
}

const LISTED = 500

/** The one that is sent is among the first that wait. */
const OF_EVENT = `SELECT d.seq, d.place FROM deliveries d JOIN events e ON e.position = d.position
  WHERE d.consumer_id = ? AND d.state = 'waiting' AND e.id = ? ORDER BY d.seq LIMIT 1`

interface PlaceRow {
  readonly seq: number
  readonly place: string | null
}

const isLive = (sql: Sql, consumerId: string) =>
  sql('SELECT 1 FROM consumers WHERE id = ? AND revoked_at IS NULL').get(consumerId) !== undefined

export const deliveryTransactions = {
  settleDeliveries(sql: Sql, { consumerId, at, settled }: SettleRecord): { delivered: number } {
    let delivered = 0
    // Of one that was revoked meanwhile everything is forgotten.
    if (!isLive(sql, consumerId)) return { delivered }
    for (const one of settled) {
      if (one.is === 'delivered') {
        delivered += sql('DELETE FROM deliveries WHERE seq = ?').run(one.seq).changes
        if (one.comparison !== null)
          keepComparison(sql, {
            consumerId,
            at,
            ...one.comparison,
            verificationId: one.verificationId,
          })
      } else
        sql(
          'UPDATE deliveries SET state = ?, code = ?, facts = ?, decision = NULL WHERE seq = ?',
        ).run(one.is, one.code, JSON.stringify(one.facts), one.seq)
    }
    if (delivered > 0)
      sql('UPDATE consumers SET delivered = delivered + ?, delivered_at = ? WHERE id = ?').run(
        delivered,
        at,
        consumerId,
      )
    return { delivered }
  },

  /** Goes with the delivery: who has it sent again wants the file again. */
  placeDelivery(sql: Sql, { consumerId, eventId, place }: PlaceRecord): void {
    const row = sql<PlaceRow>(OF_EVENT).get(consumerId, eventId)
    sql('UPDATE deliveries SET place = ? WHERE seq = ?').run(place, row?.seq)
  },

  /** Throws `NOT_FOUND`, `DELIVERY_ENDED` where nobody is waited for. */
  decideDelivery(sql: Sql, { seq, at, retry, actor }: DecideRecord): void {
    const row = sql<{ state: string }>('SELECT state FROM deliveries WHERE seq = ?').get(seq)
    if (row === undefined) throw new AgentError('NOT_FOUND', 'no such delivery waits')
    if (row.state === 'waiting' && retry !== null)
      throw new AgentError('DELIVERY_ENDED', 'it is on its way already')
    if (retry === null) sql('DELETE FROM deliveries WHERE seq = ?').run(seq)
    else
      sql(
        `UPDATE deliveries SET state = 'waiting', code = NULL, facts = NULL, decision = ?
         WHERE seq = ?`,
      ).run(retry.decision, seq)
    const action = retry === null ? 'delivery-drop' : 'delivery-retry'
    audit(sql, { id: `delivery-${seq}/${at}`, at, actor, action, subject: String(seq) })
  },
}

/**
 * For a file that was put back: what waits in it may have been sent since it was copied, so that a
 * person decides whether it is sent again.
 */
export function holdBackDeliveries(sql: Sql): void {
  sql(
    `UPDATE deliveries SET state = 'refused', code = 'DELIVERY_BEFORE_RESTORE', facts = '{}'
     WHERE state = 'waiting'`,
  ).run()
}

/** What waits to be sent, and what waits for a person. */
export interface Deliveries {
  /**
   * The next ones of a consumer, in order; those behind a parked one of their patient are not, unless
   * it is held, when it may be anybody's; nor those of `resting` (patients, by `patientOf`).
   */
  next(consumerId: string, limit: number, resting?: readonly string[]): WaitingDelivery[]
  /** Whether it still waits to be sent; a person may have dropped it. */
  isWaiting(seq: number): boolean
  /** How many of a consumer wait to be sent. */
  waiting(consumerId: string): number
  /** Commit of the oldest event that waits, epoch ms. */
  oldestAt(consumerId: string): number | null
  /** Where a file for a delivery was made ready; null: nowhere. */
  placeOf(consumerId: string, eventId: string): string | null
  depth(consumerId: string): Depth
  /** Those that wait for a person, oldest first, up to 500; null: of every consumer. */
  open(consumerId: string | null): OpenDelivery[]
  /** Whether later verifications of the patient say all that this one says. */
  isSuperseded(delivery: Pick<WaitingDelivery, 'patientId' | 'verificationId'>): boolean
  /** The last position committed before a time (epoch ms); 0 where there is none. */
  positionBefore(at: number): number
  settle(record: SettleRecord): Promise<void>
  place(record: PlaceRecord): Promise<void>
  /** Throws `NOT_FOUND`, `DELIVERY_ENDED`. */
  decide(record: DecideRecord): Promise<void>
  /** How many events are sent again. Throws `NOT_FOUND`. */
  replay(record: ReplayRecord): Promise<number>
}

type Writes = Pick<Deliveries, 'settle' | 'place' | 'decide' | 'replay'>

const NEXT = `SELECT seq, position, verification_id AS verificationId, patient_id AS patientId, at,
    decision
  FROM deliveries d WHERE consumer_id = ? AND state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM deliveries p WHERE p.consumer_id = d.consumer_id AND p.state = 'parked'
    AND p.patient_id = d.patient_id AND p.seq < d.seq AND p.code <> 'VERIFICATION_HELD')
    AND coalesce(patient_id, verification_id) NOT IN (SELECT value FROM json_each(?))
  ORDER BY seq LIMIT ?`

const OPEN = `SELECT seq, consumer_id AS consumerId, position, verification_id AS verificationId, at,
    state, code, facts
  FROM deliveries WHERE state IN ('parked', 'refused') AND consumer_id = coalesce(?, consumer_id)
  ORDER BY seq LIMIT ${LISTED}`

interface OpenRow extends Omit<OpenDelivery, 'facts'> {
  readonly facts: string
}

export function openDeliveries(sql: Sql, writes: Writes): Deliveries {
  const count = (consumerId: string, state: string) =>
    sql<{ n: number }>(
      'SELECT count(*) AS n FROM deliveries WHERE consumer_id = ? AND state = ?',
    ).get(consumerId, state)?.n ?? 0
  const waiting = (consumerId: string) => count(consumerId, 'waiting')
  const restored = (consumerId: string) =>
    sql<{ n: number }>(
      `SELECT count(*) AS n FROM deliveries WHERE consumer_id = ? AND state = 'refused'
       AND code = 'DELIVERY_BEFORE_RESTORE'`,
    ).get(consumerId)?.n ?? 0
  const oldestAt = (consumerId: string) =>
    sql<{ at: number }>(
      "SELECT at FROM deliveries WHERE consumer_id = ? AND state = 'waiting' ORDER BY seq LIMIT 1",
    ).get(consumerId)?.at ?? null
  return {
    ...writes,
    isWaiting: (seq) =>
      sql("SELECT 1 FROM deliveries WHERE seq = ? AND state = 'waiting'").get(seq) !== undefined,
    waiting,
    oldestAt,
    next: (consumerId, limit, resting = []) =>
      sql<WaitingDelivery>(NEXT).all(consumerId, JSON.stringify(resting), limit),
    placeOf: (consumerId, eventId) =>
      sql<PlaceRow>(OF_EVENT).get(consumerId, eventId)?.place ?? null,
    depth(consumerId) {
      const done = sql<Pick<Depth, 'delivered' | 'deliveredAt'>>(
        'SELECT delivered, delivered_at AS deliveredAt FROM consumers WHERE id = ?',
      ).get(consumerId)
      const before = restored(consumerId)
      return {
        waiting: waiting(consumerId),
        parked: count(consumerId, 'parked'),
        refused: count(consumerId, 'refused') - before,
        restored: before,
        oldestAt: oldestAt(consumerId),
        delivered: done?.delivered ?? 0,
        deliveredAt: done?.deliveredAt ?? null,
      }
    },
    open: (consumerId) =>
      sql<OpenRow>(OPEN)
        .all(consumerId)
        .map((row) => ({ ...row, facts: JSON.parse(row.facts) })),
    isSuperseded: ({ patientId, verificationId }) =>
      patientId !== null && isSuperseded(sql, patientId, verificationId),
    positionBefore: (at) => positionBefore(sql, at),
  }
}
