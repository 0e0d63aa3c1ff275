import type { FhirAssumptions } from './assumptions.ts'
import type { Ownership } from './overlay.ts'
import { extensions, identifiers } from './systems.ts'

/** Of a Coverage: what `coverage.ts` writes. The rest is the EHR's own. */
export const coverageOwnership = ({ recipientIdSystem }: FhirAssumptions): Ownership => ({
  elements: [
    'status',
    'type',
    'subscriberId',
    'beneficiary',
    'dependent',
    'relationship',
    'period',
    'payor',
    'order',
    'costToBeneficiary',
  ],
  slices: {
    identifier: {
      by: 'system',
      own: [identifiers.memberId, identifiers.coverageCsv, recipientIdSystem],
    },
    extension: { by: 'url', own: [extensions.symbol, extensions.number, extensions.branch] },
  },
})

/** Of a response: everything that `eligibility-response.ts` writes. */
export const responseOwnership: Ownership = {
  elements: [
    'status',
    'purpose',
    'patient',
    'servicedDate',
    'created',
    'request',
    'outcome',
    'disposition',
    'insurer',
    'insurance',
    'error',
  ],
  slices: { identifier: { by: 'system', own: [] } },
}
