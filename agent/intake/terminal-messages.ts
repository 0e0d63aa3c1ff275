import { unitAnswer } from '../eligibility/bulk-answer.ts'
import type { TerminalResult } from '../eligibility/terminal-results.ts'
import type { FoundFile } from '../folders/folder.ts'
import { AgentError } from '../kernel/errors.ts'
import type { OfficialHeader } from '../kernel/official.ts'
import { decodeMessage } from '../xmlmsg/codec.ts'
import { unzipMessage } from '../xmlmsg/zip.ts'

/** What one file says. */
export interface Contents<Result> {
  /** ArbitraryFileIdentifier; null where the file has none, as results of the card reader. */
  readonly identifier: string | null
  /** Without padding. */
  readonly institutionCode: string
  readonly results: readonly Result[]
}

/**
 * Files that speak of people's eligibility: single answers, results of the card reader, and results
 * of bulk questions and of the consent lists, which have the same shape.
 */
const RESULTS = /^OQS(siquc01|mu(?:quc|hvq|onq|tic)02)res_(.+)\.(?:xml|zip)$/i

export const isOfResults = (name: string): boolean => RESULTS.test(name)

const ANSWER = /^OQS\w+?res_(?!face_)(.+)\.(?:xml|zip)$/i

/** The identifier in the name of an answer of any kind; null where it is none. */
export const identifierOfAnswer = (name: string): string | null => ANSWER.exec(name)?.[1] ?? null

/** The identifier in a file's name; null where it is none of these, or the card reader's. */
export function identifierIn(name: string): string | null {
  const [, , rest = ''] = RESULTS.exec(name) ?? []
  return rest === '' || /^face_/i.test(rest) ? null : rest
}

/**
 * What a file of results says, a result a person. Throws `ANSWER_NOT_XML`, `ANSWER_MALFORMED`,
 * `ANSWER_TOO_LARGE`.
 */
export function contentsOf(
  { name, bytes }: FoundFile,
  limitBytes: number,
): Contents<TerminalResult> {
  const xml = /\.zip$/i.test(name) ? unzipMessage(bytes, limitBytes) : bytes
  if (xml === 'incomplete') throw new AgentError('ANSWER_MALFORMED', 'the ZIP file is cut short')
  const [, kind = ''] = RESULTS.exec(name) ?? []
  return kind.toLowerCase() === 'siquc01' ? single(xml, limitBytes) : bulk(xml, limitBytes)
}

function single(xml: Uint8Array, limitBytes: number): Contents<TerminalResult> {
  const { message, charset } = decodeMessage('eligibilityAnswer', xml, { limitBytes })
  const answered = { answer: message, bytes: xml, charset, line: null }
  return { ...addressed(message.messageHeader), results: [{ answered, isOfBatch: false }] }
}

/** An answer that is not ready yet, or that the bulk was refused, speaks of nobody. */
function bulk(xml: Uint8Array, limitBytes: number): Contents<TerminalResult> {
  const { message, charset } = decodeMessage('bulkAnswer', xml, { limitBytes })
  const { messageHeader, messageBody } = message
  const units = messageBody?.bulkConfirmUnit ?? []
  return {
    ...addressed(messageHeader),
    results: units.map((unit) => ({
      answered: unitAnswer(unit, messageHeader ?? {}, charset),
      isOfBatch: true,
    })),
  }
}

function addressed(header: OfficialHeader | undefined) {
  if (header?.medicalInstitutionCode === undefined)
    throw new AgentError('ANSWER_MALFORMED', 'the file names no MedicalInstitutionCode')
  return {
    identifier: header.arbitraryFileIdentifier || null,
    institutionCode: header.medicalInstitutionCode.trim(),
  }
}
