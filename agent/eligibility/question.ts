import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { CardFace, type Declarations } from '../kernel/card-face.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { SearchInfo } from '../kernel/official.ts'
import { toOfficialDate } from '../kernel/time.ts'
import type { QuestionRecord } from '../store/questions.ts'
import { paddedInsurerNumber } from '../xmlmsg/insurer-number.ts'

const strict = { additionalProperties: false } as const
const Supersedes = Type.Union([Type.String(), Type.Null()])

/** What is asked, as the store keeps it. A card's certificate is never in it. */
export const Question = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('card-face'),
      face: CardFace,
      supersedes: Supersedes,
      /** The day that it is asked for, YYYYMMDD, where the agent asks it later by itself. */
      asOf: Type.Optional(Type.String()),
      /** Id of the bulk question that it is a line of. */
      batch: Type.Optional(Type.String()),
      /**
       * When the patient stood at the desk, epoch ms, where the agent asks by itself; null: nobody
       * did. Absent: when it was accepted.
       */
      receivedAt: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
      /** 限度額: who confirmed the patient’s consent, and when (epoch ms). */
      consent: Type.Optional(Type.Object({ by: Type.String(), at: Type.Integer() }, strict)),
      /** Who declared that the card bears numbers that fail a check. */
      asPrintedBy: Type.Optional(Type.String()),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('card'),
      reader: Type.String(),
      certificateExpired: Type.Boolean(),
      /** How far the card’s certificate is from its end; absent: an older release asked. */
      certificate: Type.Optional(Type.Enum(['good', 'ending', 'grace', 'lapsed'])),
      /** Null: the holder entered the PIN in the reader's own pad. */
      confirmedBy: Type.Union([Type.String(), Type.Null()]),
      /** Epoch ms. */
      confirmedAt: Type.Integer(),
      supersedes: Supersedes,
    },
    strict,
  ),
  /** Asked by somebody else, at the official terminal; only its answer came here. */
  Type.Object(
    {
      kind: Type.Literal('terminal'),
      /** One line of a bulk answer. */
      isOfBatch: Type.Boolean(),
      arbitraryIdentifier: Type.Union([Type.String(), Type.Null()]),
      supersedes: Supersedes,
    },
    strict,
  ),
])
export type Question = Static<typeof Question>
export type FaceQuestion = Extract<Question, { kind: 'card-face' }>
export type CardQuestion = Extract<Question, { kind: 'card' }>

/** What people declared about a typed face, as far as it was called for. */
export interface Declared extends Pick<FaceQuestion, 'consent' | 'asPrintedBy'> {
  /** Who said that what looks like a 個人番号 is none: for the audit, without the number. */
  readonly notIndividualNumberBy?: string
  /** All of it as it was sent: what tells a repeated request from another one. */
  readonly said?: Declarations
}

/** What stays declared when a question is asked again. */
export const declaredIn = ({ consent, asPrintedBy }: Declared) => ({
  ...(consent !== undefined && { consent }),
  ...(asPrintedBy !== undefined && { asPrintedBy }),
})

/** A question as the store takes it, new at epoch ms `at`, without a key. */
export const questionRecord = (question: Question, actor: string, at: number): QuestionRecord => ({
  id: uuidV7(at),
  at,
  kind: question.kind,
  body: JSON.stringify(question),
  supersedes: question.supersedes,
  presentationId: null,
  key: null,
  actor,
})

/**
 * A stored question, typed again. Undefined where it is none of this release's: a later one, since
 * rolled back, wrote it. Says no more of it, as it holds who is asked about.
 */
export function readQuestion(body: string): Question | undefined {
  const stored = parseJson(body)
  return Value.Check(Question, stored) ? stored : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The day whose eligibility is asked, YYYYMMDD: the one on the face, or the day of the asking. */
export const confirmationDateOf = (question: Question, acceptedAt: number): string =>
  (question.kind === 'card-face'
    ? (question.face.qualificationConfirmationDate ?? question.asOf)
    : undefined) ?? toOfficialDate(acceptedAt)

/**
 * When the patient stood at the desk, epoch ms; null: nobody did, as for a line of a bulk question.
 */
export function receivedAtOf(question: Question, acceptedAt: number): number | null {
  if (question.kind === 'card') return question.confirmedAt
  if (question.kind === 'terminal') return question.isOfBatch ? null : acceptedAt
  if (question.batch !== undefined) return null
  return question.receivedAt === undefined ? acceptedAt : question.receivedAt
}

/**
 * A checked card face as the official search fields. The consent flag is 1 only where somebody
 * confirmed the patient’s consent, whatever was sent.
 */
export function searchInfoOf({
  face,
  consent,
}: Pick<FaceQuestion, 'face' | 'consent'>): SearchInfo {
  const {
    qualificationConfirmationDate: _,
    patientNumber: __,
    insuredPartialContributionRatio: ___,
    ...fields
  } = face
  return {
    ...fields,
    insurerNumber: paddedInsurerNumber(face.insurerNumber),
    limitApplicationCertificateRelatedConsFlg: consent === undefined ? '0' : '1',
  }
}
