import type { CardProof } from '../gateway/gateway.ts'
import type { CardFace } from '../kernel/card-face.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Part } from '../kernel/ports.ts'
import type { Claim } from '../store/claims.ts'
import type { Accepted as Kept, QuestionRecord } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import { type Asker, requestKey } from './asker.ts'
import { type FaceQuestion, type Question, questionRecord, readQuestion } from './question.ts'
import type { EligibilityParts, PresentCard } from './settle.ts'
import { openWork, type Work } from './work.ts'

/** A tap whose holder was authenticated. The certificate stays in memory. */
export interface ConfirmedCard {
  readonly presentationId: string
  readonly reader: string
  readonly certificate: Uint8Array
  readonly certificateExpired: boolean
}

export interface Eligibility extends Part {
  /** Resolves when the question is on disk. Rejects with `IDEMPOTENCY_KEY_REUSED` or `STORE_*`. */
  ask(face: CardFace, asker: Asker): Promise<{ readonly id: string }>
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

/** Question to verification: accept, ask, judge, store, announce. Each question ends exactly once. */
export function openEligibility(parts: EligibilityParts): Eligibility {
  const { store, clock } = parts
  const work = openWork(parts)

  const accept = async (
    question: Question,
    asker: Asker,
    card: { presentationId: string; certificate: Uint8Array; proof: CardProof | null } | null,
    sent: string = JSON.stringify(question),
  ) => {
    const record = recordOf(parts, work, question, asker.consumerId ?? 'agent')
    const { id, isNew } = await store.accept({
      ...record,
      presentationId: card?.presentationId ?? null,
      key: requestKey(asker, sent),
    })
    if (isNew) work.begin({ id, acceptedAt: record.at, question, card: presentCard(card) })
    return { id }
  }

  return {
    ask: (face, asker) => accept({ kind: 'card-face', face, supersedes: null }, asker, null),

    recheck: async (id, asker) => accept(askedAnew(store, id), asker, null),

    ...askedByItself(parts, work),

    askByCard: ({ presentationId, certificate, reader, certificateExpired }, by, asker) => {
      const confirmedBy = typeof by === 'string' ? by : null
      return accept(
        {
          kind: 'card',
          reader,
          certificateExpired,
          confirmedBy,
          confirmedAt: clock.now(),
          supersedes: null,
        },
        asker,
        { presentationId, certificate, proof: typeof by === 'string' ? null : by },
        JSON.stringify({ presentationId, confirmedBy }),
      )
    },

    ended: work.ended,

    resume: () => resume(parts, work),

    close: work.close,
  }
}

function recordOf(
  { clock }: EligibilityParts,
  work: Work,
  question: Question,
  actor: string,
): QuestionRecord {
  if (work.isClosing()) throw new AgentError('SHUTTING_DOWN', 'the agent is stopping')
  return questionRecord(question, actor, clock.now())
}

/** What nobody at the desk asks. */
function askedByItself(
  parts: EligibilityParts,
  work: Work,
): Pick<Eligibility, 'reask' | 'askExpected'> {
  const { store } = parts
  const ask = async (question: Question, keep: (record: QuestionRecord) => Promise<Kept>) => {
    const record = recordOf(parts, work, question, 'agent')
    const { id, isNew } = await keep(record)
    if (isNew) work.begin({ id, acceptedAt: record.at, question, card: undefined })
    return { id, isNew }
  }
  return {
    async reask(question, intakeId) {
      const { id } = await ask(question, (record) => store.reask({ question: record, intakeId }))
      return { id }
    },
    async askExpected(face, claims) {
      const question: Question = { kind: 'card-face', face, supersedes: null, receivedAt: null }
      const { id, isNew } = await ask(question, (record) =>
        store.askExpected({ question: record, claims }),
      )
      return isNew ? { id } : null
    },
  }
}

function resume({ store, log }: EligibilityParts, work: Work): void {
  const interrupted = store
    .openQuestions()
    .map(({ body, ...stored }) => ({ ...stored, question: readQuestion(body) }))
    .filter(({ question }) => question?.kind !== 'card-face' || question.batch === undefined)
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
  return { kind: 'card-face', face: question.face, supersedes: id }
}
