import type { CardFace } from '../kernel/card-face.ts'
import type { Clock } from '../kernel/ports.ts'
import type { BatchRecord } from '../store/batches.ts'
import type { Accepted, QuestionRecord } from '../store/questions.ts'
import type { Store } from '../store/store.ts'
import type { Batches } from './batches.ts'
import type { Eligibility } from './eligibility.ts'
import type { FaceQuestion } from './question.ts'

/** A card that is to be asked about, and what for: the id of a row elsewhere. */
export interface Wanted {
  readonly id: string
  readonly face: CardFace
}

/**
 * Puts a question on disk in one transaction with whom it is for. Null, and nothing is kept, where
 * it may not be asked any more; of a bulk question, where no line may.
 */
export interface Claims {
  question(record: QuestionRecord, wantedId: string): Promise<Accepted | null>
  /** `wantedIds` in the order of the lines; lines may be left out. */
  batch(record: BatchRecord, wantedIds: readonly string[]): Promise<Accepted | null>
}

export interface HandOverParts {
  readonly store: Pick<Store, 'endOf'> & { readonly batches: Pick<Store['batches'], 'items'> }
  /** Null: questions go over lines, which know no bulk questions. */
  readonly batches: Pick<Batches, 'hand'> | null
  readonly eligibility: Pick<Eligibility, 'hand' | 'ended'>
  readonly clock: Clock
}

export interface HandedOver {
  /** How many questions are on disk now, or, over lines, have ended. */
  readonly asked: number
  /** Ids of the bulk questions that they are lines of. */
  readonly batches: readonly string[]
  /** Nobody could be asked any more: the rest is for the next run. */
  readonly isCut: boolean
}

/** As many as one bulk question holds here. */
const LINES = 1_000
/** Between two questions over a line, so that the desk is not behind them. */
const PAUSE_MS = 1_000

/**
 * Has many asked about whom nobody has received: through the terminal in bulk, which ends by itself
 * hours later; over lines one after the other, which is waited for. After a crash, whom a claim is
 * on disk for is not claimed again. Rejects with `SHUTTING_DOWN`, `STORE_*`.
 */
export const handOver = (
  parts: HandOverParts,
  wanted: readonly Wanted[],
  claims: Claims,
  signal: AbortSignal,
): Promise<HandedOver> =>
  parts.batches === null
    ? oneByOne(parts, wanted, claims, signal)
    : inBulk(parts.batches, parts, wanted, claims)

async function inBulk(
  bulk: Pick<Batches, 'hand'>,
  { store }: HandOverParts,
  wanted: readonly Wanted[],
  claims: Claims,
): Promise<HandedOver> {
  const batches: string[] = []
  for (let from = 0; from < wanted.length; from += LINES) {
    const part = wanted.slice(from, from + LINES)
    const ids = part.map(({ id }) => id)
    const faces = part.map(({ face }) => face)
    const handed = await bulk.hand(faces, (record) => claims.batch(record, ids))
    if (handed !== null) batches.push(handed.id)
  }
  const asked = batches.reduce((sum, id) => sum + store.batches.items(id).length, 0)
  return { asked, batches, isCut: false }
}

async function oneByOne(
  { store, eligibility, clock }: HandOverParts,
  wanted: readonly Wanted[],
  claims: Claims,
  signal: AbortSignal,
): Promise<HandedOver> {
  let asked = 0
  for (const { id, face } of wanted) {
    if (signal.aborted) return { asked, batches: [], isCut: true }
    const question: FaceQuestion = { kind: 'card-face', face, supersedes: null, receivedAt: null }
    const handed = await eligibility.hand(question, (record) => claims.question(record, id))
    if (handed === null) continue
    await eligibility.ended(handed.id, signal)
    const end = store.endOf(handed.id)
    if (end?.outcome === 'offline' || end?.code === 'LOGIN_REFUSED')
      return { asked, batches: [], isCut: true }
    asked += 1
    await clock.sleep(PAUSE_MS, signal)
  }
  return { asked, batches: [], isCut: false }
}
