import { advisory } from '../../kernel/advisories.ts'
import type { Advisory } from '../../kernel/judgement.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { stageOf } from './ages.ts'
import {
  ageRule,
  birthdateOf,
  confirmationDay,
  coverageAmong,
  isLateElderly,
  isPublicAssistance,
  type Place,
  said,
  usableResults,
} from './answer.ts'
import type { Advise, Case } from './case.ts'
import { isEnding } from './periods.ts'

/**
 * 限度額適用認定証: not asked for, missing, changed or ending; the first of these that is so. 医療扶助 alone
 * knows none.
 */
export const limitCertificateAdvice: Advise = (one) => {
  const place = coverageAmong(usableResults(one))
  if (place === undefined || isPublicAssistance(place.result)) return []
  const parts = [unconfirmed, missing, changed, ending]
  return parts.flatMap((part) => part(one, place)).slice(0, 1)
}

/** Staff wanted it and ticked no consent, so it was not asked for. */
function unconfirmed({ question }: Case, { path }: Place): readonly Advisory[] {
  if (question.kind !== 'card-face' || question.batch !== undefined) return []
  const isWanted = question.face.limitApplicationCertificateRelatedConsFlg === '1'
  return isWanted && question.consent === undefined
    ? [advisory('LIMIT_CONSENT_UNCONFIRMED', `${path}.${CONSENT}`)]
    : []
}

const INFO = 'limitApplicationCertificateRelatedInfo'
const CLASS = `${INFO}.limitApplicationCertificateClassificationFlag`
const CONSENT = 'limitApplicationCertificateRelatedConsFlg'

const infoOf = (result: OfficialResult | undefined) =>
  result?.limitApplicationCertificateRelatedInfo
const classOf = (result: OfficialResult | undefined) =>
  said(infoOf(result)?.limitApplicationCertificateClassificationFlag)?.trim()

const lastCoverage = ({ history }: Case): OfficialResult | undefined =>
  coverageAmong((history?.last?.results ?? []).map((result) => ({ result, path: '' })))?.result

/**
 * None came though the patient consented. From seventy on most have none, and their ratio says all
 * that it would, so there only a lost one is worth a look. Bulk answers never carry it.
 */
function missing(one: Case, { result, path }: Place): readonly Advisory[] {
  const isBatch = one.draft.source.kind === 'batch'
  if (isBatch || classOf(result) !== undefined || !hasConsented(one, result)) return []
  if (classOf(lastCoverage(one)) !== undefined)
    return [advisory('LIMIT_CERTIFICATE_MISSING', `${path}.${CONSENT}`)]
  return isElderly(one, result) ? [] : [advisory('LIMIT_CERTIFICATE_NONE', `${path}.${CONSENT}`)]
}

function hasConsented({ question }: Case, result: OfficialResult): boolean {
  const flag = said(result[CONSENT])
  if (flag !== undefined) return flag === '1'
  return question.kind === 'card-face' && question.consent !== undefined
}

function isElderly(one: Case, result: OfficialResult): boolean {
  const day = confirmationDay(one)
  const born = birthdateOf(result, day)
  const stage = born === undefined ? 'general' : stageOf(born, day, ageRule(one.rules, day))
  return isLateElderly(result) || stage === 'elderly' || stage === 'lateElderly'
}

function changed(one: Case, { result, path }: Place): readonly Advisory[] {
  const [before, now] = [classOf(lastCoverage(one)), classOf(result)]
  if (before !== undefined && now !== undefined && before !== now)
    return [advisory('LIMIT_CERTIFICATE_CHANGED', `${path}.${CLASS}`)]
  const bulk = said(result.limitApplicationCertificateChanged)?.trim() ?? NOT_CHANGED
  return bulk === NOT_CHANGED
    ? []
    : [advisory('LIMIT_CERTIFICATE_CHANGED', `${path}.limitApplicationCertificateChanged`)]
}

/** Of limitApplicationCertificateChanged: a flag; its codes are not public, so anything else is a change. */
const NOT_CHANGED = '0'

function ending(one: Case, place: Place): readonly Advisory[] {
  const end = infoOf(place.result)?.limitApplicationCertificateValidEndDate
  return isEnding(end, place, one)
    ? [
        advisory(
          'LIMIT_CERTIFICATE_ENDING',
          `${place.path}.${INFO}.limitApplicationCertificateValidEndDate`,
        ),
      ]
    : []
}
