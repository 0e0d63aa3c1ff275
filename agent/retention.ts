import type { Config } from '../config/schema.ts'
import type { Conditions } from './kernel/conditions.ts'
import { forgetAside } from './ops/backup/swap.ts'
import type { Job } from './ops/jobs/jobs.ts'
import { purgeJob } from './ops/retention/purge-job.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly conditions: Conditions
  readonly trust: Parameters<typeof purgeJob>[0]['trust']
}

/** What is kept no longer than `[retention]` says. */
export const retentionJob = (
  { retention, jobs, store }: Pick<Config, 'retention' | 'jobs' | 'store'>,
  parts: Parts,
  { clock }: Pick<Platform, 'clock'>,
): Job =>
  purgeJob({
    ...parts,
    schedule: jobs.purge,
    clock,
    forgetAside: (before) => forgetAside(store.path, before),
    days: {
      verifications: retention.verifications_days,
      messages: retention.messages_days,
      intakes: retention.intakes_days,
      roster: retention.roster_days,
      appointments: retention.appointments_days,
      registrations: retention.registrations_days,
      audit: retention.audit_days,
      accounts: Math.max(retention.accounts_days, retention.audit_days),
      backups: retention.backups_days,
    },
  })
