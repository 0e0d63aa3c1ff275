import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { AgentError } from '../kernel/errors.ts'
import type { Behind } from './anchor.ts'
import { auditHeadOf, auditKeyOf } from './audit.ts'
import { lastAnchorLine, refusal } from './audit-anchor-file.ts'
import { anchorPath } from './audit-evidence.ts'
import { newRestore } from './audit-restores.ts'
import type { Sql } from './database.ts'
import { metaOf, putMeta } from './meta.ts'

/** What is known of a store that stands at an earlier state than something outside of it has seen. */
export const WentBack = Type.Object(
  {
    /**
     * anchor, audit: of the files beside the store; consumer: its cursor is from later on; nothing: there
     * is no anchor, so that nobody can say.
     */
    seenBy: Type.Enum(['anchor', 'audit', 'consumer', 'nothing']),
    /** Everything until then is there, epoch ms; null: the store is empty. */
    from: Type.Union([Type.Integer(), Type.Null()]),
    /** The last that is known of what is not there, epoch ms; null: nobody knows. */
    to: Type.Union([Type.Integer(), Type.Null()]),
    /** How many events are known to be missing at least. */
    events: Type.Integer(),
    /** Cursors of before are told so (410). */
    isNewEpoch: Type.Boolean(),
    isAcknowledged: Type.Boolean(),
  },
  { additionalProperties: false },
)
export type WentBack = Static<typeof WentBack>

export type Foundling = Pick<WentBack, 'seenBy' | 'to' | 'events'>

/** Undefined: it did not, or what it was is over. */
function read(sql: Sql): WentBack | undefined {
  const text = metaOf(sql, 'went-back')
  const found: unknown = text === undefined ? undefined : JSON.parse(text)
  return Check(WentBack, found) ? found : undefined
}

const write = (sql: Sql, found: WentBack) => putMeta(sql, 'went-back', JSON.stringify(found))

const newestAt = (sql: Sql): number | null =>
  sql<{ at: number }>('SELECT at FROM audit ORDER BY seq DESC LIMIT 1').get()?.at ?? null

/** In one transaction. What nobody has acknowledged yet is told as one. */
export function noteWentBack(sql: Sql, found: Foundling, isNewEpoch = true): void {
  const before = read(sql)
  const open = before?.isAcknowledged === false ? before : undefined
  const from = open === undefined ? newestAt(sql) : open.from
  const to = Math.max(found.to ?? 0, open?.to ?? 0, from ?? 0)
  write(sql, {
    seenBy: found.seenBy,
    from,
    to: found.to === null && (open?.to ?? null) === null ? null : to,
    events: found.events + (open?.events ?? 0),
    isNewEpoch,
    isAcknowledged: false,
  })
}

/** A person has looked. False: there was nothing to look at. */
export function acknowledgeWentBack(sql: Sql): boolean {
  const found = read(sql)
  if (found === undefined || found.isAcknowledged) return false
  // Kept until the next start gives it the epoch that a cursor from later on asks for.
  if (found.isNewEpoch) sql("DELETE FROM meta WHERE key = 'went-back'").run()
  else write(sql, { ...found, isAcknowledged: true })
  return true
}

/** At a start, what says that the store went back; null: nothing does, or a restore says it already. */
export function lookWhetherBack(sql: Sql, path: string, behind: Behind | null): Foundling | null {
  // By its record: who puts a copy back by hand leaves none.
  if (newRestore(sql, path) !== undefined) return null
  const audit = auditAhead(sql, path)
  if (behind === null) return audit === null ? null : { seenBy: 'audit', to: audit, events: 0 }
  const { at, events } = behind
  const to = at === null && audit === null ? null : Math.max(at ?? 0, audit ?? 0)
  return { seenBy: at === null ? 'nothing' : 'anchor', to, events }
}

/** A consumer has shown that the store went back, and the epoch is still the one of its cursor. */
export const isEpochStale = (sql: Sql): boolean => read(sql)?.isNewEpoch === false

/** The epoch that `isEpochStale` asks for has begun. */
export function renewed(sql: Sql): void {
  const found = read(sql)
  if (found?.isAcknowledged === true) sql("DELETE FROM meta WHERE key = 'went-back'").run()
  else if (found !== undefined) write(sql, { ...found, isNewEpoch: true })
}

/** When the last record was made that the anchor of the audit knows and the store does not. */
function auditAhead(sql: Sql, path: string): number | null {
  const key = auditKeyOf(sql)
  if (key === undefined) return null
  try {
    const last = lastAnchorLine(key, anchorPath(path))
    return last && last.seq > auditHeadOf(sql).seq ? last.at : null
  } catch (error) {
    // Whoever writes into it next says that it cannot be reached.
    refusal(error)
    return null
  }
}

export const wentBackTransactions = {
  /** A cursor from later on than the store came, in its own epoch. The next start begins a new one. */
  seeWentBack(sql: Sql, events: number): void {
    if (!isEpochStale(sql)) noteWentBack(sql, { seenBy: 'consumer', to: null, events }, false)
  },
}

/** What the running agent asks. */
export interface WentBackReads {
  /** Null: it did not, or a person has acknowledged it. */
  found(): WentBack | null
  /** Calls back when a consumer shows it. */
  onFound(hear: () => void): void
  /** A consumer's cursor is so many events ahead of the store. */
  cursorAhead(events: number): void
}

export function openWentBack(
  sql: Sql,
  see: (events: number) => Promise<void>,
  onBug: (error: unknown) => void,
): WentBackReads {
  const hearers: (() => void)[] = []
  let isSeeing = false
  const seen = async (events: number) => {
    isSeeing = true
    try {
      await see(events)
      for (const hear of hearers) hear()
    } catch (error) {
      // A disk that takes nothing says so itself, and the consumer comes again.
      if (!(error instanceof AgentError)) onBug(error)
    } finally {
      isSeeing = false
    }
  }
  return {
    found() {
      const found = read(sql)
      return found === undefined || found.isAcknowledged ? null : found
    },
    onFound: (hear) => void hearers.push(hear),
    cursorAhead(events) {
      if (!isSeeing && !isEpochStale(sql)) void seen(events)
    },
  }
}
