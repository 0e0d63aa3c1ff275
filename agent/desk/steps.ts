import type { Outcome, Verification } from '../kernel/verification.ts'
import type { Entry } from './day.ts'
import { type Said, saidOf, standings } from './words.ts'

/** One thing that a clerk does, with the number that is read over the phone. */
export interface Step {
  readonly number: string
  readonly weight: 'stop' | 'warn' | 'info'
  /** What was found; '' where the card’s own title says it. */
  readonly title: string
  readonly action: string
}

/** 公費 are named on every card, in a line of their own. */
export const PUBLIC_EXPENSE = 'PUBLIC_EXPENSE_UNVERIFIED'

/**
 * Advisories that say what an outcome means for this patient: with one of them, the general advice of
 * the outcome would only say it again.
 */
const tellsMore: Readonly<Partial<Record<Outcome, readonly string[]>>> = {
  invalid: [
    'QUALIFICATION_LOST',
    'LOST_BY_DEATH',
    'LOST_TO_PUBLIC_ASSISTANCE',
    'LOST_TO_OTHER_INSURANCE',
  ],
  'invalid-new-exists': ['NEW_INSURER_EXISTS'],
  'not-found': ['ELIGIBILITY_NOT_FOUND'],
  multiple: ['ELIGIBILITY_MULTIPLE'],
  'valid-unregistered': ['VALID_UNREGISTERED'],
  pending: ['ELIGIBILITY_PENDING'],
}

const order = { stop: 0, warn: 1, info: 2 } as const
const weightOf = ({ tone }: Said): Step['weight'] => (tone === 'good' ? 'info' : tone)

/** What was found of two fields, or of two insurances, is told once: the words are the same. */
export const oneEach = <T extends { readonly number: string }>(found: readonly T[]): readonly T[] =>
  found.filter(({ number }, index) => found.findIndex((other) => other.number === number) === index)

/** A person said that it is somebody else’s: nothing that it says is to be done any more. */
const isRejected = ({ notes }: Pick<Entry, 'notes'>): boolean =>
  notes.some(({ note }) => note.kind === 'rejection')

/** What stands at the head of the card of a result, the decision of a person before all. */
export const saidOfEntry = (entry: Entry): Said =>
  isRejected(entry) ? standings.rejected : saidOf(entry.verification)

export function stepsOfEntry(entry: Entry): readonly Step[] {
  if (!isRejected(entry)) return stepsOf(entry.verification)
  const { number, next } = standings.rejected
  return [{ number, weight: 'stop', title: '', action: next }]
}

/** What to do next, worst first; of two that weigh the same, the outcome’s own before advisories. */
export function stepsOf(verification: Verification): readonly Step[] {
  const { fault, advisories } = verification
  const said = saidOf(verification)
  const own: Step = { number: said.number, weight: weightOf(said), title: '', action: said.next }
  const ofFault: readonly Step[] =
    fault === null || fault === undefined
      ? []
      : [{ number: fault.number, weight: 'stop', title: fault.title, action: fault.action }]
  const found = oneEach(advisories)
    .filter(({ code }) => code !== PUBLIC_EXPENSE)
    .map(({ number, severity, title, action }) => ({ number, weight: severity, title, action }))
  return [...ofFault, ...(isTold(verification) ? [] : [own]), ...found].sort(
    (one, other) => order[one.weight] - order[other.weight],
  )
}

function isTold({ outcome, held, fault, advisories }: Verification): boolean {
  const isHeldTold = advisories.some(({ code }) => code === 'IDENTITY_HELD')
  if (held) return isHeldTold
  // Its advisories are what has to be looked at.
  if (outcome === 'valid') return advisories.some(({ severity }) => severity !== 'info')
  if (outcome === 'failed') return fault !== null && fault !== undefined
  return advisories.some(({ code }) => tellsMore[outcome]?.includes(code))
}
