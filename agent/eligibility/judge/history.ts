import { type AdvisoryCode, advisory } from '../../kernel/advisories.ts'
import { dayAt, monthsBetween } from '../../kernel/calendar.ts'
import type { Advisory, Change, History, Said } from '../../kernel/judgement.ts'
import type { LastAnswer } from '../../kernel/known.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { toRfc3339 } from '../../kernel/time.ts'
import { coverageAmong, isUsable, said, usableResults } from './answer.ts'
import type { Advise, Case } from './case.ts'
import { type Compared, compared } from './compared.ts'

/**
 * What the clinic knew of the patient before this answer, and what is different now. Null where it is not
 * clear who it is; for somebody who was never here see `historyOfNewcomer`.
 */
export function historyOf(one: Case): History | null {
  const { patient, history } = one
  if (patient === null) return null
  const lastVisitAt = history?.lastVisitAt ?? null
  const last = history?.last ?? null
  return {
    firstSeenAt: toRfc3339(patient.firstSeenAt),
    lastVisitAt: lastVisitAt === null ? null : toRfc3339(lastVisitAt),
    ...sinceVisit(lastVisitAt, one),
    changes: last === null ? {} : changesSince(last, one),
  }
}

/** The history of somebody whom this answer makes a patient. */
export const historyOfNewcomer = ({ at }: Case): History => ({
  firstSeenAt: toRfc3339(at),
  lastVisitAt: null,
  monthsSinceLast: null,
  firstOfMonth: true,
  changes: {},
})

/** An answer that came late may be about a day before the last visit: then it was no first of anything. */
function sinceVisit(
  lastVisitAt: number | null,
  { receivedAt, at }: Case,
): Pick<History, 'monthsSinceLast' | 'firstOfMonth'> {
  if (lastVisitAt === null) return { monthsSinceLast: null, firstOfMonth: true }
  const [last, now] = [dayAt(lastVisitAt), dayAt(receivedAt ?? at)]
  return {
    monthsSinceLast: Math.max(0, monthsBetween(last, now)),
    firstOfMonth: last.slice(0, 7) < now.slice(0, 7),
  }
}

function changesSince(last: LastAnswer, one: Case): History['changes'] {
  const before = coverageOf(last.results)
  const now = coverageOf(one.draft.results)
  if (before === undefined || now === undefined) return {}
  const areValid = last.outcome === 'valid' && one.draft.outcome === 'valid'
  const isOtherInsurer = differs(compared.insurerNumber, before, now)
  const countsAbsence = { never: false, 'valid-answers': areValid, 'other-insurer': isOtherInsurer }
  const changes: History['changes'] = {}
  for (const name of FIELDS) {
    const field = compared[name]
    if (differs(field, before, now, countsAbsence[field.absence]))
      changes[name] = changeOf(field, before, now, last, one)
  }
  return changes
}

const FIELDS = [
  'insurerNumber',
  'insuredCardSymbol',
  'insuredIdentificationNumber',
  'insuredBranchNumber',
  'insuredPartialContributionRatio',
  'elderlyRecipientContributionRatio',
  'limitApplicationCertificateClassificationFlag',
  'address',
] as const satisfies readonly (keyof History['changes'])[]

const coverageOf = (results: readonly OfficialResult[]): OfficialResult | undefined =>
  coverageAmong(results.map((result) => ({ result, path: '' })))?.result

function differs(
  { read, isSame }: Compared,
  before: OfficialResult,
  now: OfficialResult,
  countsAbsence = false,
): boolean {
  const [one, other] = [said(read(before)), said(read(now))]
  if (one === undefined || other === undefined) return countsAbsence && one !== other
  return !isSame(one, other)
}

function changeOf(
  { read }: Compared,
  before: OfficialResult,
  now: OfficialResult,
  last: LastAnswer,
  { draft, at }: Case,
): Change {
  const saidBefore: Said = {
    value: read(before) ?? null,
    at: toRfc3339(last.at),
    source: last.source,
    verificationId: last.verificationId,
  }
  const saidNow: Said = {
    value: read(now) ?? null,
    at: toRfc3339(at),
    source: draft.source.kind,
    verificationId: draft.id,
  }
  return { before: saidBefore, now: saidNow }
}

/** Another insurer brings other numbers; that is said once. Ratio and limit have parts of their own. */
export const historyAdvice: Advise = (one) => {
  const place = coverageAmong(usableResults(one))
  if (place === undefined) return []
  const changes = historyOf(one)?.changes ?? {}
  const of = (code: AdvisoryCode, field: keyof OfficialResult) =>
    advisory(code, `${place.path}.${field}`)
  const number = NUMBERS.find((name) => changes[name] !== undefined)
  const card: Advisory[] = number === undefined ? [] : [of('CARD_NUMBER_CHANGED', number)]
  return [
    ...(changes.insurerNumber === undefined ? card : [of('INSURER_CHANGED', 'insurerNumber')]),
    ...(changes.address === undefined ? [] : [of('ADDRESS_CHANGED', 'address')]),
  ]
}

const NUMBERS = [
  'insuredCardSymbol',
  'insuredIdentificationNumber',
  'insuredBranchNumber',
] as const satisfies readonly (keyof History['changes'])[]

/** Who paid in full because nothing could be confirmed is owed the difference, by us within the month. */
export const refundAdvice: Advise = (one) => {
  const { paidInFullAt } = one.known
  if (paidInFullAt === null || !isUsable(one) || one.draft.outcome !== 'valid') return []
  const isSameMonth = dayAt(paidInFullAt).slice(0, 7) === dayAt(one.at).slice(0, 7)
  return [advisory(isSameMonth ? 'REFUND_DUE' : 'REFUND_BY_INSURER')]
}
