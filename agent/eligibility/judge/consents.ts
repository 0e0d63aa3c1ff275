import { advisory } from '../../kernel/advisories.ts'
import { instantOf } from '../../kernel/calendar.ts'
import type { Consents } from '../../kernel/judgement.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { toRfc3339 } from '../../kernel/time.ts'
import { said, usableResults } from './answer.ts'
import type { Advise } from './case.ts'

type Viewing = keyof Consents
type Consent = Consents[Viewing]

const VIEWING = [
  'specificHealthCheckupsInfo',
  'pharmacistsInfo',
  'diagnosisInfo',
  'operationInfo',
] as const satisfies readonly Viewing[]

/** 提供同意 of eligibility data; these have no end of their own. */
const PROVIDING = [
  'limitApplicationCertificateRelatedConsFlg',
  'specificDiseasesCertificateRelatedConsFlg',
] as const

const flagOf = (name: Viewing) => `${name}ConsFlg` as const
type ConsentFlag = ReturnType<typeof flagOf> | (typeof PROVIDING)[number]

const GIVEN = '1'
const EXPIRED = '2'

/** AvailableTime is ConsTime and a day in what is known of real answers. [eligibility messages 2.4] */
const DAY_MS = 24 * 60 * 60 * 1_000

const NONE: Consent = { state: 'none', until: null }

/**
 * The viewing consents as they stand at epoch ms `at`; null where no result speaks of any, as after a
 * typed card face. A time that cannot be read leaves what the flag says.
 */
export function consentsOf(results: readonly OfficialResult[], at: number): Consents | null {
  if (VIEWING.every((name) => speaking(results, flagOf(name)) === undefined)) return null
  const consent = (name: Viewing): Consent => {
    const result = speaking(results, flagOf(name))
    return result === undefined ? NONE : consentOf(result, name, at)
  }
  return {
    specificHealthCheckupsInfo: consent('specificHealthCheckupsInfo'),
    pharmacistsInfo: consent('pharmacistsInfo'),
    diagnosisInfo: consent('diagnosisInfo'),
    operationInfo: consent('operationInfo'),
  }
}

/** The first result that says anything of a consent; 医療扶助 beside 医療保険 may not. */
const speaking = (results: readonly OfficialResult[], flag: ConsentFlag) =>
  results.find((result) => said(result[flag]) !== undefined)

function consentOf(result: OfficialResult, name: Viewing, at: number): Consent {
  const flag = result[flagOf(name)]?.trim()
  if (flag !== GIVEN && flag !== EXPIRED) return NONE
  const endsAt = endOf(said(result[`${name}AvailableTime`]), said(result[`${name}ConsTime`]))
  const isOver = flag === EXPIRED || (endsAt !== undefined && at > endsAt)
  return {
    state: isOver ? 'expired' : 'given',
    until: endsAt === undefined ? null : toRfc3339(endsAt),
  }
}

function endOf(available: string | undefined, given: string | undefined): number | undefined {
  if (available !== undefined) return instantOf(available.trim())
  const givenAt = given === undefined ? undefined : instantOf(given.trim())
  return givenAt === undefined ? undefined : givenAt + DAY_MS
}

/** Consents of viewing are given together, so one advisory speaks for all that are over. */
export const consentAdvice: Advise = (one) => {
  const places = usableResults(one)
  const results = places.map(({ result }) => result)
  const consents = consentsOf(results, one.at)
  const viewing = VIEWING.filter((name) => consents?.[name].state === 'expired').map(flagOf)
  const providing = PROVIDING.filter((flag) => speaking(results, flag)?.[flag]?.trim() === EXPIRED)
  return [...viewing.slice(0, 1), ...providing].flatMap((flag) => {
    const place = places.find(({ result }) => result === speaking(results, flag))
    return place === undefined ? [] : [advisory('CONSENT_EXPIRED', `${place.path}.${flag}`)]
  })
}
