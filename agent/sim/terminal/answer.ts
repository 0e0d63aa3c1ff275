import { randomBytes } from 'node:crypto'
import { compose, type Found, find } from '../gateway/answer.ts'
import { cardFaceOf } from '../gateway/request.ts'
import type { Values } from '../gateway/rules.ts'
import type { Charset } from '../gateway/write.ts'
import { headerError, personError } from '../patients/case.ts'
import { japaneseMoment } from '../patients/dates.ts'
import type { Answer, Asked, CardFace, Element, Fields, Patient } from '../patients/element.ts'
import { insuredAs, type Memory } from './memory.ts'
import { type Asking, type Line, RECEPTION } from './request.ts'

/** A whole official message. */
export interface Message {
  readonly header: Fields
  readonly body: Fields | undefined
}

/** What an answer is made from. */
export interface Desk {
  readonly memory: Memory
  readonly charset: Charset
  readonly institutionCode: string
  /** People beside the forty, by their card face. */
  readonly alsoKnown: (asked: CardFace) => Patient | undefined
  /** By the terminal's clock, epoch ms. */
  readonly now: number
}

/** An answer, and the number of the patient whom it is about. */
export interface Answered extends Message {
  readonly patient?: string
}

const isList = (value: Element | undefined): value is readonly Fields[] => Array.isArray(value)
const isGroup = (value: Element | undefined): value is Fields =>
  typeof value === 'object' && !isList(value)

const resultsOf = ({ ResultList: list }: Fields): readonly Fields[] => {
  const results = isGroup(list) ? list['ResultOfQualificationConfirmation'] : undefined
  return isList(results) ? results : []
}

/** The results of one whose 照会番号 was registered bear it. */
const referred = (body: Fields | undefined, reference: string | undefined): Fields | undefined => {
  const results = body === undefined ? [] : resultsOf(body)
  if (reference === undefined || results.length === 0) return body
  return {
    ...body,
    ResultList: {
      ResultOfQualificationConfirmation: results.map((result) => ({
        ...result,
        ReferenceNumber: reference,
      })),
    },
  }
}

const characterCode = (charset: Charset): Fields => ({
  CharacterCodeIdentifier: charset === 'utf-8' ? '0' : '1',
})

const headerOf = (echo: Values, more: Fields, { now, charset }: Desk): Fields => ({
  ProcessExecutionTime: japaneseMoment(now),
  ...echo,
  ...more,
  ...characterCode(charset),
})

const failed = (echo: Values, code: string, reason: string, desk: Desk): Answered => ({
  header: headerOf(echo, headerError(code, `（模擬）${reason}`).header ?? {}, desk),
  body: undefined,
})

const findFace = (line: Line, limit: boolean, header: Values, { now, alsoKnown }: Desk) => {
  const { search, cardFace } = line
  const message = { is: 'card-face' as const, cardFace, limit, header, search }
  return { message, found: find(message, now, { alsoKnown }) }
}

const answerSingle = (
  { header, line, limit }: Extract<Asking, { is: 'single' }>,
  desk: Desk,
): Answered => {
  const { memory, now, charset } = desk
  const { message, found } = findFace(line, limit, header, desk)
  const { body, ...rest } = compose(message, found, { now, charset, twist: undefined })
  if (found.is === 'answer') return { ...rest, body }
  const reference = memory.referenceNumber(found.patient)
  return { ...rest, body: referred(body, reference), patient: found.patient.number }
}

/** Bulk results tell no consent and nothing that depends on one. */
const NOT_IN_BULK =
  /(ConsFlg|ConsTime|AvailableTime)$|^(LimitApplicationCertificateRelatedInfo|SpecificDiseasesCertificateList|ReferenceNumber)$/

const bulkResult = (result: Fields): Fields => ({
  ...Object.fromEntries(Object.entries(result).filter(([name]) => !NOT_IN_BULK.test(name))),
  LimitApplicationCertificateChanged: '0',
})

/** Answers that have only a header alone become the line's own error. */
const lineBody = ({ header, body }: Answer): Fields => {
  if (body !== undefined) return body
  const { ErrorCode, ErrorMessage } = header ?? {}
  return (
    personError(
      typeof ErrorCode === 'string' ? ErrorCode : 'SIM0105E',
      typeof ErrorMessage === 'string' ? ErrorMessage : '（模擬）処理できませんでした。',
    ).body ?? {}
  )
}

const referenceOf = (found: Found, results: readonly Fields[], memory: Memory) =>
  (found.is === 'patient' ? memory.referenceNumber(found.patient) : undefined) ??
  results.find(({ ReferenceNumber }) => ReferenceNumber !== undefined)?.['ReferenceNumber']

