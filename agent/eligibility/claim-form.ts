import type { ClaimForm } from '../kernel/claim-form.ts'
import { CLAIM_VARIANTS_VERSION, claimSafe } from '../kernel/claim-variants.ts'
import type { OfficialResult } from '../kernel/official.ts'
import { claimFields } from './judge/characters.ts'

/** What of an answer has to be written another way on a claim. What needs nothing is not in it. */
export const claimFormOf = (results: readonly OfficialResult[]): ClaimForm => ({
  version: CLAIM_VARIANTS_VERSION,
  fields: results.flatMap((result, index) =>
    claimFields.flatMap((field) => {
      const official = result[field] ?? ''
      const { text, replaced, left } = claimSafe(official)
      const isFine = replaced.length === 0 && left.length === 0
      return isFine
        ? []
        : [
            {
              field: `results[${index}].${field}`,
              official,
              text,
              replaced: [...replaced],
              left: [...left],
            },
          ]
    }),
  ),
})
