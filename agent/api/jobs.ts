import { type Static, Type } from 'typebox'
import { type JobReport, type JobRun, jobReasons } from '../kernel/job.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport, orNull, timeOrNull } from './answers.ts'
import { callerOf } from './auth.ts'
import type { App } from './context.ts'
import type { Jobs } from './ports.ts'

const time = Type.String({ description: 'RFC 3339.' })

export const ShownRun = Type.Object({
  id: Type.Integer(),
  by: Type.Enum([...jobReasons], {
    description:
      'plan: its time came; missed: the machine was off then; again: the one before failed or was interrupted; hand: somebody asked for it.',
  }),
  dueAt: Type.String({ description: 'The time that it is for. RFC 3339.' }),
  at: time,
  startedAt: orNull(Type.String({ description: 'RFC 3339; null: it waits for its turn.' })),
  endedAt: orNull(time),
  ending: orNull(Type.Enum(['done', 'failed', 'interrupted'])),
  result: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
    description: 'What the job says of it: counts, nothing of a patient.',
  }),
  fault: orNull(FaultReport),
})
export type ShownRun = Static<typeof ShownRun>

export const ShownJob = Type.Object({
  name: Type.String(),
  title: Type.String({ description: 'Japanese.' }),
  schedule: Type.String({
    description: 'Cron text in Japanese time; empty: by hand only.',
  }),
  nextAt: orNull(time),
  current: orNull(ShownRun),
  last: orNull(ShownRun),
})
export const JobList = Type.Object({
  items: Type.Array(ShownJob, { description: 'In the order in which they are run.' }),
})
export type JobList = Static<typeof JobList>

const Name = Type.Object({ name: Type.String({ pattern: '^[a-z-]{1,40}$' }) })

const listDoc = {
  summary: 'What the agent does by itself: when, and what came of it',
  answers: { 200: { description: 'Every job.', schema: JobList } },
} as const
const runDoc = {
  summary: 'Run a job now',
  description:
    'As soon as no other one runs. Where a run of it waits or is under way, that is the one. `GET /v1/jobs` shows what comes of it.',
  answers: { 202: { description: 'On disk.', schema: ShownRun } },
  problems: ['NOT_FOUND', 'STORE_FAILED', 'STORE_FULL'],
} as const

export const shownRun = ({ job: _, ending, ...run }: JobRun): ShownRun => ({
  id: run.id,
  by: run.by,
  dueAt: toRfc3339(run.dueAt),
  at: toRfc3339(run.at),
  startedAt: timeOrNull(run.startedAt),
  endedAt: timeOrNull(run.endedAt),
  ending: ending?.is ?? null,
  result: ending?.is === 'done' ? { ...ending.result } : {},
  fault: ending?.is === 'failed' ? faultReport(ending.code) : null,
})

/** Jobs as the API and the control socket show them. */
export const shownJobs = (jobs: readonly JobReport[]): JobList => ({
  items: jobs.map(({ nextAt, current, last, ...job }) => ({
    ...job,
    nextAt: timeOrNull(nextAt),
    current: current && shownRun(current),
    last: last && shownRun(last),
  })),
})

export function jobRoutes(app: App, jobs: Jobs): void {
  app.get('/v1/jobs', { config: { doc: listDoc } }, async (_request, reply) =>
    reply.send(shownJobs(jobs.list())),
  )

  app.post(
    '/v1/jobs/:name/runs',
    { schema: { params: Name }, config: { doc: runDoc } },
    async (request, reply) => {
      const run = await jobs.run(request.params.name, callerOf(request).consumer.id)
      return reply.code(202).send(shownRun(run))
    },
  )
}
