import { Value } from 'typebox/value'
import type { AdvisoryCode } from '../kernel/advisories.ts'
import type { Digest } from '../kernel/digest.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FeedEvent, type Outcome, type Verification } from '../kernel/verification.ts'
import type { Store } from '../store/store.ts'

export interface DigestParts {
  readonly store: Pick<Store, 'itemsBetween' | 'lookupTimes' | 'find' | 'isUndecided'> & {
    readonly work: Pick<Store['work'], 'isStanding'>
  }
  /** What is on its way to whom, now. */
  readonly undelivered: () => Digest['undelivered']
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** One day, `YYYY-MM-DD` of Japan, as it stands at `madeAt` (epoch ms). */
export function digestOf({ store, undelivered }: DigestParts, day: string, madeAt: number): Digest {
  const from = Date.parse(`${day}T00:00:00+09:00`)
  const to = from + DAY_MS
  const events = store.itemsBetween(from, to).flatMap(eventIn)
  const ended = events.flatMap((event) =>
    event.type === 'verification' ? [asItStands(event.verification, store)] : [],
  )
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.note.kind] : []))
  return {
    day,
    madeAt: toRfc3339(madeAt),
    verifications: ended.length,
    byOutcome: tally(ended.map(({ outcome }) => outcome)),
    bySource: tally(ended.map(({ source }) => source.kind)),
    firstVisits: ended.filter(({ patient }) => patient?.firstSeenHere === true).length,
    insurerChanges: ended.filter(({ patient }) => patient?.insurerChanged === true).length,
    notes: tally(notes),
    lookup: lookupOf(store.lookupTimes(from, to)),
    unresolved: ended
      .filter(({ id, outcome }) => UNRESOLVED.has(outcome) && store.work.isStanding(id))
      .map((one) => ({ ...aboutOf(one), outcome: one.outcome })),
    mismatches: ended.flatMap(mismatchesOf),
    held: ended.filter(({ id }) => store.isUndecided(id)).map(aboutOf),
    undelivered: undelivered(),
  }
}

const UNRESOLVED: ReadonlySet<Outcome> = new Set<Outcome>([
  'not-found',
  'multiple',
  'pending',
  'offline',
  'failed',
])

function eventIn(item: Uint8Array): FeedEvent[] {
  const event: unknown = JSON.parse(Buffer.from(item).toString())
  return Value.Check(FeedEvent, event) ? [event] : []
}

/** With what a person decided on it since. */
function asItStands(verification: Verification, store: Pick<Store, 'find'>): Verification {
  const item = store.find(verification.id)
  const [now] = item instanceof Uint8Array ? eventIn(item) : []
  return now?.type === 'verification' ? now.verification : verification
}

const aboutOf = ({ id, patientNumber, patient, askedAt }: Verification) => ({
  verificationId: id,
  patientNumber: patient?.referenceNumber ?? patientNumber,
  askedAt,
})

/** What says otherwise than it should; what only ends or cannot be printed is the desk's of the day. */
const MISMATCHES: ReadonlySet<string> = new Set<AdvisoryCode>([
  'BURDEN_RATIO_CHANGED',
  'BURDEN_RATIO_UNUSUAL',
  'BURDEN_RATIO_DIFFERS_FROM_TYPED',
  'PRESCHOOL_DIFFERS_FROM_AGE',
  'ELDERLY_CERTIFICATE_MISSING',
  'LATE_ELDERLY_EXPECTED',
  'LATE_ELDERLY_TOO_YOUNG',
  'LIMIT_CERTIFICATE_CHANGED',
  'IDENTITY_HELD',
  'IDENTITY_DIFFERS',
  'GIVEN_NAME_DIFFERS',
  'BIRTHDATE_DIFFERS',
  'PATIENT_AMBIGUOUS',
  'REFERENCE_NUMBER_DIFFERS',
  'TICKET_OF_ANOTHER_INSTITUTION',
  'INSURER_CHANGED',
  'CARD_NUMBER_CHANGED',
])

const mismatchesOf = (one: Verification): Digest['mismatches'] =>
  one.advisories.flatMap(({ code, number, severity, title, field }) =>
    severity === 'info' || !MISMATCHES.has(code)
      ? []
      : [{ ...aboutOf(one), code, number, severity, title, field }],
  )

function tally(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries(counts)
}

function lookupOf(timesMs: readonly number[]): Digest['lookup'] {
  const sorted = timesMs.toSorted((one, other) => one - other)
  const at = (part: number) => {
    const ms = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
    return ms === undefined ? null : Math.round(ms / 100) / 10
  }
  return { count: sorted.length, median: at(0.5), p90: at(0.9), longest: at(1) }
}
