import { Worker } from 'node:worker_threads'
import { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Clock } from '../kernel/ports.ts'
import { auditHeadOf } from './audit.ts'
import { baseText, type VerifiedRecord } from './audit-changes.ts'
import { type LookStart, verifiedOf } from './audit-look.ts'
import type { TrailReport } from './audit-report.ts'
import { type AuditRow, type AuditSpan, auditRows } from './audit-rows.ts'
import type { Sql } from './database.ts'
import type { WriterThread } from './writer-thread.ts'

/** The audit as a whole: whether it is as it was written, and what is in it. */
export interface AuditTrail {
  /**
   * In a thread of its own. What came since it was last found whole, or all of it; what is found whole is
   * remembered. Rejects with `STORE_*`.
   */
  verify(isWhole: boolean): Promise<TrailReport>
  /** What the last look that found it whole came to; null: none did. */
  verified(): VerifiedRecord | null
  /** What is broken by now is known to who asks: looks begin after it. Rejects with `STORE_*`. */
  accept(actor: string): Promise<void>
  /**
   * Removes what is older than a time, epoch ms, and leaves a record that says where the trail begins;
   * how many went. Rejects with `STORE_*`.
   */
  purge(before: number, actor: string): Promise<number>
  /** Ends a look that is under way: it rejects with `SHUTTING_DOWN`. */
  close(): Promise<void>
  /** The newest record. Hash in hex. */
  head(): { readonly seq: number; readonly hash: string }
  /** A page of records, in order; empty: there are no more. */
  rows(span: AuditSpan): AuditRow[]
}

export interface TrailParts {
  readonly sql: Sql
  readonly start: Omit<LookStart, 'isWhole'>
  readonly commit: WriterThread['commit']
  readonly clock: Pick<Clock, 'now'>
  readonly onBug: (error: unknown) => void
  /** Has a new anchor begun. */
  readonly anew: () => Promise<void>
}

/**
 * The journals cannot be read in one moment while they are written: what is only so for a moment is no
 * fault of theirs.
 */
const LOOKS = 4
const BETWEEN_LOOKS_MS = 700

export function openAuditTrail({ sql, start, commit, clock, onBug, anew }: TrailParts): AuditTrail {
  const looking = new Set<Worker>()
  let isClosed = false
  const look = async (isWhole: boolean): Promise<TrailReport> => {
    for (let turn = 1; ; turn += 1) {
      const report = await inThread({ ...start, isWhole }, onBug, looking)
      const isOfJournal = report.faults.some(({ kind }) => kind.startsWith('journal-'))
      if (!isOfJournal || turn === LOOKS || isClosed) return report
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS))
    }
  }
  return {
    async verify(isWhole) {
      const report = await look(isWhole)
      if (report.isWhole && report.last !== null) {
        const { hash, last } = report
        const at = clock.now()
        const wholeAt = report.isFromBeginning ? at : (verifiedOf(sql)?.wholeAt ?? 0)
        await commit('auditVerified', { seq: last.seq, hash, at, wholeAt })
      }
      return report
    },
    verified: () => verifiedOf(sql),
    async accept(actor) {
      const at = clock.now()
      const { seq, hash } = auditHeadOf(sql)
      const subject = baseText(seq, hash)
      await commit('auditEvent', { id: uuidV7(at), at, actor, action: 'audit-accept', subject })
      await anew()
    },
    async purge(before, actor) {
      let purged = 0
      for (;;) {
        const gone = await commit('purgeAudit', { before, at: clock.now(), actor })
        if (gone === 0) return purged
        purged += gone
      }
    },
    async close() {
      isClosed = true
      await Promise.all([...looking].map((worker) => worker.terminate()))
    },
    head() {
      const { seq, hash } = auditHeadOf(sql)
      return { seq, hash: Buffer.from(hash).toString('hex') }
    },
    rows: (span) => auditRows(sql, span),
  }
}

type Said =
  | { readonly is: 'report'; readonly report: TrailReport }
  | { readonly is: 'fault'; readonly code: FaultCode; readonly message: string }

function inThread(
  start: LookStart,
  onBug: (error: unknown) => void,
  looking: Set<Worker>,
): Promise<TrailReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./audit-look-thread.ts', import.meta.url), {
      workerData: start,
    })
    looking.add(worker)
    worker.on('exit', () => {
      looking.delete(worker)
      // Too late to matter where it has answered.
      reject(new AgentError('SHUTTING_DOWN', 'the agent is stopping'))
    })
    worker.on('message', (said: Said) => {
      if (said.is === 'report') resolve(said.report)
      else reject(new AgentError(said.code, said.message))
    })
    worker.on('error', onBug)
  })
}
