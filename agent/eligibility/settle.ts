import type { CardProof, Gateway, GatewayAnswer, GatewayQuestion } from '../gateway/gateway.ts'
import { type AgentError, asFault } from '../kernel/errors.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { EndRecord } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import { type EndingParts, endingOf } from './ending.ts'
import { type Meaning, meaningOf, meaningOfFault } from './outcome.ts'
import { confirmationDateOf, type Question, searchInfoOf } from './question.ts'

export interface EligibilityParts extends EndingParts {
  readonly store: EndingParts['store'] &
    Pick<Store, 'accept' | 'reask' | 'askExpected' | 'end' | 'find' | 'question' | 'openQuestions'>
  readonly gateway: Gateway
  readonly clock: Clock
  readonly log: Log
  /** What each attempt came to, for the conditions: null is an answer. */
  readonly observe: (fault: AgentError | null) => void
  readonly onBug: (error: unknown) => void
}

/** A question that is on disk. */
export interface Accepted {
  readonly id: string
  readonly acceptedAt: number
  readonly question: Question
  /** Absent for a card question that a crash interrupted. */
  readonly card: PresentCard | undefined
}

/** What is asked with while the card is there. In memory only. */
export interface PresentCard {
  readonly certificate: Uint8Array
  readonly proof: CardProof | null
}

/**
 * Asks and records: one question, one verification. A store that cannot be written now is tried
 * again until it can: the answer is kept meanwhile, and the question stays open on disk.
 */
export async function settle(parts: EligibilityParts, accepted: Accepted, signal: AbortSignal) {
  const { clock, log } = parts
  const { id, acceptedAt } = accepted
  const { meaning, answered } = await askGateway(parts, accepted, signal)
  const at = clock.now()
  const ending = () => endingOf(parts, accepted, meaning, answered, at)
  while (!(await isRecorded(parts, id, ending))) {
    await clock.sleep(STORE_RETRY_MS, signal)
    signal.throwIfAborted()
  }
  log.info(
    {
      verification: id,
      outcome: meaning.outcome,
      fault: meaning.fault ?? '',
      line: answered?.line ?? '',
      tookMs: clock.now() - acceptedAt,
    },
    'verification-recorded',
  )
}

const STORE_RETRY_MS = 1_000

/** What was judged by what is no longer so is judged anew at once. */
async function isRecorded({ store, log }: EligibilityParts, id: string, ending: () => EndRecord) {
  try {
    while (!(await store.end(ending()))) log.info({ verification: id }, 'judged-anew')
    return true
  } catch (error) {
    log.error({ verification: id, code: asFault(error).code }, 'recording-failed')
    return false
  }
}

/** The official answer and its meaning, or the meaning of the fault that came instead. */
async function askGateway(
  { gateway, observe }: EligibilityParts,
  { id, acceptedAt, question, card }: Accepted,
  signal: AbortSignal,
): Promise<{ meaning: Meaning; answered: GatewayAnswer | null }> {
  const about = aboutOf(question, card)
  if (about === undefined) return { meaning: meaningOfFault('CARD_NEEDED'), answered: null }
  try {
    const answered = await gateway.ask(
      {
        id,
        confirmationDate: confirmationDateOf(question, acceptedAt),
        about,
      },
      signal,
    )
    observe(null)
    return { meaning: meaningOf(answered.answer), answered }
  } catch (error) {
    if (error === signal.reason) throw error
    const fault = asFault(error)
    // What came of a stop says nothing; the question is asked again at the next start.
    signal.throwIfAborted()
    observe(fault)
    return { meaning: meaningOfFault(fault.code), answered: null }
  }
}

/** Undefined where the card is needed again. */
function aboutOf(
  question: Question,
  card: PresentCard | undefined,
): GatewayQuestion['about'] | undefined {
  if (question.kind === 'card-face')
    return { kind: 'card-face', searchInfo: searchInfoOf(question) }
  return card === undefined ? undefined : { kind: 'card', ...card }
}
