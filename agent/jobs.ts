import type { Config } from '../config/schema.ts'
import { appointmentsJob } from './appointments.ts'
import type { AskExpected } from './eligibility/expected.ts'
import type { Reasking } from './eligibility/reasking.ts'
import type { Conditions } from './kernel/conditions.ts'
import type { Rules } from './kernel/rules.ts'
import { watchJobs } from './ops/fault-watch.ts'
import { type Job, type Jobs, openJobs } from './ops/jobs/jobs.ts'
import { openTargets } from './outbox/targets.ts'
import type { Platform } from './platform.ts'
import { rosterJob } from './roster.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly rules: Rules
  readonly ask: AskExpected
  readonly reasking: Pick<Reasking, 'runDue'>
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  /** Ports on which the agent itself listens. */
  readonly ownPorts: () => readonly number[]
}

/** Everything that the agent does by itself at its time, in the order in which it is needed. */
export function openAgentJobs(config: Config, parts: Parts, platform: Platform): Jobs {
  const targets = openTargets(config.outbox.targets, parts.ownPorts)
  return openJobs({
    ...platform,
    store: parts.store,
    observe: watchJobs(parts.conditions),
    jobs: [
      appointmentsJob(config, { ...parts, targets }, platform),
      followUpsJob(config, parts),
      rosterJob(config, parts, platform),
    ],
  })
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
