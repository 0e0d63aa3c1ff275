import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import {
  EligibilityAnswer,
  OfficialHeader,
  OfficialResult,
  SearchInfo,
  text,
  unknown,
} from '../kernel/official.ts'
import { type Group, layoutOf } from './layout.ts'

/*
 * Schemas of the messages beside `EligibilityAnswer`, by the rules of `kernel/official.ts`: they
 * are the table that reader and writer work from. `repeated: true` marks an element that repeats
 * without a wrapper.
 */
const repeated = <T extends TSchema>(schema: T, description: string) =>
  Type.Optional(Type.Array(schema, { repeated: true, description }))

/** What every request begins with. */
export const RequestHeader = Type.Object({
  qualificationConfirmationDate: text('資格確認日'),
  medicalInstitutionCode: text('医療機関コード'),
  arbitraryFileIdentifier: text('任意のファイル識別子'),
  unknown,
})
export type RequestHeader = Static<typeof RequestHeader>

const messageOf = <H extends TSchema, B extends Record<string, TSchema>>(header: H, body: B) =>
  Type.Object({
    messageHeader: Type.Optional(header),
    messageBody: Type.Optional(Type.Object(body)),
    unknown,
  })

/** 資格確認 request, one person. The consent lists (`OQSmuhvq01` and its kin) have its shape too. */
export const EligibilityRequest = messageOf(RequestHeader, {
  qualificationConfirmSearchInfo: Type.Optional(SearchInfo),
  unknown,
})
export type EligibilityRequest = Static<typeof EligibilityRequest>

/** 一括照会 request. */
export const BulkRequest = messageOf(RequestHeader, {
  qualificationConfirmSearchInfo: repeated(SearchInfo, '照会条件'),
  unknown,
})
export type BulkRequest = Static<typeof BulkRequest>

/** 一括照会 taken in: what to ask for the result with. */
export const BulkAccepted = messageOf(OfficialHeader, {
  receptionNumber: text('受付番号'),
  receptionDateTime: text('受付日時'),
  unknown,
})
export type BulkAccepted = Static<typeof BulkAccepted>

/** Asks for the result of a 一括照会. */
export const BulkFetch = messageOf(RequestHeader, {
  receptionNumber: text('受付番号'),
  unknown,
})
export type BulkFetch = Static<typeof BulkFetch>

/** What a 一括照会 says of one person. Several results and several 照会番号 may stand in it. */
export const BulkConfirmUnit = Type.Object({
  qualificationConfirmSearchInfo: Type.Optional(SearchInfo),
  processingResultStatus: text('処理結果状況 OQSCD004'),
  processingResultCode: text('処理結果コード'),
  processingResultMessage: text('処理結果メッセージ'),
  qualificationValidity: text('資格有効性 OQSCD006'),
  resultOfQualificationConfirmation: repeated(OfficialResult, '資格確認結果'),
  referenceNumber: repeated(Type.String(), '照会番号'),
  unknown,
})
export type BulkConfirmUnit = Static<typeof BulkConfirmUnit>

/** The result of a 一括照会. */
export const BulkAnswer = messageOf(OfficialHeader, {
  bulkConfirmUnit: repeated(BulkConfirmUnit, '照会結果'),
  unknown,
})
export type BulkAnswer = Static<typeof BulkAnswer>

/** Who is registered under which number. */
export const ReferenceNumberRegistration = Type.Object({
  referenceNumber: text('照会番号'),
  insurerNumber: text('保険者番号'),
  insuredCardSymbol: text('被保険者証記号'),
  insuredIdentificationNumber: text('被保険者証番号'),
  insuredBranchNumber: text('枝番'),
  unknown,
})
export type ReferenceNumberRegistration = Static<typeof ReferenceNumberRegistration>

/** 照会番号登録 request, one person. */
export const ReferenceNumberRequest = messageOf(RequestHeader, {
  referenceNumberRegistrationInfo: Type.Optional(ReferenceNumberRegistration),
  unknown,
})
export type ReferenceNumberRequest = Static<typeof ReferenceNumberRequest>

/** 照会番号登録 answer: the request's element comes back beside the status. */
export const ReferenceNumberAnswer = messageOf(OfficialHeader, {
  referenceNumberRegistrationInfo: Type.Optional(ReferenceNumberRegistration),
  processingResultStatus: text('処理結果状況 OQSCD004'),
  processingResultCode: text('処理結果コード'),
  processingResultMessage: text('処理結果メッセージ'),
  unknown,
})
export type ReferenceNumberAnswer = Static<typeof ReferenceNumberAnswer>

const schemas = {
  eligibilityRequest: EligibilityRequest,
  eligibilityAnswer: EligibilityAnswer,
  bulkRequest: BulkRequest,
  bulkAccepted: BulkAccepted,
  bulkFetch: BulkFetch,
  bulkAnswer: BulkAnswer,
  referenceNumberRequest: ReferenceNumberRequest,
  referenceNumberAnswer: ReferenceNumberAnswer,
  consentListRequest: EligibilityRequest,
} as const

/** The word that callers name a message by. */
export type MessageKind = keyof typeof schemas

/** The typed value of one kind of message. */
export type Message<K extends MessageKind> = Static<(typeof schemas)[K]>

export interface Format<T extends TObject> {
  /** Official file prefix, without the underscore. */
  readonly file: string
  readonly layout: Group
  fits(value: unknown): value is Static<T>
}

function format<T extends TObject>(file: string, schema: T): Format<T> {
  let check: ((value: unknown) => boolean) | undefined
  const compile = () => {
    const validator = Compile(schema)
    return (value: unknown) => validator.Check(value)
  }
  return {
    file,
    layout: layoutOf(schema),
    fits: (value): value is Static<T> => {
      // Compiled on first use: milliseconds that a start need not pay.
      check ??= compile()
      return check(value)
    },
  }
}

/** Every message that the codec knows. */
export const formats: { readonly [K in MessageKind]: Format<(typeof schemas)[K]> } = {
  eligibilityRequest: format('OQSsiquc01req', schemas.eligibilityRequest),
  eligibilityAnswer: format('OQSsiquc01res', schemas.eligibilityAnswer),
  bulkRequest: format('OQSmuquc01req', schemas.bulkRequest),
  bulkAccepted: format('OQSmuquc01res', schemas.bulkAccepted),
  bulkFetch: format('OQSmuquc02req', schemas.bulkFetch),
  bulkAnswer: format('OQSmuquc02res', schemas.bulkAnswer),
  referenceNumberRequest: format('OQSsiimm01req', schemas.referenceNumberRequest),
  referenceNumberAnswer: format('OQSsiimm01res', schemas.referenceNumberAnswer),
  consentListRequest: format('OQSmuhvq01req', schemas.consentListRequest),
}
