import type { Appointment } from '../kernel/appointment.ts'
import type { Verification } from '../kernel/verification.ts'

/** What the morning list says of one who is expected. */
export type Standing = Pick<
  Appointment,
  'status' | 'reason' | 'fields' | 'changes' | 'verificationId' | 'outcome' | 'checkedAt'
>

const unasked = {
  fields: [],
  changes: [],
  verificationId: null,
  outcome: null,
  checkedAt: null,
} as const

/** Nothing can be asked about it. */
export const notCheckable = (
  reason: NonNullable<Appointment['reason']>,
  fields: readonly string[] = [],
): Standing => ({ ...unasked, status: 'not-checkable', reason, fields })

/** It will be asked about at the next run. */
export const notAsked: Standing = { ...unasked, status: 'waiting', reason: 'not-asked' }

/** It is asked about; the answer may take hours. */
export const underWay = (verificationId: string): Standing => ({
  ...unasked,
  status: 'waiting',
  reason: 'asked',
  verificationId,
})

/** What the answer says of it; `at`: when it ended, RFC 3339; `held`: whose it is is open. Pure. */
export function standingOf(verification: Verification, at: string, held: boolean): Standing {
  const { id: verificationId, outcome } = verification
  const known = { fields: [], verificationId, outcome, checkedAt: at } as const
  if (held) return { ...known, status: 'unknown', reason: 'held', changes: [] }
  switch (outcome) {
    case 'valid':
    case 'valid-unregistered': {
      const changes = changesIn(verification)
      return { ...known, status: changes.length > 0 ? 'changed' : 'ok', reason: null, changes }
    }
    case 'invalid':
    case 'invalid-new-exists':
      return { ...known, status: 'invalid', reason: outcome, changes: [] }
    case 'not-found':
    case 'multiple':
    case 'pending':
    case 'failed':
    case 'offline':
      return { ...known, status: 'unknown', reason: outcome, changes: [] }
  }
}

/** Bulk answers say of limit certificates only that they changed. [eligibility messages, 2.7] */
const LIMIT_CHANGED = 'limitApplicationCertificateChanged'
/** Absent, empty or 0: it did not. The values are not public; anything else is worth a look. */
const SAYS_NO = /^0*$/

function changesIn({ history, patient, results }: Verification): string[] {
  const changed = new Set<string>(Object.keys(history?.changes ?? {}))
  if (patient?.insurerChanged === true) changed.add('insurerNumber')
  const isLimitChanged = results.some((result) => !SAYS_NO.test(result[LIMIT_CHANGED] ?? ''))
  if (isLimitChanged) changed.add(LIMIT_CHANGED)
  return [...changed]
}
