import type { CardFace } from '../kernel/card-face.ts'
import type { Log } from '../kernel/ports.ts'
import {
  type ContractNotice,
  mayAskInMonth,
  mayBeAsked,
  type RosterAsked,
  type RosterStanding,
} from '../kernel/roster.ts'
import type { Store } from '../store/store.ts'
import { type Claims, type HandOverParts, handOver, type Wanted } from './hand-over.ts'
import { monthOf } from './roster-standing.ts'
import { rosterIn } from './roster-view.ts'

/** An entry as it stands in a month, and what the roster asked about it in that month. */
export interface RosterCase {
  readonly standing: RosterStanding
  readonly asked: RosterAsked
}

/**
 * Who is to be asked about: whose eligibility of the month nobody has confirmed, who may be asked
 * about without the card, and was not asked in this month yet, unless nothing came of it. A patient
 * who is in the roster twice is asked about once. Pure.
 */
export function rosterDue(cases: readonly RosterCase[]): RosterStanding[] {
  const due = cases
    .filter(({ standing, asked }) => {
      const { eligibility, entry } = standing
      const isOpen = eligibility.state === 'unconfirmed' || eligibility.state === 'invalid'
      return isOpen && mayBeAsked(entry) && mayAskInMonth(asked)
    })
    .map(({ standing }) => standing)
  const underWay = new Set(
    cases.filter(({ asked }) => asked === 'open').map(({ standing }) => numberOf(standing)),
  )
  return due.filter(
    (one, at) =>
      !underWay.has(numberOf(one)) &&
      due.findIndex((other) => numberOf(other) === numberOf(one)) === at,
  )
}

const numberOf = ({ entry }: RosterStanding) => entry.form.patientNumber

export interface RosterCheckParts extends HandOverParts {
  readonly store: HandOverParts['store'] & Pick<Store, 'roster' | 'rosterQuestions'>
  /** The card as it can be asked; null where it cannot. */
  readonly fit: (face: CardFace) => CardFace | null
  readonly log: Log
}

/** What a check came to: counts, and ids of entries, each list with spaces between. */
export interface RosterCheck extends Readonly<Record<string, string | number | boolean>> {
  readonly month: string
  readonly entries: number
  readonly confirmed: number
  readonly asked: number
  readonly batches: string
  /** Nobody could be asked any more; the next run goes on. */
  readonly isCut: boolean
  /** Who has no valid eligibility of the month yet, the ones that are asked among them. */
  readonly unconfirmed: string
  /** Of those, whose card a person has to see: no standing consent, or no card that can be asked. */
  readonly needsCard: string
  readonly contractEnds60: string
  readonly contractEnds30: string
  readonly contractEnds7: string
  readonly contractEnded: string
}

/**
 * Has everybody of the roster asked about whose eligibility of this month is not confirmed. What was
 * handed over before a crash is not asked again. Rejects with `SHUTTING_DOWN`, `STORE_*`.
 */
export async function checkRoster(
  parts: RosterCheckParts,
  signal: AbortSignal,
): Promise<RosterCheck> {
  const { store, clock, log } = parts
  const month = monthOf(clock.now())
  const cases = rosterIn(store, month, clock.now()).map(
    (standing): RosterCase => ({
      standing,
      asked: store.rosterQuestions.asked(standing.entry.id, month),
    }),
  )
  const wanted = rosterDue(cases).flatMap((one) => wantedOf(parts, one))
  const { asked, batches, isCut } = await handOver(parts, wanted, claimsOf(store, month), signal)
  const check = reportOf(parts, month, { asked, batches: batches.join(' '), isCut })
  const { entries, confirmed } = check
  log.info({ month, entries, confirmed, asked, isCut }, 'roster-checked')
  return check
}

function wantedOf(parts: RosterCheckParts, { entry }: RosterStanding): Wanted[] {
  const face = faceOf(parts, entry)
  return face === null ? [] : [{ id: entry.id, face }]
}

/** The card that the entry names, else that of the patient’s last valid answer. */
function faceOf(
  { store, fit }: Pick<RosterCheckParts, 'store' | 'fit'>,
  { form }: RosterStanding['entry'],
): CardFace | null {
  const { cardFace, birthdate, patientNumber } = form
  if (cardFace !== undefined && birthdate !== undefined)
    return fit({ ...cardFace, birthdate, patientNumber })
  const answered = store.rosterQuestions.card(patientNumber)
  if (answered === undefined) return null
  const { insuredCardClassification: _, ...card } = answered
  return fit({ ...card, patientNumber })
}

const claimsOf = ({ rosterQuestions }: Pick<Store, 'rosterQuestions'>, month: string): Claims => ({
  question: (question, rosterId) => rosterQuestions.claim({ question, rosterId, month }),
  batch: (batch, rosterIds) => rosterQuestions.claimBatch({ batch, rosterIds, month }),
})

function reportOf(
  parts: RosterCheckParts,
  month: string,
  done: Pick<RosterCheck, 'asked' | 'batches' | 'isCut'>,
): RosterCheck {
  const standings = rosterIn(parts.store, month, parts.clock.now())
  const unconfirmed = standings.filter(({ needsCheck }) => needsCheck)
  const ids = (which: readonly RosterStanding[]) => which.map(({ entry }) => entry.id).join(' ')
  const noticed = (notice: ContractNotice) =>
    ids(standings.filter(({ contractNotice }) => contractNotice === notice))
  return {
    month,
    entries: standings.length,
    confirmed: standings.length - unconfirmed.length,
    ...done,
    unconfirmed: ids(unconfirmed),
    needsCard: ids(
      unconfirmed.filter(
        ({ entry, eligibility }) =>
          eligibility.state !== 'asking' && (!mayBeAsked(entry) || faceOf(parts, entry) === null),
      ),
    ),
    contractEnds60: noticed(60),
    contractEnds30: noticed(30),
    contractEnds7: noticed(7),
    contractEnded: noticed(0),
  }
}

/** In the shape of a job; `schedule` is cron text in Japanese time. */
export const rosterJob = (parts: RosterCheckParts, schedule: string) => ({
  name: 'roster' as const,
  title: '在宅名簿の月次確認',
  schedule,
  /** After the appointments of the day, which are at the door. */
  order: 20,
  // Each run looks at the whole month: a run that was missed is made good by the next one.
  catchUp: 'same-day' as const,
  run: ({ signal }: { readonly dueAt: number; readonly signal: AbortSignal }) =>
    checkRoster(parts, signal),
})
