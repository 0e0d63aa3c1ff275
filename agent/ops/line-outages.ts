import { type FaultCode, isFaultCode } from '../kernel/faults.ts'
import type { LineEventRecord } from '../store/line-history.ts'

/** A test this long before a line went down is what found it. */
const FOUND_MS = 60_000
/** A recorder that is behind by less still runs. */
const BEHIND_MS = 3 * 60_000

/** A time in which a line was down. Epoch ms. */
export interface LineOutage {
  readonly from: number
  readonly to: number
  /** What the path test found first, else what took the line out. */
  readonly cause: FaultCode | null
  /** over; lasts: at the end of the period; unseen: the agent stopped before the line was back. */
  readonly end: 'over' | 'lasts' | 'unseen'
}

interface Period {
  readonly from: number
  readonly to: number
}

interface Seen {
  /** The last word on the standing before the period. */
  readonly before: LineEventRecord | undefined
  /** What happened within it, in order. */
  readonly events: readonly LineEventRecord[]
  /** When the last minute that was recorded before a time ended. */
  readonly lastMinuteBefore: (at: number) => number | undefined
}

interface Open {
  readonly from: number
  readonly cause: FaultCode | null
  readonly isFound: boolean
}

interface Walk {
  readonly over: readonly LineOutage[]
  readonly open: Open | null
  /** The last failed test. */
  readonly found: { readonly at: number; readonly cause: FaultCode | null } | null
}

/** The outages of a line within a period, in order, clipped to it. */
export function outagesIn(seen: Seen, period: Period): LineOutage[] {
  const { before, events, lastMinuteBefore } = seen
  const { over, open } = [...(before === undefined ? [] : [before]), ...events].reduce<Walk>(
    (walk, event) => after(walk, event, seen),
    { over: [], open: null, found: null },
  )
  const lastSeen = lastMinuteBefore(period.to) ?? period.to
  const isSeen = period.to - lastSeen <= BEHIND_MS
  const last =
    open === null
      ? []
      : isSeen
        ? [closed(open, period.to, 'lasts')]
        : [closed(open, lastSeen, 'unseen')]
  return [...over, ...last]
    .filter(({ to }) => to > period.from)
    .map((outage) => ({ ...outage, from: Math.max(outage.from, period.from) }))
}

function after(walk: Walk, event: LineEventRecord, { lastMinuteBefore }: Seen): Walk {
  const { at, kind, facts } = event
  if (kind === 'failed') return afterTest(walk, at, faultIn(facts))
  if (kind !== 'standing' && kind !== 'begun') return walk
  const isDown = facts['standing'] === 'down'
  const end =
    kind === 'begun'
      ? ({ at: lastMinuteBefore(at) ?? at, end: 'unseen' } as const)
      : ({ at, end: 'over' } as const)
  const isOver = walk.open !== null && (kind === 'begun' || !isDown)
  const over =
    isOver && walk.open !== null ? [...walk.over, closed(walk.open, end.at, end.end)] : walk.over
  const still = isOver ? null : walk.open
  return { ...walk, over, open: isDown ? (still ?? opened(walk, at, faultIn(facts))) : null }
}

/** The first finding within an outage is its cause; later ones come of mending it. */
function afterTest(walk: Walk, at: number, cause: FaultCode | null): Walk {
  const { open } = walk
  const isCause = open !== null && !open.isFound
  return {
    ...walk,
    found: { at, cause },
    open: isCause ? { ...open, cause, isFound: true } : open,
  }
}

function opened({ found }: Walk, from: number, fault: FaultCode | null): Open {
  return found !== null && from - found.at <= FOUND_MS
    ? { from, cause: found.cause, isFound: true }
    : { from, cause: fault, isFound: false }
}

const closed = ({ from, cause }: Open, at: number, end: LineOutage['end']): LineOutage => ({
  from,
  to: Math.max(from, at),
  cause,
  end,
})

const faultIn = ({ fault }: LineEventRecord['facts']): FaultCode | null =>
  typeof fault === 'string' && isFaultCode(fault) ? fault : null

/** How much of a span the line was down, ms. */
export const downMsIn = (outages: readonly LineOutage[], from: number, to: number): number =>
  outages.reduce(
    (sum, outage) => sum + Math.max(0, Math.min(outage.to, to) - Math.max(outage.from, from)),
    0,
  )
