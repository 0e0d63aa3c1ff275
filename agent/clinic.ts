import { readRules } from '../config/fee-rules.ts'
import { readHolidayChanges } from '../config/holidays.ts'
import type { Config } from '../config/schema.ts'
import { holidaysWith } from './eligibility/judge/holidays.ts'
import { builtInRules } from './kernel/built-in-rules.ts'
import type { ClinicTimes } from './kernel/hours.ts'
import { type Rules, withRows } from './kernel/rules.ts'

type OfClinic = Pick<Config, 'clinic'>

/** When the clinic is open. Reads `clinic.holidays_file`: throws `CONFIG_UNREADABLE`, `CONFIG_INVALID`. */
export function clinicTimesOf({ clinic }: OfClinic): ClinicTimes {
  const { hours, closed, after_hours, holidays_file } = clinic
  const changes =
    holidays_file === undefined ? { add: [], remove: [] } : readHolidayChanges(holidays_file)
  return {
    hours: hours.map(dated),
    closed,
    holidays: holidaysWith(changes),
    afterHours: after_hours.map(dated),
  }
}

const dated = <T extends { readonly effective_from?: string }>({ effective_from, ...row }: T) =>
  effective_from === undefined ? row : { ...row, effectiveFrom: effective_from }

/** The built-in rules with the rows of `clinic.rules_file`. Throws `CONFIG_UNREADABLE`, `CONFIG_INVALID`. */
export const rulesOf = ({ clinic: { rules_file } }: OfClinic): Rules =>
  rules_file === undefined ? builtInRules : withRows(builtInRules, readRules(rules_file))
