import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { AdvisoryCode } from '../kernel/advisories.ts'
import type { Digest } from '../kernel/digest.ts'
import { Advisory } from '../kernel/judgement.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { inTurns } from '../kernel/turns.ts'
import { NoteKind, type Outcome, Verification } from '../kernel/verification.ts'
import type { Store } from '../store/store.ts'

export interface DigestParts {
  readonly store: Pick<
    Store,
    'itemsBetween' | 'lookupMs' | 'find' | 'isSuperseded' | 'isUndecided'
  > & {
    readonly work: Pick<Store['work'], 'isStanding'>
  }
  /** What is on its way to whom, now. */
  readonly undelivered: () => Digest['undelivered']
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** One day, `YYYY-MM-DD` of Japan, as it stands at `madeAt` (epoch ms). */
export async function digestOf(
  { store, undelivered }: DigestParts,
  day: string,
  madeAt: number,
): Promise<Digest> {
  const from = Date.parse(`${day}T00:00:00+09:00`)
  const ended: Told[] = []
  const notes: NoteKind[] = []
  for await (const item of inTurns(store.itemsBetween(from, from + DAY_MS))) {
    const event = eventIn(item)
    if (event?.type === 'note') notes.push(event.note.kind)
    if (event?.type === 'verification') ended.push(toldOf(event.verification, item, store))
  }
  return {
    day,
    madeAt: toRfc3339(madeAt),
    verifications: ended.length,
    byOutcome: tally(ended.map(({ outcome }) => outcome)),
    bySource: tally(ended.map(({ source }) => source)),
    firstVisits: ended.filter(({ isFirst }) => isFirst).length,
    insurerChanges: ended.filter(({ isInsurerNew }) => isInsurerNew).length,
    notes: tally(notes),
    lookup: lookupOf(ended.flatMap(({ lookupMs }) => lookupMs ?? [])),
    unresolved: ended
      .filter(({ isUnresolved }) => isUnresolved)
      .map(({ about, outcome }) => ({ ...about, outcome })),
    mismatches: ended.flatMap(({ mismatches }) => mismatches),
    held: ended.filter(({ isHeld }) => isHeld).map(({ about }) => about),
    undelivered: undelivered(),
  }
}

const { id, askedAt, outcome, patientNumber } = Verification.properties
/** What is told of one; the rest of it, which a later release may have written, is not looked at. */
const Shown = Type.Object({
  ...{ id, askedAt, outcome, patientNumber },
  source: Type.Object({ kind: Type.String() }),
  patient: Type.Union([
    Type.Object({
      referenceNumber: Type.Union([Type.String(), Type.Null()]),
      firstSeenHere: Type.Boolean(),
      insurerChanged: Type.Boolean(),
    }),
    Type.Null(),
  ]),
  advisories: Type.Array(Advisory),
})
type Shown = Static<typeof Shown>
const Event = Type.Union([
  Type.Object({ type: Type.Literal('verification'), verification: Shown }),
  Type.Object({ type: Type.Literal('note'), note: Type.Object({ kind: NoteKind }) }),
])

function eventIn(item: Uint8Array): Static<typeof Event> | undefined {
  const event: unknown = JSON.parse(Buffer.from(item).toString())
  return Value.Check(Event, event) ? event : undefined
}

const UNRESOLVED: ReadonlySet<Outcome> = new Set<Outcome>([
  'not-found',
  'multiple',
  'pending',
  'offline',
  'failed',
])

/** As the lists have it: bodies of a whole day are not kept in memory. */
type Told = ReturnType<typeof toldOf>

function toldOf(ended: Shown, item: Uint8Array, store: DigestParts['store']) {
  const verification = asItStands(ended, item, store)
  const { id, outcome, patient, patientNumber, askedAt } = verification
  const about = {
    verificationId: id,
    patientNumber: patient?.referenceNumber ?? patientNumber,
    askedAt,
  }
  const isSuperseded = store.isSuperseded(id)
  return {
    about,
    outcome,
    source: verification.source.kind,
    isFirst: patient?.firstSeenHere === true,
    isInsurerNew: patient?.insurerChanged === true,
    isHeld: store.isUndecided(id),
    isUnresolved: UNRESOLVED.has(outcome) && store.work.isStanding(id),
    lookupMs: store.lookupMs(id),
    // What came in its place says it again, where it still is so.
    mismatches: isSuperseded ? [] : mismatchesOf(verification, about),
  }
}

/** With what a person decided on it since. */
function asItStands(ended: Shown, item: Uint8Array, { find }: Pick<Store, 'find'>): Shown {
  const now = find(ended.id)
  if (!(now instanceof Uint8Array) || Buffer.compare(now, item) === 0) return ended
  const event = eventIn(now)
  return event?.type === 'verification' ? event.verification : ended
}

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

const mismatchesOf = ({ advisories }: Shown, about: Digest['held'][number]): Digest['mismatches'] =>
  advisories.flatMap(({ code, number, severity, title, field }) =>
    severity === 'info' || !MISMATCHES.has(code)
      ? []
      : [{ ...about, code, number, severity, title, field }],
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
