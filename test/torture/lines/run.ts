import { setTimeout as wait } from 'node:timers/promises'
import { openStage, type Stage } from '../../system/line-faults/stage.ts'
import { type Evidence, type Question, type Suffered, violationsIn } from './checker.ts'
import { begin } from './faults.ts'
import { type PlannedFault, type Schedule, scheduleOf, textOfFault } from './plan.ts'

export interface OutagesReport {
  readonly seed: number
  readonly outages: number
  readonly questions: number
  readonly answered: number
  readonly offline: number
  readonly moves: number
  /** Each with the seed of its schedule, and all that was seen. */
  readonly violations: readonly string[]
}

export interface OutagesOptions {
  readonly outages: number
  /** Of the first schedule; each further one has the next. */
  readonly seed: number
  readonly onOutage?: (done: number) => void
}

const WELL_LIMIT_MS = 60_000

/** Runs schedules on a bed, one after the other, each with an agent that has no past. */
export async function runOutages({
  outages,
  seed,
  onOutage = () => {},
}: OutagesOptions): Promise<OutagesReport> {
  const undo: (() => Promise<void>)[] = []
  const seen: Evidence[] = []
  const violations: string[] = []
  try {
    const stage = await openStage({ after: (step) => undo.push(step) })
    for (let done = 0; done < outages; done += 1) {
      const schedule = scheduleOf(seed + done)
      const evidence = await runSchedule(stage, schedule)
      const found = violationsIn(evidence)
      if (found.length > 0) violations.push(told(schedule, found, evidence))
      seen.push(evidence)
      onOutage(done + 1)
    }
    await stage.stop()
  } finally {
    for (const step of undo.reverse()) await step()
  }
  return { seed, outages, violations, ...summary(seen) }
}

function summary(seen: readonly Evidence[]) {
  const ends = seen.flatMap(({ questions }) => questions.map(({ outcome }) => outcome))
  const story = seen.flatMap((one) => one.story)
  return {
    questions: ends.length,
    answered: ends.filter((outcome) => outcome === 'valid').length,
    offline: ends.filter((outcome) => outcome === 'offline').length,
    moves: story.filter(({ event }) => event === 'line-moved').length,
  }
}

async function runSchedule(stage: Stage, { faults, questions }: Schedule): Promise<Evidence> {
  await stage.restart()
  const asked: Question[] = []
  const refusals: string[] = []
  const ask = async (atMs: number) => {
    await wait(atMs)
    const askedAt = Date.now()
    try {
      const { id, outcome, fault, source } = await stage.ask()
      const end = { outcome, code: fault?.code ?? '', line: source.line }
      asked.push({ id, askedAt, endedAt: Date.now(), ...end })
    } catch (error) {
      refusals.push(`a question at ${atMs} ms: ${String(error)}`)
    }
  }
  const suffering = Promise.all(faults.map((fault) => suffer(stage, fault)))
  await Promise.all(questions.map(ask))
  const suffered = await suffering
  const notWell = await stage.untilWell(WELL_LIMIT_MS).then(
    () => null,
    async () => JSON.stringify(await stage.lines()),
  )
  const feed = await stage.client().feed()
  const { questionsByIdentifier: sent } = await stage.bed.gateway.stats()
  return {
    questions: asked.toSorted((a, b) => a.askedAt - b.askedAt),
    refusals,
    faults: suffered,
    story: stage.story(),
    feed: feed.flatMap((item) => (item.type === 'verification' ? [item.verification.id] : [])),
    sent,
    notWell,
  }
}

async function suffer(stage: Stage, fault: PlannedFault): Promise<Suffered> {
  const { line, kind, fromMs, toMs } = fault
  await wait(fromMs)
  const from = Date.now()
  const heal = await begin(stage, fault)
  await wait(toMs - fromMs)
  await heal()
  return { line, kind, from, to: Date.now() }
}

function told(schedule: Schedule, found: readonly string[], evidence: Evidence): string {
  const { questions, faults, story } = evidence
  const events = [
    ...faults.flatMap(({ line, kind, from, to }) => [
      { at: from, text: `line ${line} ${kind}` },
      { at: to, text: `line ${line} is healed` },
    ]),
    ...questions.flatMap(({ id, askedAt, endedAt, outcome, code, line }) => [
      { at: askedAt, text: `${id} is asked` },
      { at: endedAt, text: `${id} ends: ${outcome} ${code} ${line ?? ''}` },
    ]),
    ...story,
  ]
  const from = Math.min(...events.map(({ at }) => at))
  return [
    `seed ${schedule.seed}: ${schedule.faults.map(textOfFault).join(', ')}`,
    ...found.map((what) => `  violation: ${what}`),
    ...events.toSorted((a, b) => a.at - b.at).map(({ at, text }) => `  ${at - from} ms: ${text}`),
  ].join('\n')
}

/** For people. */
export const textOfOutages = (report: OutagesReport): string =>
  [
    `seed ${report.seed}: ${report.outages} schedules of faults on three real lines`,
    `questions ${report.questions}, answered ${report.answered}, offline ${report.offline}, moves ${report.moves}`,
    `violations ${report.violations.length}`,
    ...report.violations.slice(0, 5),
  ].join('\n')
