import type { Config } from '../config/schema.ts'
import { appointmentsJob } from './appointments.ts'
import type { AskExpected } from './eligibility/expected.ts'
import { type Jobs, openJobs } from './ops/jobs/jobs.ts'
import { openTargets } from './outbox/targets.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly ask: AskExpected
  /** Ports on which the agent itself listens. */
  readonly ownPorts: () => readonly number[]
}

/** Everything that the agent does by itself at its time. */
export function openAgentJobs(
  config: Config,
  { store, ask, ownPorts }: Parts,
  platform: Platform,
): Jobs {
  const targets = openTargets(config.outbox.targets, ownPorts)
  return openJobs({
    ...platform,
    store,
    jobs: [appointmentsJob(config, { store, ask, targets }, platform)],
  })
}
