import { type FaultCode, isFaultCode } from '../kernel/faults.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Outage } from '../kernel/offline-intake.ts'
import type { Clock } from '../kernel/ports.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'

/** When nobody could be asked. One that a crash left open goes on. */
export interface Outages {
  /** No line is usable. One that lasts goes on, with the newest cause: a test knows better why. */
  began(cause: FaultCode): Promise<void>
  /** A line is usable. */
  ended(): Promise<void>
  /** The one that lasts; from memory. */
  current(): Outage | undefined
  /** The newest first, 200 at most. */
  list(): Outage[]
}

export interface OutageRecord {
  readonly id: string
  readonly at: number
  readonly cause: FaultCode
}

/** The transactions below, in the writer thread. */
interface OutageWriter {
  begin(record: OutageRecord): Promise<void>
  end(record: { readonly at: number }): Promise<void>
}

interface Row {
  readonly id: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly cause: string
}

const OUTAGE = 'SELECT id, started_at AS startedAt, ended_at AS endedAt, cause FROM outages'
const LISTED = 200

/** The id of the outage that lasts. */
export const openOutageId = (sql: Sql): string | null =>
  sql<{ id: string }>('SELECT id FROM outages WHERE ended_at IS NULL').get()?.id ?? null

export const outageTransactions = {
  beginOutage(sql: Sql, { id, at, cause }: OutageRecord): void {
    if (openOutageId(sql) !== null) {
      sql('UPDATE outages SET cause = ? WHERE ended_at IS NULL').run(cause)
      return
    }
    sql('INSERT INTO outages (id, started_at, cause) VALUES (?, ?, ?)').run(id, at, cause)
    audit(sql, { id: `${id}/begin`, at, actor: 'agent', action: 'outage-begin', subject: id })
  },

  /** A clock that was set back meanwhile makes it end when it began, not before. */
  endOutage(sql: Sql, { at }: { readonly at: number }): void {
    const id = openOutageId(sql)
    if (id === null) return
    sql('UPDATE outages SET ended_at = max(?, started_at) WHERE id = ?').run(at, id)
    audit(sql, { id: `${id}/end`, at, actor: 'agent', action: 'outage-end', subject: id })
  },
}

export function openOutages(sql: Sql, writer: OutageWriter, clock: Pick<Clock, 'now'>): Outages {
  const read = () => sql<Row>(`${OUTAGE} WHERE ended_at IS NULL`).get()
  // Asked for ten times a second while the desk’s page is open; only what is written here changes it.
  let current = read()
  return {
    async began(cause) {
      const at = clock.now()
      await writer.begin({ id: uuidV7(at), at, cause })
      current = read()
    },
    async ended() {
      await writer.end({ at: clock.now() })
      current = read()
    },
    current: () => current && outageOf(current),
    list: () => sql<Row>(`${OUTAGE} ORDER BY started_at DESC LIMIT ${LISTED}`).all().map(outageOf),
  }
}

/** A cause of a later release is told in general. */
const outageOf = ({ cause, ...times }: Row): Outage => ({
  ...times,
  cause: isFaultCode(cause) ? cause : 'NO_LINE',
})
