import type { CardFace } from '../kernel/card-face.ts'
import type { JobResult } from '../kernel/job.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import {
  type ContractNotice,
  mayAskInMonth,
  mayBeAsked,
  type RosterAsked,
  type RosterStanding,
} from '../kernel/roster.ts'
import type { Store } from '../store/store.ts'
import type { ExpectedLine } from './batches.ts'
import type { AskExpected } from './expected.ts'
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

export interface RosterCheckParts {
  readonly store: Pick<Store, 'roster' | 'rosterQuestions' | 'answeredCard'>
  readonly ask: AskExpected
  readonly clock: Pick<Clock, 'now'>
  /** The card as it can be asked, or which of its fields cannot. */
  readonly fit: (face: CardFace) => CardFace | readonly string[]
  readonly log: Log
}

/** What a check came to: counts, and ids of entries, each list with spaces between. */
export interface RosterCheck extends JobResult {
  readonly month: string
  readonly entries: number
  readonly confirmed: number
  readonly asked: number
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
 * handed over before a crash is not asked again. Rejects with `NO_LINE`, after whom somebody could be
 * asked about, `SHUTTING_DOWN`, `STORE_*`.
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
  const wanted = rosterDue(cases).flatMap((one) => wantedOf(parts, one, month))
  const asked = await parts.ask(wanted, signal)
  const check = reportOf(parts, month, asked)
  const { entries, confirmed } = check
  log.info({ month, entries, confirmed, asked }, 'roster-checked')
  return check
}

function wantedOf(
  parts: RosterCheckParts,
  { entry }: RosterStanding,
  month: string,
): ExpectedLine[] {
  const face = faceOf(parts, entry)
  return face === null ? [] : [{ face, claims: [{ rosterId: entry.id, month }] }]
}

/** The card that the entry names, else that of the patient’s last answer; null: none that can be asked. */
function faceOf(
  { store, fit }: Pick<RosterCheckParts, 'store' | 'fit'>,
  { form }: RosterStanding['entry'],
): CardFace | null {
  const { cardFace, birthdate, patientNumber } = form
  const card =
    cardFace !== undefined && birthdate !== undefined
      ? { ...cardFace, birthdate }
      : store.answeredCard(patientNumber)
  const asked = card && fit({ ...card, patientNumber })
  return asked !== null && 'insurerNumber' in asked ? asked : null
}

function reportOf(parts: RosterCheckParts, month: string, asked: number): RosterCheck {
  const standings = rosterIn(parts.store, month, parts.clock.now())
  const unconfirmed = standings.filter(({ needsCheck }) => needsCheck)
  const ids = (which: readonly RosterStanding[]) => which.map(({ entry }) => entry.id).join(' ')
  const noticed = (notice: ContractNotice) =>
    ids(standings.filter(({ contractNotice }) => contractNotice === notice))
  return {
    month,
    entries: standings.length,
    confirmed: standings.length - unconfirmed.length,
    asked,
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
