import type { Conditions } from '../../kernel/conditions.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import type { JobResult } from '../../kernel/job.ts'
import type { Reception } from '../../kernel/judgement.ts'
import type { Clock } from '../../kernel/ports.ts'
import type { AuditTrail } from '../../store/audit-trail.ts'
import type { JobRuns } from '../../store/jobs.ts'
import type { Purge, Purged } from '../../store/purge.ts'
import { purgeKinds } from '../../store/purge-kinds.ts'
import type { Job, JobContext } from '../jobs/jobs.ts'
import { beforeOf, GAP_MS, isDoubtful, type KeptDays, periodsOf } from './periods.ts'

export const PURGE = 'purge'

export interface PurgeJobParts {
  readonly days: KeptDays
  /** Cron text; '': by hand only. */
  readonly schedule: string
  readonly store: {
    readonly retention: Purge
    readonly jobs: Pick<JobRuns, 'list'>
    readonly auditTrail: Pick<AuditTrail, 'purge'>
  }
  /** Removes stores that restores put aside before a time, epoch ms; how many. */
  readonly forgetAside: (before: number) => number
  readonly clock: Pick<Clock, 'now'>
  readonly trust: () => Reception['clock']
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
}

const SUBJECT = 'database'
const VOUCHED_MS = 24 * 60 * 60_000

/**
 * Forgets what its period is over for, every night or at the next start. After everything else: what
 * the morning asks about does not wait for it.
 */
export function purgeJob(parts: PurgeJobParts): Job {
  const { conditions, schedule, store } = parts
  const [last] = store.jobs.list(PURGE).filter(({ ending }) => ending !== null)
  // A restart does not forget that it failed.
  if (last?.ending?.is === 'failed')
    conditions.raise('PURGE_FAILED', SUBJECT, { code: last.ending.code })
  return {
    name: PURGE,
    title: '保存期間を過ぎた記録の消去',
    schedule,
    order: 9,
    catchUp: 'always',
    async run(context) {
      try {
        const result = await purge(parts, context)
        conditions.clear('PURGE_FAILED', SUBJECT)
        return result
      } catch (error) {
        if (context.signal.aborted) throw error
        conditions.raise('PURGE_FAILED', SUBJECT, { code: asFault(error).code })
        throw error
      }
    },
  }
}

async function purge(parts: PurgeJobParts, context: JobContext): Promise<JobResult> {
  const { store, clock, trust, conditions } = parts
  const now = clock.now()
  // A person believed the clock when they asked, not after the power cut that interrupted it.
  const isVouched = context.isByHand && now - context.dueAt < VOUCHED_MS
  if (isDoubtful(now, () => lastAt(parts), trust(), isVouched))
    throw new AgentError('PURGE_CLOCK_DOUBTED', 'the clock is far ahead of what was last known')
  const periods = periodsOf(parts.days)
  const gone: Record<string, number> = {}
  const kept = { deliveries: 0, held: 0, intakes: 0 }
  for (const kind of purgeKinds) {
    const before = beforeOf(now, periods[kind])
    const done: Purged = await store.retention.purge(kind, before, now, context.signal)
    if (done.gone > 0) gone[kind] = done.gone
    kept.deliveries += done.kept.deliveries
    kept.held += done.kept.held
    kept.intakes += done.kept.intakes
  }
  const records = await store.auditTrail.purge(beforeOf(now, parts.days.audit), 'agent')
  if (records > 0) gone['audit'] = records
  const aside = parts.forgetAside(beforeOf(now, parts.days.backups))
  if (aside > 0) gone['aside'] = aside
  // Also where nothing was removed: the last time may have been interrupted before this.
  await store.retention.emptyWal()
  if (kept.deliveries + kept.held + kept.intakes === 0) conditions.clear('PURGE_HELD_UP', SUBJECT)
  else conditions.raise('PURGE_HELD_UP', SUBJECT, { ...kept })
  return gone
}

/** The newest time that this machine is known to have lived through. */
function lastAt({ store }: PurgeJobParts): number | null {
  const ran = store.jobs.list(PURGE).find(({ ending }) => ending?.is === 'done')?.endedAt ?? null
  const event = store.retention.lastEventBeforeLeap(GAP_MS)
  return ran === null || event === null ? (ran ?? event) : Math.max(ran, event)
}
