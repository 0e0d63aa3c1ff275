import { type ConditionCode, type Conditions, EVERY_LINE } from '../kernel/conditions.ts'
import { asFault, type Facts } from '../kernel/errors.ts'
import type { MaintenanceWindow } from '../kernel/maintenance.ts'
import type { Clock, Part } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'

/** A day's notice is what makes people prepare the paper route. */
const AHEAD_MS = 24 * 60 * 60 * 1_000
const LOOK_EVERY_MS = 60_000

/** The file of announced maintenance. */
export interface Calendar {
  /** Changes when the file does. */
  version(): string
  /** Throws an `AgentError` that names every mistake. */
  read(): readonly MaintenanceWindow[]
}

interface Announcement {
  readonly code: 'MAINTENANCE_ANNOUNCED' | 'MAINTENANCE_RUNNING'
  readonly subject: string
  readonly facts: Facts
}

/**
 * What is announced at a time, at most one of each code and subject: of those that run the one that
 * ends last, of those that come the next. Works on every line at once are works on the way to the
 * gateway.
 */
export function announcementsAt(
  windows: readonly MaintenanceWindow[],
  lines: readonly string[],
  now: number,
): Announcement[] {
  const running = windows.filter(({ from, to }) => from <= now && now < to)
  const coming = windows.filter(({ from }) => now < from && from - AHEAD_MS <= now)
  const lineByLine = lines.map((name) => running.find(({ line }) => line === name))
  const [first] = lineByLine
  const everywhere =
    first !== undefined && !lineByLine.includes(undefined) ? [{ ...first, line: null }] : []
  const shown = (code: Announcement['code'], { from, to, title, line }: MaintenanceWindow) => ({
    code,
    subject: line ?? EVERY_LINE,
    facts: { from: toRfc3339(from), to: toRfc3339(to), title },
  })
  return [
    ...onePerLine([...running, ...everywhere], (one, other) => other.to - one.to).map((window) =>
      shown('MAINTENANCE_RUNNING', window),
    ),
    ...onePerLine(coming, (one, other) => one.from - other.from).map((window) =>
      shown('MAINTENANCE_ANNOUNCED', window),
    ),
  ]
}

type Order = (one: MaintenanceWindow, other: MaintenanceWindow) => number

/** The first of each line in this order. */
function onePerLine(windows: readonly MaintenanceWindow[], order: Order): MaintenanceWindow[] {
  const sorted = windows.toSorted(order)
  return sorted.filter(({ line }, at) => sorted.findIndex((other) => other.line === line) === at)
}

/**
 * Raises the conditions of announced maintenance and clears them when it is over. The file is read
 * again when it has changed; while it is bad, what it said before holds.
 */
export function watchMaintenance(
  calendar: Calendar,
  lines: readonly string[],
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  clock: Clock,
): Part {
  const stop = new AbortController()
  let windows: readonly MaintenanceWindow[] = []
  let seen: string | undefined
  let raised: readonly (readonly [ConditionCode, string])[] = []
  const readAgain = () => {
    const version = calendar.version()
    if (version === seen) return
    seen = version
    try {
      windows = calendar.read()
      conditions.clear('MAINTENANCE_FILE_INVALID', 'maintenance')
    } catch (error) {
      const { code, message } = asFault(error)
      conditions.raise('MAINTENANCE_FILE_INVALID', 'maintenance', { code, mistake: message })
    }
  }
  const look = () => {
    readAgain()
    const now = announcementsAt(windows, lines, clock.now())
    for (const [code, subject] of raised)
      if (!now.some((one) => one.code === code && one.subject === subject))
        conditions.clear(code, subject)
    for (const { code, subject, facts } of now) conditions.raise(code, subject, facts)
    raised = now.map(({ code, subject }) => [code, subject])
  }
  const looking = (async () => {
    while (!stop.signal.aborted) {
      look()
      await clock.sleep(LOOK_EVERY_MS, stop.signal)
    }
  })()
  return {
    async close() {
      stop.abort()
      await looking
    },
  }
}
