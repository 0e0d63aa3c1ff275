import type { FolderScanner } from '../folders/folder.ts'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { TerminalEvent } from '../kernel/terminal.ts'
import { openSlots } from '../uplink/slots.ts'
import type {
  BulkAccepted,
  BulkAnswer,
  MessageKind,
  ReferenceNumberAnswer,
  ReferenceNumberRegistration,
} from '../xmlmsg/messages.ts'
import { fileIdentifierOf, timeRangeOf } from './file-identifier.ts'
import type { Gateway } from './gateway.ts'
import type { Received } from './terminal-answer.ts'
import { openAnswerTimes } from './terminal-answer-times.ts'
import { type Exchange, type ExchangeTimes, exchange } from './terminal-exchange.ts'
import { openIdentifiers } from './terminal-identifiers.ts'
import type { PursuitParts } from './terminal-pursuit.ts'
import {
  type BulkLine,
  bulkExchange,
  bulkFetchExchange,
  eligibilityExchange,
  type RequestSettings,
  registrationExchange,
} from './terminal-requests.ts'
import { openWithdrawals } from './terminal-withdrawals.ts'

export interface TerminalSettings extends RequestSettings, ExchangeTimes {
  /** First letter of our identifiers. */
  readonly letter: string
  /** Requests that the terminal has at a time; it takes twenty at most. */
  readonly sessions: number
  readonly queueLimit: number
}

export interface TerminalParts {
  readonly req: FolderScanner
  readonly res: FolderScanner
  readonly clock: Clock
  /** Milliseconds that setting the clock does not move; without it the clock counts, in small steps. */
  readonly monotonic?: () => number
  readonly log: Log
  /** Told what every request came to, and each sign of life. */
  readonly observe: (event: TerminalEvent) => void
}

/** 一括照会: many persons in one request. */
export interface BulkQuestion {
  /** UUID version 7. */
  readonly id: string
  /** YYYYMMDD. */
  readonly confirmationDate: string
  readonly lines: readonly BulkLine[]
  /** It may have been asked before, by a process that ended: nothing is written any more. */
  readonly isRepeat?: boolean
}

/** 照会番号登録 of one person. */
export interface Registration {
  /** UUID version 7. */
  readonly id: string
  /** `insurerNumber` as requests carry it, eight wide. */
  readonly registration: ReferenceNumberRegistration
  /** As for a bulk question. */
  readonly isRepeat?: boolean
}

/** `receptionNumber` is null where the official side refused the bulk question: `answer` says why. */
export interface BulkReceipt extends AnswerOf<BulkAccepted> {
  readonly receptionNumber: string | null
}

export type BulkResult =
  | { readonly is: 'processing' }
  | ({ readonly is: 'done' } & AnswerOf<BulkAnswer>)

/** An official answer, a "no" included; `bytes` are the XML, also where it came in a ZIP. */
interface AnswerOf<M> extends Pick<Received<MessageKind>, 'bytes' | 'charset'> {
  readonly answer: M
}

/**
 * The official protocol over the terminal's folders. All methods reject with `TERMINAL_*` and
 * `QUEUE_FULL` where nothing was asked, `GATEWAY_TIMEOUT` where something may have been, `ANSWER_*`,
 * `CHARACTER_UNENCODABLE`, or the signal's reason; never with an official "no".
 *
 * What is written under an id stays the same after a restart: its answer is found again, and its
 * request is not written twice.
 */
export interface TerminalGateway extends Gateway, Part {
  /** Questions that wait for the terminal. */
  openCount(): number
  /** From request to answer, of the last answers, ms; null before the first. */
  answerMs(): { readonly last: number; readonly median: number } | null
  /**
   * At most one request of an id reaches the terminal, as long as repeats say that they are: those
   * find the answer, or end as `GATEWAY_TIMEOUT`. A repeat that ends as `TERMINAL_UNREACHABLE` or
   * `QUEUE_FULL` could not look.
   */
  submitBulk(bulk: BulkQuestion, signal: AbortSignal): Promise<BulkReceipt>
  /** Asks once for the result of the bulk question of this id; asking again is its caller's. */
  fetchBulk(
    bulk: { readonly id: string; readonly receptionNumber: string },
    signal: AbortSignal,
  ): Promise<BulkResult>
  /** As `submitBulk`. */
  register(one: Registration, signal: AbortSignal): Promise<AnswerOf<ReferenceNumberAnswer>>
}

