import type { Fields } from '../patients/element.ts'
import { besidePublic } from './beside.ts'
import { filled, listOf, recordOf } from './fields.ts'
import { checkHealth, checkPublic, type Rules } from './insurance.ts'
import type { HealthInsurance, PublicInsurance } from './patient.ts'
import type { Trouble, Warning } from './troubles.ts'

export type Taken =
  | { readonly is: 'trouble'; readonly trouble: Trouble }
  | {
      readonly is: 'rows'
      readonly health: readonly HealthInsurance[]
      readonly publics: readonly PublicInsurance[]
      readonly warnings: readonly Warning[]
    }

/** The insurance of a request: at most one, with up to four of public insurance. */
export const takeInsurance = (fields: Fields, rules: Rules): Taken => {
  const given = recordOf(fields, 'HealthInsurance_Information')
  const { PublicInsurance_Information: _, ...own } = given
  const health = Object.keys(filled(own)).length === 0 ? undefined : checkHealth(own, rules)
  if (health?.is === 'trouble') return health
  const publics: PublicInsurance[] = []
  for (const one of listOf(given, 'PublicInsurance_Information')) {
    if (Object.keys(filled(one)).length === 0) continue
    const checked = checkPublic(one, rules)
    if (checked.is === 'trouble') return checked
    const clash = besidePublic(checked.row, publics)
    if (clash !== undefined) return { is: 'trouble', trouble: { kind: clash } }
    publics.push(checked.row)
  }
  return {
    is: 'rows',
    health: health === undefined ? [] : [health.row],
    publics,
    warnings: health?.warnings ?? [],
  }
}
