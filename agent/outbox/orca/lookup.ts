import { AgentError } from '../../kernel/errors.ts'
import type { Verification } from '../../kernel/verification.ts'
import { meaningOf } from './api-result.ts'
import { expectRead, type OrcaClient } from './client.ts'
import { type OrcaPatient, patientOf } from './elements.ts'
import { isSameNumber, withoutZeros } from './width.ts'

/** The patient of this number; null where ORCA has none. Throws as `expectRead` does. */
export async function readPatient(
  client: OrcaClient,
  number: string,
  signal: AbortSignal,
): Promise<OrcaPatient | null> {
  const path = `/api01rv2/patientgetv2?id=${encodeURIComponent(number)}`
  const answer = await client.get(path, signal)
  if (meaningOf(answer.apiResult) === 'unknown-patient') return null
  const patient = patientOf(expectRead(answer, 'patientgetv2').record)
  if (isSameNumber(patient.number, number)) return patient
  throw new AgentError('SINK_ANSWER_INVALID', 'the answer is about another patient number')
}

/** The clinic’s number of the patient, without padding; null where there is none that ORCA can have. */
export function numberOf({ patient, patientNumber, results }: Verification): string | null {
  const known = [
    patient?.referenceNumber,
    patientNumber,
    ...results.map(({ referenceNumber }) => referenceNumber),
  ]
  const number = known.find((one) => one !== null && one !== undefined && one.trim() !== '')
  const bare = (number ?? '').normalize('NFKC').trim()
  if (/^\d{1,20}$/.test(bare)) return withoutZeros(bare)
  return /^[0-9A-Za-z-]{1,20}$/.test(bare) ? bare : null
}
