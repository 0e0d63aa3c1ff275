import { runSchedule } from '../agent/uplink/schedule.ts'

/** Many schedules of line faults in virtual time, from a seed on; the first that breaks is told whole. */
export async function runSchedules({
  schedules,
  seed,
  onSchedule,
}: {
  readonly schedules: number
  readonly seed: number
  readonly onSchedule: (count: number) => void
}): Promise<{ readonly text: string; readonly isBroken: boolean }> {
  const broken: string[] = []
  let story = ''
  let questions = 0
  for (let n = 0; n < schedules; n += 1) {
    const run = await runSchedule(seed + n)
    questions += run.questions
    if (run.violations.length > 0) {
      broken.push(`seed ${run.seed}: ${run.violations.join('; ')}`)
      story ||= run.story()
    }
    onSchedule(n + 1)
  }
  const total = `${schedules} schedules, ${questions} questions, ${broken.length} schedules broken`
  return { text: [total, ...broken, story].join('\n').trimEnd(), isBroken: broken.length > 0 }
}
