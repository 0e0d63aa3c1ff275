import { type AdvisoryCode, advisory } from '../../kernel/advisories.ts'
import { characterSetOf, charactersOf } from '../../kernel/jis-characters.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import type { Advise } from './case.ts'

/** What of an answer stands on a claim, a prescription or a receipt as text. */
export const claimFields = [
  'insurerName',
  'insuredCardSymbol',
  'insuredIdentificationNumber',
  'insuredName',
  'name',
  'nameOfOther',
  'nameKana',
  'address',
] as const satisfies readonly (keyof OfficialResult)[]

/** ● is what the official side writes for a character that it does not have, 〓 what printers do. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(['●', '〓'])

/** Characters that are missing, or that a claim cannot carry: each kind once per field. */
export const characterAdvice: Advise = ({ draft }) =>
  draft.results.flatMap((result, index) =>
    claimFields.flatMap((field) =>
      [...kindsIn(result[field] ?? '')].map((code) => advisory(code, `results[${index}].${field}`)),
    ),
  )

const kindsIn = (text: string): ReadonlySet<AdvisoryCode> =>
  new Set(charactersOf(text).flatMap((character) => kindOf(character) ?? []))

function kindOf(character: string): AdvisoryCode | undefined {
  if (PLACEHOLDERS.has(character)) return 'NAME_HAS_PLACEHOLDER'
  const set = characterSetOf(character)
  if (set === 'jis-x-0208') return undefined
  return set === 'jis-x-0213' ? 'CHARACTER_OUTSIDE_JIS_X_0208' : 'CHARACTER_OUTSIDE_JIS_X_0213'
}
