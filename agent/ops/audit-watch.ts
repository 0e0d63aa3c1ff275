import type { Conditions } from '../kernel/conditions.ts'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { JobResult } from '../kernel/job.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { AuditObserver } from '../store/audit-opening.ts'
import type { TrailFault, TrailReport } from '../store/audit-report.ts'
import type { AuditTrail } from '../store/audit-trail.ts'
import type { Job } from './jobs/jobs.ts'

type Board = Pick<Conditions, 'raise' | 'clear'>

const SUBJECT = 'audit'
const KIB = 1_024
/** All of it is gone through so often; a little less than a week, so that each week has one. */
const WHOLE_EVERY_MS = 6.5 * 24 * 60 * 60 * 1_000

const raiseBroken = (conditions: Board, { kind, place }: TrailFault) =>
  conditions.raise('AUDIT_BROKEN', SUBJECT, { kind, place })

/** Turns what the audit tells while it runs into conditions. */
export const watchAudit = (conditions: Board, reserveBytes: number): AuditObserver => ({
  broken: (fault) => raiseBroken(conditions, fault),
  anchor(place, code) {
    if (code === null) conditions.clear('AUDIT_ANCHOR_FAILING', place)
    else conditions.raise('AUDIT_ANCHOR_FAILING', place, { code })
  },
  reserve(usedBytes) {
    if (usedBytes === 0) conditions.clear('AUDIT_RESERVE_IN_USE', SUBJECT)
    else
      conditions.raise('AUDIT_RESERVE_IN_USE', SUBJECT, {
        usedKib: Math.ceil(usedBytes / KIB),
        roomKib: reserveBytes / KIB,
      })
  },
})

export interface AuditCheckParts {
  readonly trail: Pick<AuditTrail, 'verify' | 'verified' | 'close'>
  readonly conditions: Board
  readonly clock: Clock
  readonly log: Log
}

/** Looks at the trail and says in health what came of it. Rejects with `STORE_*`, `SHUTTING_DOWN`. */
export async function checkAudit(
  { trail, conditions, log }: AuditCheckParts,
  isWhole: boolean,
): Promise<TrailReport> {
  const report = await trail.verify(isWhole).catch((error: unknown) => {
    const { code } = asFault(error)
    // One that the end of the process cut is made again at the next start.
    if (code !== 'SHUTTING_DOWN') conditions.raise('AUDIT_UNVERIFIED', SUBJECT, { code })
    throw error
  })
  conditions.clear('AUDIT_UNVERIFIED', SUBJECT)
  const [first] = report.faults
  if (first === undefined) conditions.clear('AUDIT_BROKEN', SUBJECT)
  else {
    raiseBroken(conditions, first)
    log.error({ kind: first.kind, place: first.place }, 'audit-broken')
  }
  state(trail, conditions)
  return report
}

/** What was last found whole. */
function state(trail: AuditCheckParts['trail'], conditions: Board): void {
  const found = trail.verified()
  if (found === null) return
  const { seq, at, wholeAt } = found
  conditions.raise('AUDIT_VERIFIED', SUBJECT, {
    seq,
    at: toRfc3339(at),
    ...(wholeAt === 0 ? {} : { wholeAt: toRfc3339(wholeAt) }),
  })
}

/** Before a look that did not come to its end is made again: a disk that heals is not told of all day. */
const AGAIN_MS = 60 * 1_000

/** Looks at what is new when the agent starts, so that a change while it stood still is told at once. */
export function checkAuditAtStart(parts: AuditCheckParts, onBug: (error: unknown) => void): Part {
  const { trail, conditions, clock, log } = parts
  const closing = new AbortController()
  state(trail, conditions)
  const isLookedAt = async () => {
    try {
      await checkAudit(parts, false)
      return true
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      if (error.code !== 'SHUTTING_DOWN') log.error({ code: error.code }, 'audit-not-verified')
      return false
    }
  }
  const run = async () => {
    while (!closing.signal.aborted && !(await isLookedAt()))
      await clock.sleep(AGAIN_MS, closing.signal)
  }
  const looking = run().catch(onBug)
  return {
    async close() {
      closing.abort()
      await trail.close()
      await looking
    },
  }
}

/** The nightly look: what is new, and once a week everything. */
export const auditJob = (schedule: string, parts: AuditCheckParts): Job => ({
  name: 'audit',
  title: '監査記録の検証',
  schedule,
  order: 9,
  catchUp: 'always',
  async run({ isByHand }): Promise<JobResult> {
    const wholeAt = parts.trail.verified()?.wholeAt ?? 0
    const isWhole = isByHand || parts.clock.now() - wholeAt > WHOLE_EVERY_MS
    const { checked, faults, isFromBeginning } = await checkAudit(parts, isWhole)
    return { checked, faults: faults.length, isFromBeginning }
  },
})
