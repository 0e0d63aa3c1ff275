import { type AdvisoryCode, advisory } from '../../kernel/advisories.ts'
import type { Advisory } from '../../kernel/judgement.ts'
import { placesOf, said } from './answer.ts'
import type { Advise, Case } from './case.ts'

/** What an outcome means at the desk: never that nobody insures the patient. */
export const outcomeAdvice: Advise = (one) => {
  switch (one.draft.outcome) {
    case 'not-found':
      return [advisory('ELIGIBILITY_NOT_FOUND', VALIDITY)]
    case 'multiple':
      return [advisory('ELIGIBILITY_MULTIPLE', VALIDITY)]
    case 'invalid':
      return lost(one)
    case 'invalid-new-exists':
      return [advisory('NEW_INSURER_EXISTS', VALIDITY)]
    case 'valid-unregistered':
      return [advisory('VALID_UNREGISTERED', VALIDITY)]
    case 'pending':
      return [advisory('ELIGIBILITY_PENDING', 'official.header.segmentOfResult')]
    case 'valid':
    case 'failed':
    case 'offline':
      return []
  }
}

const VALIDITY = 'official.validity'

/** ReasonOfLoss. [eligibility messages 2.4] */
const LOSSES = new Map<string, AdvisoryCode>([
  ['01', 'LOST_BY_DEATH'],
  ['02', 'LOST_TO_PUBLIC_ASSISTANCE'],
  ['03', 'LOST_TO_OTHER_INSURANCE'],
])

/** One advisory for each reason, at the first result that gives it. */
function lost(one: Case): readonly Advisory[] {
  const found = new Map<AdvisoryCode, Advisory>()
  for (const { result, path } of placesOf(one)) {
    const reason = said(result.reasonOfLoss)?.trim()
    if (reason === undefined) continue
    const code = LOSSES.get(reason) ?? 'QUALIFICATION_LOST'
    if (!found.has(code)) found.set(code, advisory(code, `${path}.reasonOfLoss`))
  }
  return found.size === 0 ? [advisory('QUALIFICATION_LOST', VALIDITY)] : [...found.values()]
}

/** A ProcessingResultCode on success: the card's certificate ends soon, for example. */
export const officialNoteAdvice: Advise = ({ draft }) => {
  const { official, outcome } = draft
  const isSuccess = official?.status === '1' && outcome !== 'failed'
  return isSuccess && said(official.code ?? undefined) !== undefined
    ? [advisory('OFFICIAL_NOTE', 'official.code')]
    : []
}
