import cron from 'node-cron'
import { type Static, Type } from 'typebox'
import { type Finding, mistake, show } from './fault.ts'
import { strict } from './shape.ts'

const FORM = 'minute hour day month weekday, "30 17 * * *", or "" for by hand only'
/** Five fields or none; what they mean is looked at below. */
export const time = (description: string, fallback: string) =>
  Type.String({
    description,
    pattern: '^(\\S+( +\\S+){4})?$',
    'x-write': FORM,
    default: fallback,
  })

/** When the agent does what nobody has to ask for. */
export const Jobs = Type.Object(
  {
    appointments: time(
      'Asks about the patients who are expected: before noon those of the day, later those of the next day.',
      '30 7,17 * * *',
    ),
    roster: time(
      'Asks about patients of the roster who have no valid eligibility yet this month.',
      '0 10 1,11,21 * *',
    ),
    audit: time('Verifies the audit trail: what is new, and once a week all of it.', '20 3 * * *'),
    follow_ups: time('Asks again what was not found before and is due.', '0 8 * * *'),
    purge: time('Removes what is older than `[retention]` says.', '20 3 * * *'),
  },
  {
    ...strict,
    description:
      'When the agent works by itself: cron texts in Japanese time, `minute hour day month weekday`; `""` is by hand only. What was missed because the machine was off is run at the next start.',
  },
)
export type Jobs = Static<typeof Jobs>

/** What is no time: node-cron, which goes by it, says which field. */
export const aboutJobs = (jobs: Jobs): Finding[] =>
  Object.entries(jobs).flatMap(([name, text]) => aboutTime(`jobs.${name}`, text))

export function aboutTime(key: string, text: string): Finding[] {
  if (text === '') return []
  const { errors } = cron.validateDetailed(text)
  if (errors.length === 0) return []
  const fields = errors.map(({ field, value }) => `${value ?? 'nothing'} for ${field}`)
  const found = `${show(text)}, with ${fields.join(' and ')}`
  return [mistake(key, '値の形が違います。', found, FORM)]
}
