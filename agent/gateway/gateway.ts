import { AgentError } from '../kernel/errors.ts'
import type { EligibilityAnswer, SearchInfo } from '../kernel/official.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Answered } from '../uplink/asking.ts'
import type { Response } from '../uplink/exchange.ts'
import type { Uplink } from '../uplink/uplink.ts'
import type { Charset } from '../xmlmsg/charset.ts'
import { decodeMessage, encodeMessage } from '../xmlmsg/codec.ts'
import type { EligibilityRequest } from '../xmlmsg/messages.ts'
import { checkAddressee } from './addressee.ts'
import { type Account, type Protocol, queryRequest } from './assumptions.ts'
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
    | { readonly kind: 'card'; readonly certificate: Uint8Array }
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
): Gateway {
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

  const attempt = async (
    question: GatewayQuestion,
    message: Uint8Array,
    signal: AbortSignal,
  ): Promise<Answered<Decoded> | 'session-ended'> => {
    const token = await session.token(signal)
    const { answer, line } = await uplink.ask(queryRequest(protocol, token, message, charset), {
      safe: true,
      accept: accept(question.id),
      signal,
    })
    if (answer !== 'session-ended') return { answer, line }
    session.ended(token)
    return answer
  }

  return {
    async ask(question, signal) {
      const message = encodeMessage(
        'eligibilityRequest',
        requestFor(question, institutionCode, protocol.cardCertificateElement),
        charset,
      )
      const first = await attempt(question, message, signal)
      const last = first === 'session-ended' ? await attempt(question, message, signal) : first
      if (last === 'session-ended')
        throw new AgentError('LOGIN_REFUSED', 'a token that was just given is not accepted')
      return { ...last.answer, line: last.line }
    },
  }
}

function requestFor(
  { id, confirmationDate, about }: GatewayQuestion,
  institutionCode: string,
  cardCertificateElement: string,
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
        : {
            unknown: [
              {
                name: cardCertificateElement,
                text: Buffer.from(about.certificate).toString('base64'),
              },
            ],
          },
  }
}
