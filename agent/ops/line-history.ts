import { asFault, type Facts } from '../kernel/errors.ts'
import type { LineReport, Standing, UplinkEvent } from '../kernel/line.ts'
import type { Clock, Part } from '../kernel/ports.ts'
import type { LineEventRecord, LineRecords, MinuteRecord } from '../store/line-history.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const KEPT_MS = 90 * DAY_MS
/** What waits for a store that fails: an hour of a few lines. */
const PENDING_ROWS = 1_000

/** One line within its minute. */
interface Tally {
  readonly line: string
  readonly standing: Standing
  readonly fault: string | null
  /** Of the minute so far. */
  readonly worst: Standing
  readonly probes: number
  readonly lost: number
  readonly questions: number
  readonly failed: number
  readonly rttsMs: readonly number[]
  /** What its last test found. */
  readonly found: string | null
}

export const tallyOf = ({ name, standing, fault }: LineReport): Tally => ({
  line: name,
  standing,
  fault,
  worst: standing,
  probes: 0,
  lost: 0,
  questions: 0,
  failed: 0,
  rttsMs: [],
  found: null,
})

type OfLine = Extract<UplinkEvent, { readonly line: string }>

/** The line's minute with one more event in it. */
export function counted(tally: Tally, event: OfLine): Tally {
  switch (event.is) {
    case 'probed': {
      const { rttMs } = event
      const probes = tally.probes + 1
      return rttMs === null
        ? { ...tally, probes, lost: tally.lost + 1 }
        : { ...tally, probes, rttsMs: [...tally.rttsMs, rttMs] }
    }
    case 'asked':
      return {
        ...tally,
        questions: tally.questions + 1,
        failed: tally.failed + (event.fault === null ? 0 : 1),
      }
    case 'standing': {
      const { standing, fault } = event
      const found = standing === 'up' ? null : tally.found
      return { ...tally, standing, fault, found, worst: worse(tally.worst, standing) }
    }
    case 'tested':
      return { ...tally, found: event.report.fault }
    default:
      return tally
  }
}

/** The row of a minute that is over, and the tally of the next. */
export function cut(tally: Tally, minute: number): [row: MinuteRecord, next: Tally] {
  const { line, worst: standing, probes, lost, questions, failed } = tally
  const rtts = tally.rttsMs.toSorted((one, other) => one - other)
  const row = {
    line,
    minute,
    standing,
    probes,
    lost,
    questions,
    failed,
    rttMinMs: rtts[0] ?? null,
    rttMedianMs: rtts[Math.floor((rtts.length - 1) / 2)] ?? null,
    rttMaxMs: rtts.at(-1) ?? null,
  }
  const zero = { probes: 0, lost: 0, questions: 0, failed: 0, rttsMs: [] }
  return [row, { ...tally, ...zero, worst: tally.standing }]
}

const ORDER = ['up', 'trial', 'down'] as const satisfies readonly Standing[]
const worse = (one: Standing, other: Standing) =>
  ORDER.indexOf(one) < ORDER.indexOf(other) ? other : one

/** What of an event is kept by itself; null: it is only counted. A repeated finding is no news. */
export function eventRecord(event: UplinkEvent, tally: Tally): LineEventRecord | null {
  const { at } = event
  const { line } = tally
  const record = (
    kind: LineEventRecord['kind'],
    facts: Readonly<Record<string, string | number | boolean | null>>,
  ) => ({
    line,
    at,
    kind,
    facts: withoutNulls(facts),
  })
  switch (event.is) {
    case 'standing': {
      const { standing, fault } = event
      return standing === tally.standing && fault === tally.fault
        ? null
        : record('standing', { standing, fault })
    }
    case 'moved':
      return record('moved', { from: event.from, to: event.to })
    case 'address':
      return record('address', { address: event.address, prefixChanged: event.prefixChanged })
    case 'tested': {
      const { fault, steps } = event.report
      if (fault === null || fault === tally.found) return null
      const step = steps.find(({ result }) => result === 'fail')?.step ?? null
      return record('failed', { fault, step })
    }
    case 'held':
      return record('held', { held: event.line !== null })
    default:
      return null
  }
}

const withoutNulls = (facts: Readonly<Record<string, string | number | boolean | null>>): Facts =>
  Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) =>
      value === null ? [] : [[key, value] as const],
    ),
  )

/** Keeps what the lines tell: one transaction a minute. */
export interface LineHistory extends Part {
  take(event: UplinkEvent): void
  /** Writes what there is now, as far as the store takes it: for whoever is about to read. */
  flush(): Promise<void>
}

/** `reports`: the lines as they are now. Closing writes what there is. */
export function startLineHistory(
  reports: readonly LineReport[],
  records: Pick<LineRecords, 'record' | 'purge'>,
  clock: Clock,
): LineHistory {
  const stop = new AbortController()
  const tallies = new Map(reports.map((report) => [report.name, tallyOf(report)]))
  let held = reports.find(({ isHeldByHand }) => isHeldByHand)?.name ?? null
  let minute = Math.floor(clock.now() / MINUTE_MS)
  let minutes: MinuteRecord[] = []
  let events: LineEventRecord[] = reports.map(({ name, standing, fault }) => ({
    line: name,
    at: clock.now(),
    kind: 'begun',
    facts: withoutNulls({ standing, fault }),
  }))

  const flush = async () => {
    for (const [name, tally] of tallies) {
      const [row, next] = cut(tally, minute)
      minutes.push(row)
      tallies.set(name, next)
    }
    minute = Math.floor(clock.now() / MINUTE_MS)
    const batch = { minutes: minutes.slice(-PENDING_ROWS), events: events.slice(-PENDING_ROWS) }
    minutes = []
    events = []
    try {
      await records.record(batch)
    } catch (error) {
      // The store says so itself; what came meanwhile is behind what is put back.
      asFault(error)
      minutes = [...batch.minutes, ...minutes]
      events = [...batch.events, ...events]
    }
  }
  const purge = async () => {
    try {
      await records.purge(clock.now() - KEPT_MS)
    } catch (error) {
      asFault(error)
    }
  }
  const writing = (async () => {
    for (let purgedAt = Number.NEGATIVE_INFINITY; ; ) {
      await clock.sleep(MINUTE_MS - (clock.now() % MINUTE_MS), stop.signal)
      await flush()
      if (stop.signal.aborted) return
      if (Math.abs(clock.now() - purgedAt) < DAY_MS) continue
      purgedAt = clock.now()
      await purge()
    }
  })()

  return {
    flush,
    take(event) {
      const line = lineOf(event, held)
      if (event.is === 'held') held = event.line
      const tally = line === null ? undefined : tallies.get(line)
      if (tally === undefined) return
      const record = eventRecord(event, tally)
      if (record !== null) events.push(record)
      if (event.is !== 'moved' && event.is !== 'held')
        tallies.set(tally.line, counted(tally, event))
    },
    async close() {
      stop.abort()
      await writing
    },
  }
}

/** The line that an event is told of. */
function lineOf(event: UplinkEvent, held: string | null): string | null {
  switch (event.is) {
    case 'moved':
      return event.to ?? event.from
    case 'held':
      return event.line ?? held
    default:
      return event.line
  }
}
