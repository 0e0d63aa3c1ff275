import type { CardProof } from '../gateway/gateway.ts'
import { dayAt } from '../kernel/calendar.ts'
import type { CardFace } from '../kernel/card-face.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Part } from '../kernel/ports.ts'
import { inForce, type Rules } from '../kernel/rules.ts'
import type { Claim } from '../store/claims.ts'
import type { Accepted } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'
import { certificateState } from './judge/card-certificate.ts'
import {
  type CardQuestion,
  type Declared,
  declaredIn,
  type FaceQuestion,
  type Question,
  questionRecord,
  readQuestion,
} from './question.ts'
import type { EligibilityParts, PresentCard } from './settle.ts'
import { openWork, type Work } from './work.ts'

/** A tap whose holder was authenticated. The certificate stays in memory. */
export interface ConfirmedCard {
  readonly presentationId: string
  readonly reader: string
  readonly certificate: Uint8Array
  readonly certificateExpired: boolean
  /** End of the certificate, epoch ms. */
  readonly certificateNotAfter: number
}

export interface Eligibility extends Part {
  /** Resolves when the question is on disk. Rejects with `IDEMPOTENCY_KEY_REUSED` or `STORE_*`. */
  ask(face: CardFace, asker: Asker, declared?: Declared): Promise<{ readonly id: string }>
  /**
   * Asks a typed question anew. Rejects with `NOT_FOUND`, `QUESTION_OPEN`, `CARD_NEEDED`, and with
   * `STORE_NEWER` where a later release wrote the question.
   */
  recheck(id: string, asker: Asker): Promise<{ readonly id: string }>
  /**
   * Asks by itself what nobody could be asked before; where somebody was faster, theirs is found.
   * Rejects with `INTAKE_CLOSED`, `SHUTTING_DOWN`, `STORE_*`.
   */
  reask(question: FaceQuestion, intakeId: string | null): Promise<{ readonly id: string }>
  /**
   * Asks by itself, with nobody at the desk, for what the agent expects; null where nothing of `claims`
   * is left to ask for. Rejects with `SHUTTING_DOWN`, `STORE_*`.
   */
  askExpected(face: CardFace, claims: readonly Claim[]): Promise<{ readonly id: string } | null>
  /** `by`: who confirmed by sight, or the proof that the PIN was entered. */
  askByCard(
    card: ConfirmedCard,
    by: string | CardProof,
    asker: Asker,
  ): Promise<{ readonly id: string }>
  /** Resolves when the question has ended, or the signal aborts. */
  ended(id: string, signal: AbortSignal): Promise<void>
  /**
   * Asks again what a crash interrupted; lines of bulk questions are asked with them. What a later
   * release asked stays open for that one.
   */
  resume(): void
}

/** What comes along with a question and is no part of it. */
interface Along {
  readonly card?: (PresentCard & { readonly presentationId: string }) | null
  /** What the request was, for its key: the question where absent. */
  readonly sent?: string
  readonly notIndividualNumberBy?: string | null
}

