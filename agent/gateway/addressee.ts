import { AgentError } from '../kernel/errors.ts'
import type { OfficialHeader } from '../kernel/official.ts'

/**
 * An answer counts only when it is for this institution and this question: `identifiers` are those
 * that it may carry. The identifier is optional in answers; the institution code is not, but for an
 * error that reached no institution. Throws `ANSWER_MALFORMED`, `ANSWER_OF_ANOTHER_INSTITUTION`,
 * `ANSWER_OF_ANOTHER_QUESTION`.
 */
export function checkAddressee(
  { messageHeader }: { readonly messageHeader?: OfficialHeader },
  institutionCode: string,
  identifiers: readonly string[],
): void {
  if (messageHeader === undefined)
    throw new AgentError('ANSWER_MALFORMED', 'the answer has no MessageHeader')
  const { medicalInstitutionCode, arbitraryFileIdentifier = '', segmentOfResult } = messageHeader
  if (medicalInstitutionCode === undefined && segmentOfResult !== '9')
    throw new AgentError('ANSWER_MALFORMED', 'the answer names no MedicalInstitutionCode')
  if (medicalInstitutionCode !== undefined && medicalInstitutionCode.trim() !== institutionCode)
    throw new AgentError('ANSWER_OF_ANOTHER_INSTITUTION', 'the answer is another institution’s')
  if (arbitraryFileIdentifier !== '' && !identifiers.includes(arbitraryFileIdentifier))
    throw new AgentError('ANSWER_OF_ANOTHER_QUESTION', 'the answer is another question’s')
}
