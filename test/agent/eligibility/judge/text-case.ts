import type { Case } from '../../../../agent/eligibility/judge/case.ts'
import { builtInRules } from '../../../../agent/kernel/built-in-rules.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'

const AT = Date.parse('2026-04-01T09:30:00+09:00')

/** An answer with these results, as it came, about a patient whom the clinic knows under this kana. */
export const caseOf = (results: readonly OfficialResult[], knownKana?: string): Case => ({
  question: {
    kind: 'terminal',
    isOfBatch: false,
    arbitraryIdentifier: null,
    supersedes: null,
  },
  draft: {
    id: '01900000-0000-7000-8000-000000000001',
    supersedes: null,
    askedAt: '2026-04-01T09:30:00+09:00',
    source: { kind: 'terminal', authentication: 'terminal', reader: null, line: null },
    outcome: 'valid',
    fault: null,
    official: null,
    results: [...results],
    patient: null,
    lastKnown: null,
    patientNumber: null,
    arbitraryIdentifier: null,
    card: null,
    confirmation: null,
    limitConsent: null,
    advisories: [],
    held: false,
    identity: null,
    history: null,
    consents: null,
    reception: null,
  },
  subject: 'unclear',
  known: { patients: [], by: null, intake: null, paidInFullAt: null },
  patient:
    knownKana === undefined
      ? null
      : {
          id: '01900000-0000-7000-8000-000000000002',
          name: '架空　花子',
          nameKana: knownKana,
          birthdate: '19800101',
          sex: '2',
          firstSeenAt: AT,
          identity: null,
        },
  history: null,
  at: AT,
  receivedAt: AT,
  rules: builtInRules,
  institutionCode: '1310000001',
})