/** Question to verification: accept, ask, judge, store, announce. Each question ends exactly once. */
export function openEligibility(parts: EligibilityParts): Eligibility {
  const { store, clock } = parts
  const work = openWork(parts)

  const recordOf = (question: Question, actor: string) => {
    if (work.isClosing()) throw new AgentError('SHUTTING_DOWN', 'the agent is stopping')
    return questionRecord(question, actor, clock.now())
  }

  const accept = async (
    question: Question,
    asker: Asker,
    { card = null, sent = JSON.stringify(question), notIndividualNumberBy = null }: Along = {},
  ) => {
    const record = recordOf(question, asker.consumerId ?? 'agent')
    const { id, isNew } = await store.accept({
      ...record,
      presentationId: card?.presentationId ?? null,
      key: requestKey(asker, sent),
      notIndividualNumberBy,
    })
    if (isNew) work.begin({ id, acceptedAt: record.at, question, card: presentCard(card) })
    return { id }
  }

  const beginIfNew = ({ id, isNew }: Accepted, acceptedAt: number, question: Question) => {
    if (isNew) work.begin({ id, acceptedAt, question, card: undefined })
    return { id }
  }

  return {
    ask(face, asker, declared = {}) {
      const asked = { kind: 'card-face', face, supersedes: null } as const
      const { said, notIndividualNumberBy = null } = declared
      return accept({ ...asked, ...declaredIn(declared) }, asker, {
        sent: JSON.stringify({ ...asked, ...said }),
        notIndividualNumberBy,
      })
    },

    recheck: async (id, asker) => accept(askedAnew(store, id), asker),

    async reask(question, intakeId) {
      const record = recordOf(question, 'agent')
      return beginIfNew(await store.reask({ question: record, intakeId }), record.at, question)
    },

    async askExpected(face, claims) {
      const question: Question = { kind: 'card-face', face, supersedes: null, receivedAt: null }
      const record = recordOf(question, 'agent')
      const asked = await store.askExpected({ question: record, claims })
      return asked.isNew ? beginIfNew(asked, record.at, question) : null
    },

    askByCard: (card, by, asker) => {
      const { presentationId, certificate } = card
      const question = cardQuestion(card, by, clock.now(), parts.judging.rules)
      return accept(question, asker, {
        card: { presentationId, certificate, proof: typeof by === 'string' ? null : by },
        sent: JSON.stringify({ presentationId, confirmedBy: question.confirmedBy }),
      })
    },

    ended: work.ended,

    resume: () => beginInterrupted(parts, work),

    close: work.close,
  }
}

/** Of the certificate only how far it is from its end is kept. */
function cardQuestion(
  { reader, certificateExpired, certificateNotAfter }: ConfirmedCard,
  by: string | CardProof,
  at: number,
  { cardCertificates }: Rules,
): CardQuestion {
  return {
    kind: 'card',
    reader,
    certificateExpired,
    certificate: certificateState(certificateNotAfter, at, inForce(cardCertificates, dayAt(at))),
    confirmedBy: typeof by === 'string' ? by : null,
    confirmedAt: at,
    supersedes: null,
  }
}

/** Without lines of bulk questions. `question` undefined: a later release asked it. */
const interruptedIn = (store: Pick<Store, 'openQuestions'>) =>
  store
    .openQuestions()
    .map(({ body, ...stored }) => ({ ...stored, question: readQuestion(body) }))
    .filter(({ question }) => question?.kind !== 'card-face' || question.batch === undefined)

function beginInterrupted({ store, log }: EligibilityParts, work: Work): void {
  const interrupted = interruptedIn(store)
  if (interrupted.length > 0) log.info({ questions: interrupted.length }, 'questions-resumed')
  for (const { id, acceptedAt, question } of interrupted) {
    if (question === undefined) log.warn({ verification: id }, 'question-of-a-later-release')
    else work.begin({ id, acceptedAt, question, card: undefined })
  }
}

/** What of a confirmed tap goes into the question, and no more. */
const presentCard = (card: PresentCard | null): PresentCard | undefined =>
  card === null ? undefined : { certificate: card.certificate, proof: card.proof }

/** A typed question once more, by somebody who asks now, so about today. */
function askedAnew(store: Pick<Store, 'question' | 'find'>, id: string): FaceQuestion {
  const stored = store.question(id)
  if (stored === undefined) throw new AgentError('NOT_FOUND', 'no such verification')
  if (store.find(id) === 'open') throw new AgentError('QUESTION_OPEN', 'it has not ended yet')
  const question = readQuestion(stored.body)
  if (question === undefined)
    throw new AgentError('STORE_NEWER', 'a later release wrote this question')
  if (question.kind !== 'card-face')
    throw new AgentError('CARD_NEEDED', 'a card question needs its card')
  return { kind: 'card-face', face: question.face, supersedes: id, ...declaredIn(question) }
}