const unitOf = (line: Line, asked: Asked, desk: Desk): Fields => {
  const { found } = findFace(line, false, {}, desk)
  const answer = found.is === 'patient' ? found.patient.answer(asked) : found.answer
  const { ResultList, ...body } = lineBody(answer)
  const results = ResultList === undefined ? [] : resultsOf({ ResultList })
  const reference = referenceOf(found, results, desk.memory)
  return {
    QualificationConfirmSearchInfo: line.search,
    ...body,
    ...(results.length === 0 ? {} : { ResultOfQualificationConfirmation: results.map(bulkResult) }),
    ...(reference === undefined ? {} : { ReferenceNumber: reference }),
  }
}

const acceptBulk = (asking: Extract<Asking, { is: 'bulk' }>, desk: Desk): Answered => {
  const at = japaneseMoment(desk.now)
  const { number } = desk.memory.receive(asking, at)
  const { MedicalInstitutionCode = '', ArbitraryFileIdentifier } = asking.header
  const echo: Values = {
    MedicalInstitutionCode,
    ...(ArbitraryFileIdentifier === undefined ? {} : { ArbitraryFileIdentifier }),
  }
  return {
    header: headerOf(echo, {}, desk),
    body: { ReceptionNumber: number, ReceptionDateTime: at },
  }
}

const answerBulk = (
  { header, receptionNumber }: Extract<Asking, { is: 'bulk-result' }>,
  desk: Desk,
  busy: boolean,
): Answered => {
  const reception = desk.memory.reception(receptionNumber)
  if (reception === undefined)
    return failed(header, RECEPTION, 'there is no such ReceptionNumber', desk)
  // The identifier of the fetch where it has one, otherwise that of the question.
  const echo = { ...reception.header, ...header, ReceptionNumber: receptionNumber }
  if (busy || reception.pendingFetches > 0) {
    if (!busy) reception.pendingFetches -= 1
    return { header: headerOf(echo, { SegmentOfResult: '2' }, desk), body: undefined }
  }
  const at = japaneseMoment(desk.now)
  const asked: Asked = {
    on: reception.header['QualificationConfirmationDate'] ?? at.slice(0, 8),
    at,
    institution: desk.institutionCode,
    by: 'card-face',
    limitConsent: false,
  }
  const units = reception.lines.map((line) => unitOf(line, asked, desk))
  const normal = units.filter(({ ProcessingResultStatus: status }) => status === '1').length
  const counts = {
    SegmentOfResult: '1',
    NumberOfProcessingResult: String(units.length),
    NumberOfNormalProcessing: String(normal),
    NumberOfError: String(units.length - normal),
  }
  return { header: headerOf(echo, counts, desk), body: { BulkConfirmUnit: units } }
}

const register = (
  { header, info }: Extract<Asking, { is: 'registration' }>,
  desk: Desk,
): Answered => {
  const [patient, another] = insuredAs(cardFaceOf(info))
  const isOne = patient !== undefined && another === undefined
  if (isOne) desk.memory.register(patient, info['ReferenceNumber'] ?? '')
  const result = isOne
    ? { ProcessingResultStatus: '1' }
    : personError('SIM0106E', '（模擬）該当者を一人に特定できません。').body
  return {
    header: headerOf(header, { SegmentOfResult: '1' }, desk),
    body: { ...result, ReferenceNumberRegistrationInfo: info },
    ...(isOne ? { patient: patient.number } : {}),
  }
}

/** `busy`: bulk results are still being processed, whatever was said before. */
export const answerTo = (asking: Asking, desk: Desk, busy: boolean): Answered => {
  switch (asking.is) {
    case 'refused':
      return failed(asking.header, asking.code, asking.reason, desk)
    case 'single':
      return answerSingle(asking, desk)
    case 'bulk':
      return acceptBulk(asking, desk)
    case 'bulk-result':
      return answerBulk(asking, desk, busy)
    case 'registration':
      return register(asking, desk)
  }
}

/** The result of a check at the card reader, which nobody asked for. */
export const faceResult = (patient: Patient, desk: Desk): Message => {
  const at = japaneseMoment(desk.now)
  const on = at.slice(0, 8)
  const { institutionCode: institution } = desk
  const answer = patient.answer({ on, at, institution, by: 'card', limitConsent: true })
  const header = {
    QualificationConfirmationDate: on,
    MedicalInstitutionCode: institution,
    ArbitraryFileIdentifier: randomBytes(12).toString('base64'),
    ReferenceClassification: '1',
    SegmentOfResult: '1',
  }
  return {
    header: { ...headerOf({}, header, desk), ...answer.header },
    body: referred(answer.body, desk.memory.referenceNumber(patient)),
  }
}
