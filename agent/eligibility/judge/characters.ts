import { type AdvisoryCode, advisory } from '../../kernel/advisories.ts'
import { characterSetOf, charactersOf } from '../../kernel/jis-characters.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import type { Advise } from './case.ts'

/** What a claim says of a patient as text. [レセプト電算処理 記録条件仕様（医科）: RE, HO] */
const ON_A_CLAIM = [
  'name',
  'nameOfOther',
  'nameKana',
  'insuredCardSymbol',
  'insuredIdentificationNumber',
] as const satisfies readonly (keyof OfficialResult)[]

/** What of an answer stands on a claim, a prescription, a receipt or an envelope as text. */
export const claimFields = [
  ...ON_A_CLAIM,
  'insuredName',
  'address',
  'insurerName',
] as const satisfies readonly (keyof OfficialResult)[]

/** ● is what the official side writes for a character that it does not have, 〓 what printers do. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(['●', '〓'])

/**
 * Characters that are missing, or that a claim cannot carry: each kind once per field. The insured
 * person's name is mostly the patient's own, and 医療扶助 repeats it: one text is told once.
 */
export const characterAdvice: Advise = ({ draft }) => {
  const told = new Set<string>()
  return draft.results.flatMap((result, index) =>
    claimFields.flatMap((field) => {
      const text = result[field] ?? ''
      if (told.has(text)) return []
      told.add(text)
      return [...kindsIn(text)]
        .filter((code) => code === 'NAME_HAS_PLACEHOLDER' || isOnClaim(field))
        .map((code) => advisory(code, `results[${index}].${field}`))
    }),
  )
}

const isOnClaim = (field: (typeof claimFields)[number]) => ON_A_CLAIM.some((one) => one === field)

const kindsIn = (text: string): ReadonlySet<AdvisoryCode> =>
  new Set(charactersOf(text).flatMap((character) => kindOf(character) ?? []))

function kindOf(character: string): AdvisoryCode | undefined {
  if (PLACEHOLDERS.has(character)) return 'NAME_HAS_PLACEHOLDER'
  const set = characterSetOf(character)
  if (set === 'jis-x-0208') return undefined
  return set === 'jis-x-0213' ? 'CHARACTER_OUTSIDE_JIS_X_0208' : 'CHARACTER_OUTSIDE_JIS_X_0213'
}
