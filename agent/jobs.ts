import type { Config } from '../config/schema.ts'
import { appointmentsJob } from './appointments.ts'
import type { AskExpected } from './eligibility/expected.ts'
import type { Reasking } from './eligibility/reasking.ts'
import type { Conditions } from './kernel/conditions.ts'
import type { Rules } from './kernel/rules.ts'
import { auditJob } from './ops/audit-watch.ts'
import type { ClockTrust } from './ops/clock-trust.ts'
import { type Job, type Jobs, openJobs } from './ops/jobs/jobs.ts'
import { watchJobs } from './ops/jobs/watch.ts'
import { openTargets } from './outbox/targets.ts'
import type { Platform } from './platform.ts'
import { retentionJob } from './retention.ts'
import { rosterJob } from './roster.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly conditions: Conditions
  readonly rules: Rules
  readonly ask: AskExpected
  readonly reasking: Pick<Reasking, 'runDue'>
  /** Whose failures health tells of by itself. */
  readonly backup: Job
  /** Ports on which the agent itself listens. */
  readonly ownPorts: () => readonly number[]
  readonly trust: ClockTrust['now']
}

/** Everything that the agent does by itself at its time, in the order in which it is needed. */
export function openAgentJobs(config: Config, parts: Parts, platform: Platform): Jobs {
  const { store, conditions, ownPorts } = parts
  const targets = openTargets(config.outbox.targets, ownPorts)
  const asking = [
    appointmentsJob(config, { ...parts, targets }, platform),
    followUpsJob(config, parts),
    rosterJob(config, parts, platform),
  ]
  // Health tells of their failures by itself: patients do not wait for them.
  const caring = [
    parts.backup,
    retentionJob(config, parts, platform),
    auditJob(config.jobs.audit, { ...platform, trail: store.auditTrail, conditions }),
  ]
  // What is run by hand only fails before the eyes of who runs it.
  const planned = asking.filter(({ schedule }) => schedule !== '').map(({ name }) => name)
  const observe = watchJobs(conditions, store.jobs, planned)
  return openJobs({ ...platform, store, jobs: [...asking, ...caring], observe })
}

/** What waits for an answer is asked again by itself too; this is for a start late in the morning. */
const followUpsJob = (
  { jobs }: Pick<Config, 'jobs'>,
  { reasking }: Pick<Parts, 'reasking'>,
): Job => ({
  name: 'follow-ups',
  title: '未確認の再照会',
  schedule: jobs.follow_ups,
  order: 2,
  catchUp: 'same-day',
  run: async ({ signal }) => ({ ...(await reasking.runDue(signal)) }),
})
