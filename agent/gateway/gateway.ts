import { AgentError } from '../kernel/errors.ts'
import type { EligibilityAnswer, SearchInfo } from '../kernel/official.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Answered } from '../uplink/asking.ts'
import type { Request, Response } from '../uplink/exchange.ts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { decodeMessage, encodeMessage } from '../xmlmsg/codec.ts'
import type { EligibilityRequest } from '../xmlmsg/messages.ts'
import { checkAddressee } from './addressee.ts'
import {
  type Account,
  challengeOf,
  challengeRequest,
  type Protocol,
  queryRequest,
} from './assumptions.ts'
import { bodyOf } from './response.ts'
import { openSession } from './session.ts'

/** One question to the official side. */
export interface GatewayQuestion {
  /** Sent as ArbitraryFileIdentifier; the answer must carry it. */
  readonly id: string
  /** YYYYMMDD. */
  readonly confirmationDate: string
  readonly about:
    | { readonly kind: 'card-face'; readonly searchInfo: SearchInfo }
    | {
        readonly kind: 'card'
        readonly certificate: Uint8Array
        /** Null: confirmed by sight. */
        readonly proof: CardProof | null
      }
}

/** That the holder of a card has entered its PIN. In memory only. */
export interface CardProof {
  readonly challenge: Uint8Array
  /** Over the SHA-256 of the challenge, with the card's authentication key. */
  readonly signature: Uint8Array
}

/** An official answer, a "no" included, as it came. */
export interface GatewayAnswer {
  readonly answer: EligibilityAnswer
  readonly bytes: Uint8Array
  readonly charset: Charset
  /** Null: it came through the official terminal. */
  readonly line: string | null
}

export interface Gateway {
  /** Rejects with the typed fault of line, TLS, login or answer; never with an official "no". */
  ask(question: GatewayQuestion, signal: AbortSignal): Promise<GatewayAnswer>
}

/** A gateway that can be asked with a card. */
export interface CardGateway extends Gateway {
  /** What a card is to sign for a `CardProof`. Rejects as `ask`. */
  challenge(signal: AbortSignal): Promise<Uint8Array>
}

export interface GatewaySettings {
  readonly institutionCode: string
  /** Of requests; answers say theirs. */
  readonly charset: Charset
  readonly answerLimitBytes: number
  readonly protocol: Protocol
  /** Null: the gateway asks for no login. */
  readonly account: Account | null
}

/** The official protocol over an uplink. */
export function openGateway(
  uplink: Pick<Uplink, 'ask'>,
  settings: GatewaySettings,
  clock: Pick<Clock, 'now'>,
): CardGateway {
  const { protocol, charset, institutionCode, answerLimitBytes } = settings
  const session = openSession(uplink, protocol, settings.account, clock)

  type Decoded = Pick<GatewayAnswer, 'answer' | 'bytes' | 'charset'>
  const accept =
    (id: string) =>
    (response: Response): Decoded | 'session-ended' => {
      const bytes = bodyOf(response)
      if (bytes === 'session-ended') return bytes
      const { message, charset: came } = decodeMessage('eligibilityAnswer', bytes, {
        limitBytes: answerLimitBytes,
      })
      checkAddressee(message, institutionCode, [id])
      return { answer: message, bytes, charset: came }
    }

  const attempt = async <T extends object>(
    requestOf: (token: string | null) => Request,
    judge: Judge<T>,
    signal: AbortSignal,
  ): Promise<Answered<T> | 'session-ended'> => {
    const token = await session.token(signal)
    const { answer, line } = await uplink.ask(requestOf(token), {
      safe: true,
      accept: judge,
      signal,
    })
    if (answer !== 'session-ended') return { answer, line }
    session.ended(token)
    return answer
  }
  /** A session that ended meanwhile costs one new login. */
  const exchange = async <T extends object>(
    requestOf: (token: string | null) => Request,
    judge: Judge<T>,
    signal: AbortSignal,
  ): Promise<Answered<T>> => {
    const first = await attempt(requestOf, judge, signal)
    const last = first === 'session-ended' ? await attempt(requestOf, judge, signal) : first
    if (last === 'session-ended')
      throw new AgentError('LOGIN_REFUSED', 'a token that was just given is not accepted')
    return last
  }

  return {
    async ask(question, signal) {
      const request = requestFor(question, institutionCode, protocol)
      const message = encodeMessage('eligibilityRequest', request, charset)
      const { answer, line } = await exchange(
        (token) => queryRequest(protocol, token, message, charset),
        accept(question.id),
        signal,
      )
      return { ...answer, line }
    },
    async challenge(signal) {
      const { answer } = await exchange(
        (token) => challengeRequest(protocol, token),
        (response) => {
          const body = bodyOf(response)
          return body === 'session-ended' ? body : challengeOf(protocol, body)
        },
        signal,
      )
      return answer
    },
  }
}

/** What a response comes to. Throws the fault of what is no answer. */
type Judge<T extends object> = (response: Response) => T | 'session-ended'

function requestFor(
  { id, confirmationDate, about }: GatewayQuestion,
  institutionCode: string,
  protocol: Protocol,
): EligibilityRequest {
  return {
    messageHeader: {
      qualificationConfirmationDate: confirmationDate,
      medicalInstitutionCode: institutionCode,
      arbitraryFileIdentifier: id,
    },
    messageBody:
      about.kind === 'card-face'
        ? { qualificationConfirmSearchInfo: about.searchInfo }
        : { unknown: cardElements(about, protocol) },
  }
}

function cardElements(
  { certificate, proof }: Extract<GatewayQuestion['about'], { kind: 'card' }>,
  { cardCertificateElement, cardChallengeElement, cardSignatureElement }: Protocol,
) {
  const element = (name: string, bytes: Uint8Array) => ({
    name,
    text: Buffer.from(bytes).toString('base64'),
  })
  return [
    element(cardCertificateElement, certificate),
    ...(proof === null
      ? []
      : [
          element(cardChallengeElement, proof.challenge),
          element(cardSignatureElement, proof.signature),
        ]),
  ]
}
