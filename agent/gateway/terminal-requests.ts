import type { EligibilityAnswer, SearchInfo } from '../kernel/official.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { encodeMessage } from '../xmlmsg/codec.ts'
import {
  type BulkAnswer,
  formats,
  type Message,
  type MessageKind,
  type ReferenceNumberAnswer,
  type ReferenceNumberRegistration,
  type RequestHeader,
} from '../xmlmsg/messages.ts'
import type { Exchange } from './terminal-exchange.ts'

export interface RequestSettings {
  readonly institutionCode: string
  /** Of requests; answers say theirs. */
  readonly charset: Charset
  readonly answerLimitBytes: number
}

/** A person of a bulk question. */
export interface BulkLine {
  readonly searchInfo: SearchInfo
}

/*
 * The four requests, each as the file that is written and what its answer must be. Each throws
 * `CHARACTER_UNENCODABLE`.
 */

export function eligibilityExchange(
  settings: RequestSettings,
  identifier: string,
  confirmationDate: string,
  searchInfo: SearchInfo,
  isOld: boolean,
): Exchange<'eligibilityAnswer'> {
  return exchangeOf(settings, identifier, 'eligibilityRequest', 'eligibilityAnswer', {
    request: {
      messageHeader: headerOf(settings, identifier, confirmationDate),
      messageBody: { qualificationConfirmSearchInfo: searchInfo },
    },
    isOld,
    echoes: (answer) => isSamePerson(answer, searchInfo),
  })
}

export function bulkExchange(
  settings: RequestSettings,
  identifier: string,
  confirmationDate: string,
  lines: readonly BulkLine[],
  isRepeat: boolean,
): Exchange<'bulkAccepted'> {
  return exchangeOf(settings, identifier, 'bulkRequest', 'bulkAccepted', {
    request: {
      messageHeader: headerOf(settings, identifier, confirmationDate),
      messageBody: { qualificationConfirmSearchInfo: lines.map(({ searchInfo }) => searchInfo) },
    },
    isOnce: true,
    isRepeat,
  })
}

/** `asked` is the identifier of the first phase, which the result carries. */
export function bulkFetchExchange(
  settings: RequestSettings,
  identifier: string,
  asked: string,
  receptionNumber: string,
): Exchange<'bulkAnswer'> {
  return exchangeOf(settings, identifier, 'bulkFetch', 'bulkAnswer', {
    request: {
      messageHeader: headerOf(settings, identifier),
      messageBody: { receptionNumber },
    },
    carries: [asked],
    echoes: ({ messageHeader }: BulkAnswer) =>
      isSame(messageHeader?.receptionNumber, receptionNumber),
  })
}

export function registrationExchange(
  settings: RequestSettings,
  identifier: string,
  registration: ReferenceNumberRegistration,
  isRepeat: boolean,
): Exchange<'referenceNumberAnswer'> {
  return exchangeOf(settings, identifier, 'referenceNumberRequest', 'referenceNumberAnswer', {
    request: {
      messageHeader: headerOf(settings, identifier),
      messageBody: { referenceNumberRegistrationInfo: registration },
    },
    isOnce: true,
    isRepeat,
    echoes: ({ messageBody }: ReferenceNumberAnswer) =>
      isSame(
        messageBody?.referenceNumberRegistrationInfo?.referenceNumber,
        registration.referenceNumber,
      ),
  })
}

function exchangeOf<Q extends MessageKind, A extends MessageKind>(
  { institutionCode, charset, answerLimitBytes }: RequestSettings,
  identifier: string,
  requestKind: Q,
  answerKind: A,
  about: {
    readonly request: Message<Q>
    /** Other identifiers that the answer may carry. */
    readonly carries?: readonly string[]
    readonly isOnce?: boolean
    readonly isRepeat?: boolean
    readonly isOld?: boolean
    readonly echoes?: (answer: Message<A>) => boolean
  },
): Exchange<A> {
  const answer = `${formats[answerKind].file}_${identifier}`
  return {
    name: `${formats[requestKind].file}_${identifier}.xml`,
    bytes: encodeMessage(requestKind, about.request, charset),
    answers: [`${answer}.xml`, `${answer}.zip`],
    isOnce: about.isOnce ?? false,
    isRepeat: about.isRepeat ?? false,
    isOld: about.isOld ?? false,
    expected: {
      kind: answerKind,
      institutionCode,
      identifiers: [identifier, ...(about.carries ?? [])],
      limitBytes: answerLimitBytes,
      echoes: about.echoes ?? (() => true),
    },
  }
}

const headerOf = (
  { institutionCode }: RequestSettings,
  identifier: string,
  confirmationDate?: string,
): RequestHeader => ({
  ...(confirmationDate !== undefined && { qualificationConfirmationDate: confirmationDate }),
  medicalInstitutionCode: institutionCode,
  arbitraryFileIdentifier: identifier,
})

/**
 * Two identifiers of one millisecond can be the same, once in thousands, and an answer may lie there
 * from before a restart: a person with another birth date is not the one who was asked about. Of
 * what answers echo, only a birth date has one form.
 */
const isSamePerson = ({ messageBody }: EligibilityAnswer, { birthdate }: SearchInfo) =>
  isSame(messageBody?.qualificationConfirmSearchInfo?.birthdate, birthdate)

/** As far as the answer says it. */
const isSame = (came = '', asked = '') => came.trim() === '' || came.trim() === asked.trim()