export function openTerminalGateway(
  settings: TerminalSettings,
  { monotonic, ...given }: TerminalParts,
): TerminalGateway {
  const { req, clock, log } = given
  const parts: PursuitParts = {
    ...given,
    monotonic: monotonic ?? (() => clock.now()),
    withdrawals: openWithdrawals(req, clock, log),
  }
  const openedAt = clock.now()
  const times = openAnswerTimes()
  const identifiers = openIdentifiers(settings.letter)
  const send = openSender(settings, parts, times.add)

  return {
    openCount: send.openCount,
    answerMs: times.report,

    async ask({ id, confirmationDate, about }, signal) {
      if (about.kind === 'card')
        throw new AgentError('CARD_QUERY_OFF', 'the folders take no card questions')
      const identifier = identifiers.of(id)
      const isOld = timeRangeOf(identifier).fromMs < openedAt
      const answer = await send.send(
        eligibilityExchange(settings, identifier, confirmationDate, about.searchInfo, isOld),
        signal,
      )
      return { ...named(answer), line: null }
    },

    async submitBulk({ id, confirmationDate, lines, isRepeat = false }, signal) {
      const identifier = identifiers.of(id)
      const answer = await send.send(
        bulkExchange(settings, identifier, confirmationDate, lines, isRepeat),
        signal,
      )
      return { ...named(answer), receptionNumber: receptionNumberOf(answer.message) }
    },

    async fetchBulk({ id, receptionNumber }, signal) {
      const asked = fileIdentifierOf(id, settings.letter)
      const identifier = identifiers.fresh(clock.now())
      const answer = await send.send(
        bulkFetchExchange(settings, identifier, asked, receptionNumber),
        signal,
      )
      const isDone = answer.message.messageHeader?.segmentOfResult !== '2'
      return isDone ? { is: 'done', ...named(answer) } : { is: 'processing' }
    },

    async register({ id, registration, isRepeat = false }, signal) {
      const identifier = identifiers.of(id)
      return named(
        await send.send(registrationExchange(settings, identifier, registration, isRepeat), signal),
      )
    },

    close: () => parts.withdrawals.close(),
  }
}

/** Sends requests, so many at a time, and tells what each came to. */
function openSender(settings: TerminalSettings, parts: PursuitParts, tookMs: (ms: number) => void) {
  const slots = openSlots(settings.sessions, settings.queueLimit)
  let open = 0
  const inTurn = async <K extends MessageKind>(request: Exchange<K>, signal: AbortSignal) => {
    const release = await slots.take(signal)
    try {
      return await exchange(parts, settings, request, signal)
    } finally {
      release()
    }
  }
  const tell = (fault: AgentError | null, answerMs: number | null) =>
    parts.observe({ at: parts.clock.now(), is: 'asked', fault: fault?.code ?? null, answerMs })

  return {
    openCount: () => open,
    async send<K extends MessageKind>(request: Exchange<K>, signal: AbortSignal) {
      open += 1
      try {
        const exchanged = await inTurn(request, signal)
        if (exchanged.tookMs !== null) tookMs(exchanged.tookMs)
        tell(null, exchanged.tookMs)
        return exchanged.answer
      } catch (error) {
        if (!signal.aborted || error !== signal.reason) tell(asFault(error), null)
        throw error
      } finally {
        open -= 1
      }
    },
  }
}

const named = <K extends MessageKind>({ message, bytes, charset }: Received<K>) => ({
  answer: message,
  bytes,
  charset,
})

/** Null for an official error; an answer that is neither that nor has a number says nothing. */
function receptionNumberOf({ messageHeader, messageBody }: BulkAccepted): string | null {
  if (messageHeader?.segmentOfResult === '9') return null
  const number = messageBody?.receptionNumber ?? messageHeader?.receptionNumber ?? ''
  if (number.trim() !== '') return number
  throw new AgentError('OFFICIAL_ANSWER_INCOMPLETE', 'the bulk question got no reception number')
}
