import { codeLabel } from '../../kernel/codes.ts'
import type { Official, Verification } from '../../kernel/verification.ts'
import { toDate } from './codes.ts'
import { isObject, type JsonObject, type Token } from './json.ts'
import type { Origin } from './origin.ts'
import type { Wanted } from './state.ts'

/** What one verification found, as base R4 has it: JP Core has no profile for it. */
export interface Answered {
  readonly verification: Verification
  /** RFC 3339. */
  readonly at: string
  readonly patient: JsonObject
  readonly coverages: readonly { readonly wanted: Wanted; readonly reference: JsonObject }[]
}

/** One response a verification; it is found again by the verification's id. */
export const responseKey = ({ id }: Verification, origin: Origin): Token => ({
  system: origin.system('verification'),
  value: id,
})

const UNCONFIRMED = '資格は未確認です。無保険を意味しません。'

function dispositionOf({ validity }: Pick<Official, 'validity'>, isConfirmed: boolean): string {
  const said = codeLabel('qualificationValidity', validity ?? '') ?? validity ?? ''
  return isConfirmed ? said : `${said}。${UNCONFIRMED}`
}

/** Official codes as they came: their list is not public. */
function errorsOf(official: Official, isConfirmed: boolean, origin: Origin): readonly JsonObject[] {
  const { validity, code, message } = official
  const coded = (name: string, value: string | null, text: string | null | undefined) =>
    value === null || !/^\S+( \S+)*$/.test(value)
      ? []
      : [
          {
            code: { coding: [{ system: origin.system(name), code: value }], ...(text && { text }) },
          },
        ]
  return [
    ...(isConfirmed
      ? []
      : coded('validity', validity, codeLabel('qualificationValidity', validity ?? ''))),
    ...coded('processing-result', code, message),
  ]
}

function insuranceOf({ wanted, reference }: Answered['coverages'][number]): JsonObject {
  const { inForce, coverage } = wanted
  const { period } = coverage
  return {
    coverage: reference,
    ...(inForce !== undefined && { inforce: inForce }),
    ...(isObject(period) && { benefitPeriod: period }),
  }
}

/** Who answered where no insurer is known. No public identifier of the system is known. */
const officialSystem = (origin: Origin): JsonObject => ({
  type: 'Organization',
  identifier: { system: origin.system('official'), value: 'onshi' },
  display: 'オンライン資格確認等システム',
})

/**
 * The response. Two references are mandatory in R4 and have nothing to point at, so they are logical:
 * `request`, as the question went to the official side and is no resource anywhere, names the
 * verification; `insurer`, where no result names one, the official system that answered.
 */
export function responseOf(answered: Answered, origin: Origin): JsonObject {
  const { verification, at, patient, coverages } = answered
  const { official } = verification
  const [first] = coverages
  const payor = first?.wanted.coverage['payor']
  const insurer = Array.isArray(payor) ? payor[0] : undefined
  const isConfirmed = coverages.length > 0
  const said = official ?? { header: {}, status: null, validity: null, code: null, message: null }
  const key = responseKey(verification, origin)
  const serviced = toDate(said.header.qualificationConfirmationDate)
  const error = errorsOf(said, isConfirmed, origin)
  return {
    resourceType: 'CoverageEligibilityResponse',
    identifier: [{ ...key }],
    status: 'active',
    purpose: ['validation'],
    patient,
    ...(serviced !== undefined && { servicedDate: serviced }),
    created: at,
    request: { type: 'CoverageEligibilityRequest', identifier: { ...key } },
    outcome: isConfirmed ? 'complete' : 'error',
    disposition: dispositionOf(said, isConfirmed),
    insurer: insurer ?? officialSystem(origin),
    ...(isConfirmed && { insurance: coverages.map(insuranceOf) }),
    ...(error.length > 0 && { error }),
  }
}
