import type { Jobs } from '../../agent/api/ports.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { JobReport, JobRun } from '../../agent/kernel/job.ts'

const AT = Date.parse('2026-04-01T20:00:00+09:00')

export const jobRun = (over: Partial<JobRun> = {}): JobRun => ({
  id: 1,
  job: 'appointments',
  dueAt: AT,
  by: 'plan',
  at: AT,
  startedAt: AT,
  endedAt: AT + 5_000,
  ending: { is: 'done', result: { asked: 3 } },
  ...over,
})

/** One job, `appointments`; runs by hand wait. */
export class FakeJobs implements Jobs {
  readonly asked: string[] = []
  jobs: JobReport[] = [
    {
      name: 'appointments',
      title: '予約患者の確認',
      schedule: '0 20 * * *',
      nextAt: AT + 24 * 60 * 60_000,
      current: null,
      last: jobRun(),
    },
  ]

  list = () => this.jobs

  async run(name: string, actor: string) {
    if (this.jobs.every((job) => job.name !== name)) throw new AgentError('NOT_FOUND', 'no job')
    this.asked.push(`${actor} ${name}`)
    return jobRun({ id: 2, by: 'hand', startedAt: null, endedAt: null, ending: null })
  }
}
