import cron, { type ScheduledTask } from 'node-cron'

/** When a job is due: a cron text of five fields, in Japanese time. Pure; times are epoch ms. */
export interface Plan {
  /** The newest time of the plan at or before `at`; null: none in the last 40 days. */
  lastDue(at: number): number | null
  /** The first time of the plan after `at`; null: none in the next four years. */
  nextDue(at: number): number | null
}

/** Calls `tick` at the times of a cron text until it is closed. */
export type Ticking = (text: string, tick: () => void) => { close(): void }

const ZONE = 'Asia/Tokyo'
/** Japan has no summer time. */
const OFFSET_MS = 9 * 60 * 60_000
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Longer than a month: who is that late waits for the next time. */
const BACK_DAYS = 40
/** From one 29 February to the next. */
const AHEAD_DAYS = 4 * 366

/** node-cron, which logs by itself, is to say nothing: what comes of a run is told by the job. */
const silent = { info() {}, warn() {}, error() {}, debug() {} }
const options = { timezone: ZONE, noOverlap: true, suppressMissedWarning: true, logger: silent }

/** node-cron’s own clock work: a timer of the process for the next time of the plan. */
export const cronTicking: Ticking = (text, tick) => {
  const task = cron.schedule(text, tick, options)
  return { close: () => void task.destroy() }
}

/**
 * The plan of a cron text. Which days and minutes a text means is node-cron’s word; it walks from the
 * time of the machine only, so the walk from any other is here.
 */
export function planOf(text: string): Plan {
  const { hour, minute } = cron.parse(text)
  // In ms from midnight, ascending.
  const times = hour.flatMap((h) => minute.map((m) => (h * 60 + m) * MINUTE_MS))
  const task = matcher(text)
  const on = (midnight: number) => {
    const [first] = times
    return first !== undefined && task.match(new Date(midnight + first)) ? times : []
  }
  return {
    lastDue(at) {
      for (let day = 0; day <= BACK_DAYS; day += 1) {
        const midnight = midnightOf(at) - day * DAY_MS
        const found = on(midnight).findLast((time) => midnight + time <= at)
        if (found !== undefined) return midnight + found
      }
      return null
    },
    nextDue(at) {
      for (let day = 0; day <= AHEAD_DAYS; day += 1) {
        const midnight = midnightOf(at) + day * DAY_MS
        const found = on(midnight).find((time) => midnight + time > at)
        if (found !== undefined) return midnight + found
      }
      return null
    },
  }
}

/** In no list of node-cron’s: it never ticks. */
function matcher(text: string): Pick<ScheduledTask, 'match'> {
  const task = cron.createTask(text, () => {}, options)
  void task.destroy()
  return task
}

const midnightOf = (at: number) => Math.floor((at + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS

/** The day in Japan, as a number that is the same all day. */
export const dayOf = (at: number): number => midnightOf(at)
