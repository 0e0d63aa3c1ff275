import type { OfficialResult } from '../../kernel/official.ts'
import type { Outcome, Verification } from '../../kernel/verification.ts'
import type { FhirAssumptions } from './assumptions.ts'
import { type Card, cardOf, memberId } from './card.ts'
import { toDate } from './codes.ts'
import { coverageOf } from './coverage.ts'
import { type Unmapped, unmappedOf } from './fields.ts'
import type { JsonObject, Token } from './json.ts'
import { hasLoss, isLostOn } from './loss.ts'

/** Two kinds of Coverage that stand side by side: 医療保険, and 医療扶助. */
export type CoverageKind = 'insurance' | 'aid'

/** A Coverage as the official answer has it. */
export interface Wanted {
  readonly kind: CoverageKind
  /** The member id: by it a Coverage is found again. */
  readonly key: Token
  /** Without id, meta and beneficiary. */
  readonly coverage: JsonObject
  /** Whether one that the EHR does not have is made; a lost qualification is not brought in anew. */
  readonly creates: boolean
  /** What the answer says of it; undefined where it does not say. */
  readonly inForce: boolean | undefined
}

/** The state of a patient's insurance as one verification has it. */
export type State =
  /** Not decided by the official side: nobody is changed by it. */
  | { readonly is: 'undecided' }
  /** A result without a field that identifies a card. */
  | { readonly is: 'unmappable'; readonly field: string }
  | Decided

export interface Decided {
  readonly is: 'decided'
  readonly wanted: readonly Wanted[]
  /** Of these kinds the answer is the whole: what we wrote and is not in it is cancelled. */
  readonly whole: ReadonlySet<CoverageKind>
  readonly unmapped: readonly Unmapped[]
}

interface Seen {
  readonly all: readonly OfficialResult[]
  isLost(result: OfficialResult): boolean
}
type Rule = (result: OfficialResult, seen: Seen) => boolean | undefined

const isKept: Rule = (result, { isLost }) => !isLost(result)

/**
 * Whether a result is in force, by outcome; undefined: nothing can be said of it.
 *
 * | outcome | its results | other Coverages that we wrote |
 * |---|---|---|
 * | valid, valid-unregistered | active; cancelled from the day of a loss on | cancelled, of the kinds that the answer is the whole of |
 * | invalid | cancelled, where the EHR has them | stay: one card was asked about |
 * | invalid-new-exists | those with a loss cancelled, the rest active; without any loss nothing | stay |
 * | not-found, multiple | none came | stay: unconfirmed is not uninsured |
 * | pending, failed, offline | none are sent here | stay |
 */
const inForce: Readonly<Record<Outcome, Rule | undefined>> = {
  valid: isKept,
  'valid-unregistered': isKept,
  invalid: () => false,
  'invalid-new-exists': (result, { all }) => (all.some(hasLoss) ? !hasLoss(result) : undefined),
  'not-found': () => undefined,
  multiple: () => undefined,
  pending: undefined,
  failed: undefined,
  offline: undefined,
}

/** The day that an answer speaks of, FHIR date. */
const confirmedOn = ({ official, askedAt }: Verification): string =>
  toDate(official?.header.qualificationConfirmationDate) ?? askedAt.slice(0, 10)

const kindOf = ({ isAid }: Card): CoverageKind => (isAid ? 'aid' : 'insurance')

/**
 * 照会区分 1: asked with a My Number card, about the person and not about one card. That it then names
 * the aid as well, so that none named is none, is assumed: see `FhirAssumptions`.
 */
const asksPerson = ({ official, source }: Verification) =>
  (official?.header.referenceClassification ?? (source.kind === 'card' ? '1' : '')) === '1'

function wholeOf(verification: Verification, wanted: readonly Wanted[]): ReadonlySet<CoverageKind> {
  const { outcome } = verification
  if (outcome !== 'valid' && outcome !== 'valid-unregistered') return new Set()
  if (asksPerson(verification)) return new Set(['insurance', 'aid'])
  // A person has one 医療保険 at a time; whether there is aid beside it only the person's answer says.
  return new Set(wanted.filter(({ creates }) => creates).map(({ kind }) => kind))
}

/** One a number: lost and got anew under one, what is in force counts. */
function keep(kept: Map<string, Wanted>, one: Wanted): void {
  const id = `${one.key.system}|${one.key.value}`
  if (one.creates || kept.get(id)?.creates !== true) kept.set(id, one)
}

/** What a verification says, as Coverages. Pure. */
export function stateOf(verification: Verification, assumptions: FhirAssumptions): State {
  const { outcome, results } = verification
  const rule = inForce[outcome]
  if (rule === undefined) return { is: 'undecided' }
  const wanted = new Map<string, Wanted>()
  const unmapped: Unmapped[] = []
  const on = confirmedOn(verification)
  const seen = {
    all: results,
    isLost: (result: OfficialResult) => isLostOn(result, on, assumptions),
  }
  let aids = 0
  for (const [index, result] of results.entries()) {
    const path = `results[${index}]`
    unmapped.push(...unmappedOf(result, path))
    const card = cardOf(result)
    if (typeof card === 'string') return { is: 'unmappable', field: `${path}.${card}` }
    const isIn = rule(result, seen)
    if (isIn === undefined) {
      unmapped.push({ field: path, detail: 'Which of the results is the new one is not said.' })
      continue
    }
    if (card.isAid) aids += 1
    const status = isIn ? 'active' : 'cancelled'
    const order = card.isAid ? aids : undefined
    const mapped = coverageOf(result, card, status, assumptions, { path, order })
    unmapped.push(...mapped.unmapped)
    keep(wanted, {
      kind: kindOf(card),
      key: memberId(card, assumptions),
      coverage: mapped.coverage,
      creates: isIn,
      // The answer speaks of the card that was asked about, not of the one that took its place.
      inForce: isIn && outcome === 'invalid-new-exists' ? undefined : isIn,
    })
  }
  const all = [...wanted.values()]
  return { is: 'decided', wanted: all, whole: wholeOf(verification, all), unmapped }
}

/** The clinic's number of the patient, as charts are identified; null where it has none yet. */
export function chartNumber(
  { patient, patientNumber }: Verification,
  { patientDigits }: FhirAssumptions,
): string | null {
  const number = (patient?.referenceNumber ?? patientNumber ?? '').normalize('NFKC').trim()
  if (number === '') return null
  if (patientDigits === 0 || !/^\d+$/.test(number)) return number
  return number.replace(/^0+(?=.)/, '').padStart(patientDigits, '0')
}
