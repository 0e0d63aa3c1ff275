import { advisory } from '../../kernel/advisories.ts'
import { isHardToFind, isSpelledOtherwise } from '../../kernel/kana.ts'
import type { Advise } from './case.ts'

/**
 * Kana that a receipt computer would not find: spelled otherwise than the clinic's record of the
 * patient; without a record, spelled as names are not.
 */
export const kanaAdvice: Advise = ({ draft, patient }) => {
  const known = patient?.nameKana ?? ''
  const isMissed = (kana: string) =>
    known === '' ? isHardToFind(kana) : isSpelledOtherwise(kana, known)
  return draft.results.flatMap(({ nameKana = '' }, index) =>
    isMissed(nameKana) ? [advisory('KANA_SEARCH_MISSES', `results[${index}].nameKana`)] : [],
  )
}
