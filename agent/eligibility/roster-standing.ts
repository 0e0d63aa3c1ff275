import { type AdvisoryCode, advisory } from '../kernel/advisories.ts'
import {
  CONTRACT_NOTICE_DAYS,
  type ContractNotice,
  type MonthEligibility,
  mayBeAsked,
  type RosterEntry,
  type RosterStanding,
  type StatusColour,
} from '../kernel/roster.ts'
import { inJapan } from '../kernel/time.ts'

const DAY_MS = 24 * 60 * 60_000

/** The month in Japan, YYYY-MM. */
export const monthOf = (atMs: number): string => inJapan(atMs).slice(0, 7)

/** How an entry stands in a month, seen at epoch ms `now`; its contract as of that day. Pure. */
export function standingOf(
  entry: RosterEntry,
  month: string,
  eligibility: MonthEligibility,
  now: number,
): RosterStanding {
  const contractNotice = contractNoticeOf(entry.form.contractEnd, inJapan(now).slice(0, 10))
  const needsCheck = eligibility.state !== 'confirmed'
  const isThisMonth = month === monthOf(now)
  const found: readonly [boolean, AdvisoryCode, string][] = [
    [contractNotice === 0, 'CONTRACT_ENDED', 'contractEnd'],
    [contractNotice !== null && contractNotice > 0, 'CONTRACT_ENDING', 'contractEnd'],
    [needsCheck && isThisMonth, 'UNCONFIRMED_THIS_MONTH', 'eligibility'],
    [!mayBeAsked(entry), 'STANDING_CONSENT_MISSING', 'standingConsent'],
  ]
  return {
    entry,
    month,
    eligibility,
    needsCheck,
    contractNotice,
    statusColour: colourOf(eligibility, contractNotice),
    advisories: found.flatMap(([is, code, field]) => (is ? [advisory(code, field)] : [])),
  }
}

function colourOf({ state }: MonthEligibility, notice: ContractNotice | null): StatusColour {
  if (state === 'invalid' || notice === 0) return 'red'
  return state === 'confirmed' && notice === null ? 'green' : 'yellow'
}

/**
 * The nearest of the notices that an end has come to; a contract still holds on its last day. Null:
 * it is further away, or there is none. Both are YYYY-MM-DD.
 */
export function contractNoticeOf(end: string | undefined, today: string): ContractNotice | null {
  if (end === undefined) return null
  const days = (Date.parse(end) - Date.parse(today)) / DAY_MS
  if (days < 0) return 0
  return CONTRACT_NOTICE_DAYS.find((notice) => days <= notice) ?? null
}
