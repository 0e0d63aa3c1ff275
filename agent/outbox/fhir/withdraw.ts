import type { Difference } from '../../kernel/delivery.ts'
import { AgentError } from '../../kernel/errors.ts'
import { hasIdentifier, type Stored } from './json.ts'
import { changes } from './overlay.ts'
import { inRounds, type Session } from './settle.ts'
import type { Decided } from './state.ts'
import { refersTo } from './targets.ts'

const ENDED: readonly unknown[] = ['cancelled', 'entered-in-error']

const coveragesOf = async ({ client, signal }: Session, patient: Stored) => {
  const found = await client.search('Coverage', { beneficiary: `Patient/${patient.id}` }, signal)
  return found.filter((one) => refersTo(one['beneficiary'], patient))
}

/**
 * Cancels the Coverages of the patient that we made and that the official side does not name any
 * more. Those of the EHR's own stay: who wrote them knows why.
 */
export async function cancelAbsent(
  session: Session,
  patient: Stored,
  { whole, wanted }: Decided,
): Promise<readonly Difference[]> {
  const { client, origin, signal } = session
  const isAbsent = (coverage: Stored) => {
    const kind = origin.kindOf(coverage)
    const isWhole = (kind === 'insurance' || kind === 'aid') && whole.has(kind)
    const isWanted = wanted.some(({ key }) => hasIdentifier(coverage, key))
    return isWhole && !isWanted && !ENDED.includes(coverage['status'])
  }
  if (whole.size === 0) return []
  const done: Difference[] = []
  return inRounds(session, 'Coverage', async () => {
    for (const coverage of (await coveragesOf(session, patient)).filter(isAbsent)) {
      const next = { ...coverage, status: 'cancelled' }
      if ((await client.update(next, signal)) === 'conflict') return 'again'
      done.push(...changes(coverage, next))
    }
    return { done }
  })
}

/**
 * Gives up what we wrote for a duplicate Patient: it is written anew for the one that stays. Throws
 * `FHIR_AMBIGUOUS` where the EHR's own insurance hangs on the duplicate: then it is used, and which
 * of the two stays is for a person.
 */
export async function retireCoverages(
  session: Session,
  duplicate: Stored,
  keeper: Stored,
): Promise<void> {
  const { client, origin, signal } = session
  await inRounds(session, 'Coverage', async () => {
    const hanging = await coveragesOf(session, duplicate)
    if (hanging.some((one) => origin.kindOf(one) === undefined))
      throw new AgentError('FHIR_AMBIGUOUS', 'a duplicate that we made is used by the EHR', {
        facts: { resource: 'Patient' },
      })
    const ours = hanging.filter((one) => one['status'] !== 'entered-in-error')
    for (const coverage of ours)
      if ((await client.update(origin.retired(coverage, keeper), signal)) === 'conflict')
        return 'again'
    return { done: undefined }
  })
}
