import type { OfflineIntake } from '../kernel/offline-intake.ts'
import type { Clock } from '../kernel/ports.ts'
import { toOfficialDate } from '../kernel/time.ts'
import type { StoredFollowUp } from '../store/follow-ups.ts'
import type { Unanswered } from '../store/reads.ts'
import type { Store } from '../store/store.ts'
import { FOLLOWED_FOR_MS, nextAskAt, type OpenTimes } from './follow-up-plan.ts'
import { type FaceQuestion, readQuestion, receivedAtOf } from './question.ts'

export interface CandidateParts {
  readonly store: Pick<Store, 'unanswered' | 'endOf'> & {
    readonly intakes: Pick<Store['intakes'], 'list'>
    readonly followUps: Pick<Store['followUps'], 'open'>
  }
  readonly clock: Pick<Clock, 'now'>
  readonly openTimes: OpenTimes
}

/** One question to ask again. */
export interface Candidate {
  readonly question: FaceQuestion
  readonly intakeId: string | null
  /**
   * Why it is asked again, and in this order: nobody was asked; the official side did not resolve it;
   * it failed when it was asked again.
   */
  readonly turn: (typeof TURNS)[number]
  /** When it was asked first, or last where that failed; epoch ms. */
  readonly at: number
}

const TURNS = ['unasked', 'unresolved', 'failed'] as const
const place = ({ turn }: Candidate) => TURNS.indexOf(turn)

/**
 * What is to be asked again now, each once, in this order. Where a question failed when it was asked
 * again, `retriesFailed` says whether it is tried before it is due.
 */
export function candidatesIn(parts: CandidateParts, retriesFailed: boolean) {
  const { store, clock, openTimes } = parts
  const now = clock.now()
  const since = now - FOLLOWED_FOR_MS
  const all = [
    ...store.intakes.list('open').flatMap((intake) => ofIntake(intake, since, store)),
    ...store.unanswered(since).flatMap((one) => ofQuestion(one, since)),
  ]
  const asked = retriesFailed ? all : all.filter(({ turn }) => turn !== 'failed')
  const taken = new Set(asked.map(({ question }) => question.supersedes))
  const due = store.followUps
    .open(since)
    .filter((one) => !taken.has(one.verificationId))
    .filter((one) => (nextAskAt(one, openTimes, now) ?? Number.POSITIVE_INFINITY) <= now)
  return {
    candidates: [...asked, ...due.flatMap(ofFollowUp)].sort(
      (one, other) => place(one) - place(other) || one.at - other.at,
    ),
    /** Whether some that failed are left for later. */
    leavesFailed: all.length > asked.length,
  }
}

function ofIntake(
  { id, at, state, form, verificationId }: OfflineIntake,
  since: number,
  store: Pick<Store, 'endOf'>,
): Candidate[] {
  const { cardFace, birthdate, patientNumber } = form
  if (state !== 'waiting' || cardFace === undefined || at <= since) return []
  const face = { ...cardFace, birthdate, ...(patientNumber !== undefined && { patientNumber }) }
  const hasFailed = verificationId !== null && store.endOf(verificationId)?.outcome === 'failed'
  return [
    {
      question: {
        kind: 'card-face',
        face,
        supersedes: verificationId,
        asOf: toOfficialDate(at),
        receivedAt: at,
      },
      intakeId: id,
      turn: hasFailed ? 'failed' : 'unasked',
      at,
    },
  ]
}

/** None where a later release asked it, or where its day is past. */
function ofQuestion(stored: Unanswered, since: number): Candidate[] {
  const question = askedAgain(stored.id, stored)
  if (question === undefined || question.asOf < toOfficialDate(since)) return []
  const hasFailed = stored.outcome === 'failed'
  return [
    {
      question,
      intakeId: null,
      turn: hasFailed ? 'failed' : 'unasked',
      at: hasFailed ? stored.endedAt : stored.acceptedAt,
    },
  ]
}

/** Nobody stands there any more: who does is received by the first answer. */
function ofFollowUp(stored: StoredFollowUp): Candidate[] {
  const question = askedAgain(stored.verificationId, stored)
  if (question === undefined) return []
  const { openedAt: at } = stored
  return [{ question: { ...question, receivedAt: null }, intakeId: null, turn: 'unresolved', at }]
}

/** The same question for the same day; undefined where a later release asked it. */
function askedAgain(
  id: string,
  { body, acceptedAt }: { readonly body: string; readonly acceptedAt: number },
) {
  const question = readQuestion(body)
  if (question?.kind !== 'card-face') return undefined
  const { batch: _, ...asked } = question
  const asOf = question.asOf ?? toOfficialDate(acceptedAt)
  return { ...asked, supersedes: id, asOf, receivedAt: receivedAtOf(question, acceptedAt) }
}
