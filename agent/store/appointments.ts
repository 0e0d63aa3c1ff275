import { Check } from 'typebox/value'
import {
  AppointmentItem,
  type AppointmentSource,
  type AppointmentsReplaced,
} from '../kernel/appointment.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import type { Actor } from './questions.ts'

/** The list of one day from one source, whole. */
export interface AppointmentsRecord {
  /** Of the audit record. */
  readonly id: string
  /** YYYY-MM-DD. */
  readonly day: string
  readonly source: AppointmentSource
  readonly at: number
  /** JSON of each item, with the id that it gets where it is new. */
  readonly items: readonly { readonly id: string; readonly body: string }[]
  readonly actor: Actor
}

export interface StoredAppointment {
  readonly id: string
  readonly source: AppointmentSource
  readonly item: AppointmentItem
  /** What was asked about it; null: nothing yet. */
  readonly questionId: string | null
}

/** Who is expected. */
export interface Appointments {
  /**
   * Durable once it resolves. An item that was there before keeps what was asked about it; what is no
   * longer there is cancelled, and kept.
   */
  replace(record: AppointmentsRecord): Promise<AppointmentsReplaced>
  /** Those of a day that are not cancelled, by time. */
  list(day: string): StoredAppointment[]
  /** The newest question of the chain that begins with this one. */
  newest(questionId: string): string
}

/** The transaction below, in the writer thread. */
interface AppointmentWriter {
  replace(record: AppointmentsRecord): Promise<AppointmentsReplaced>
}

interface Row {
  readonly id: string
  readonly source: AppointmentSource
  readonly body: string
  readonly questionId: string | null
  readonly isCancelled: number
}

export const appointmentTransactions = {
  replaceAppointments(sql: Sql, record: AppointmentsRecord): AppointmentsReplaced {
    const { id, day, source, at, items, actor } = record
    // Those that were cancelled last: one that comes back finds what was asked about it.
    const known = sql<Row>(
      `SELECT id, source, body, question_id AS questionId, cancelled_at IS NOT NULL AS isCancelled
       FROM appointments WHERE day = ? ORDER BY isCancelled, question_id IS NULL, id`,
    ).all(day)
    const own = known.filter((one) => one.source === source)
    const byBody = Map.groupBy(own, ({ body }) => body)
    const asked = new Map(
      known
        .filter(({ questionId }) => questionId !== null)
        .reverse()
        .map(({ body, questionId }) => [personIn(body), questionId]),
    )
    const kept = new Set<string>()
    for (const item of items) {
      const same = byBody.get(item.body)?.shift()
      if (same !== undefined) kept.add(same.id)
      else
        sql(
          `INSERT INTO appointments (id, day, source, at, body, question_id)
           VALUES (?, ?, ?, ?, ?, ?)`,
        ).run(item.id, day, source, at, item.body, asked.get(personIn(item.body)) ?? null)
    }
    const back = own.filter((one) => kept.has(one.id) && one.isCancelled === 1)
    const gone = own.filter((one) => !kept.has(one.id) && one.isCancelled === 0)
    for (const one of back) setCancelled(sql, one.id, null)
    for (const one of gone) setCancelled(sql, one.id, at)
    audit(sql, { id, at, actor, action: 'appointments-replace', subject: `${day} ${source}` })
    return { added: items.length - kept.size, kept: kept.size, cancelled: gone.length }
  },
}

const setCancelled = (sql: Sql, id: string, at: number | null) =>
  sql('UPDATE appointments SET cancelled_at = ? WHERE id = ?').run(at, id)

/** An item without its time: another time, or another list, is no reason to ask again. */
function personIn(body: string): string {
  const { time: _, ...person }: AppointmentItem = JSON.parse(body)
  return JSON.stringify(person)
}

export function openAppointments(sql: Sql, write: AppointmentWriter): Appointments {
  return {
    ...write,
    list: (day) =>
      sql<Omit<StoredAppointment, 'item'> & { readonly body: string }>(
        `SELECT id, source, body, question_id AS questionId FROM appointments
         WHERE day = ? AND cancelled_at IS NULL
         ORDER BY body ->> '$.time', body ->> '$.patientNumber', id`,
      )
        .all(day)
        .flatMap(({ body, ...stored }) => {
          const item: unknown = JSON.parse(body)
          // One that a later release wrote, since rolled back, is for that one.
          return Check(AppointmentItem, item) ? [{ ...stored, item }] : []
        }),
    newest(questionId) {
      const row = sql<{ id: string }>(
        `WITH RECURSIVE chain (id, depth) AS (
           SELECT ?, 0 UNION ALL
           SELECT q.id, depth + 1 FROM questions q JOIN chain c ON q.supersedes = c.id
           WHERE depth < ${CHAIN}
         ) SELECT id FROM chain ORDER BY depth DESC, id DESC LIMIT 1`,
      ).get(questionId)
      return row?.id ?? questionId
    },
  }
}

/** Who was asked about more often since is found by what came in between. */
const CHAIN = 100
