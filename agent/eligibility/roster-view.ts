import type {
  MonthEligibility,
  RosterAsked,
  RosterEntry,
  RosterStanding,
} from '../kernel/roster.ts'
import type { Decision } from '../store/roster-questions.ts'
import type { Store } from '../store/store.ts'
import { standingOf } from './roster-standing.ts'

type Kept = Pick<Store, 'roster' | 'rosterQuestions'>

/** Everybody in the roster as they stand in a month, YYYY-MM, seen at epoch ms `now`. */
export const rosterIn = (store: Kept, month: string, now: number): RosterStanding[] =>
  store.roster.list().map((entry) => standingIn(store, entry, month, now))

export function standingIn(
  { rosterQuestions }: Pick<Store, 'rosterQuestions'>,
  entry: RosterEntry,
  month: string,
  now: number,
): RosterStanding {
  const decision = rosterQuestions.decision(entry.form.patientNumber, month)
  const asked = rosterQuestions.asked(entry.id, month)
  return standingOf(entry, month, eligibilityOf(decision, asked), now)
}

/** What is known of a month, of its deciding answer and of what the roster asked. Pure. */
export function eligibilityOf(
  decision: Decision | undefined,
  asked: RosterAsked,
): MonthEligibility {
  const isValid = decision?.outcome === 'valid' || decision?.outcome === 'valid-unregistered'
  if (asked === 'open' && !isValid) return { state: 'asking', verificationId: null, at: null }
  if (decision === undefined) return { state: 'unconfirmed', verificationId: null, at: null }
  const { verificationId, at } = decision
  return { state: isValid ? 'confirmed' : 'invalid', verificationId, at }
}
