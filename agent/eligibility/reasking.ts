import { asFault } from '../kernel/errors.ts'
import type { OfflineIntake } from '../kernel/offline-intake.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { toOfficialDate } from '../kernel/time.ts'
import type { Unanswered } from '../store/reads.ts'
import type { Store } from '../store/store.ts'
import type { Eligibility } from './eligibility.ts'
import { declaredIn, type FaceQuestion, readQuestion } from './question.ts'
import { after, hurried, lineBack, noPlan, type PassEnd } from './reask-plan.ts'

export interface ReaskingParts {
  readonly store: Pick<Store, 'unanswered' | 'endOf'> & {
    readonly intakes: Pick<Store['intakes'], 'list'>
  }
  readonly eligibility: Pick<Eligibility, 'reask' | 'ended'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/**
 * Asks again, by itself, what nobody could be asked: offline intakes with a card face, and typed
 * questions that ended `offline`. One at a time, oldest first, each for the day on which it was
 * asked first.
 */
export interface Reasking extends Part {
  /** A line is usable, also at the start. */
  lineIsBack(): void
  /** No line is usable: nothing more is asked until one is. */
  linesAreDown(): void
  /** An intake was added. */
  intakeCame(): void
}

/** Older ones say nothing any more about whom the clinic may bill for. */
const ASKED_FOR_MS = 30 * 24 * 60 * 60_000
/** One question may fail for a reason of its own, this many in a row do not. */
const FAILURES_IN_A_ROW = 3
/** Nothing is due: whoever rings ends the sleep. */
const IDLE_MS = 60 * 60_000

/** One question to ask again. */
interface Candidate {
  readonly question: FaceQuestion
  readonly intakeId: string | null
  /** When it was asked first, or last where that failed; epoch ms. */
  readonly at: number
  readonly hasFailed: boolean
}

export function openReasking(parts: ReaskingParts): Reasking {
  const { clock, onBug } = parts
  const closing = new AbortController()
  let plan = noPlan
  /** Ends the sleep. */
  let bell = new AbortController()
  /** What came while a pass was under way. */
  let news: 'line' | 'intake' | null = null
  let isUp = false

  const ring = () => {
    bell.abort()
    bell = new AbortController()
  }
  const pass = async () => {
    news = null
    const retriesFailed = plan.retries > 0
    const end = await askAll(parts, retriesFailed, () => !isUp, closing.signal)
    const now = clock.now()
    const next = after(plan, end, now)
    plan = news === 'line' ? lineBack(now) : news === 'intake' ? hurried(next, now) : next
  }
  const run = async () => {
    while (!closing.signal.aborted) {
      const waitMs = isUp ? plan.lookAt - clock.now() : Number.POSITIVE_INFINITY
      if (waitMs > 0) await clock.sleep(Math.min(waitMs, IDLE_MS), bell.signal)
      else await pass()
    }
  }
  const work = run().catch(onBug)

  return {
    lineIsBack() {
      isUp = true
      news = 'line'
      plan = lineBack(clock.now())
      ring()
    },
    linesAreDown() {
      isUp = false
    },
    intakeCame() {
      news ??= 'intake'
      plan = hurried(plan, clock.now())
      ring()
    },
    async close() {
      closing.abort()
      ring()
      await work
    },
  }
}

async function askAll(
  parts: ReaskingParts,
  retriesFailed: boolean,
  isOver: () => boolean,
  signal: AbortSignal,
): Promise<PassEnd> {
  const { log } = parts
  const all = readCandidates(parts)
  if (all === undefined) return { is: 'cut' }
  const candidates = retriesFailed ? all : all.filter(({ hasFailed }) => !hasFailed)
  if (candidates.length > 0) log.info({ questions: candidates.length }, 'asking-again')
  let failures = 0
  let anyFailed = all.length > candidates.length
  for (const candidate of candidates) {
    if (isOver() || signal.aborted) return { is: 'stopped' }
    const end = await askOne(parts, candidate, signal)
    if (end !== 'answered' && end !== 'failed') return { is: end }
    anyFailed ||= end === 'failed'
    failures = end === 'failed' ? failures + 1 : 0
    if (failures === FAILURES_IN_A_ROW) return { is: 'cut' }
  }
  return { is: 'complete', anyFailed }
}

/** Undefined where they cannot be read now, or a later release wrote one: polls go on. */
function readCandidates(parts: ReaskingParts): Candidate[] | undefined {
  try {
    return candidatesIn(parts)
  } catch (error) {
    parts.log.error({ code: asFault(error).code }, 'asking-again-not-read')
    return undefined
  }
}

type End = 'answered' | 'failed' | 'cut' | 'refused' | 'stopped'

async function askOne(
  { store, eligibility, log }: ReaskingParts,
  { question, intakeId }: Candidate,
  signal: AbortSignal,
): Promise<End> {
  try {
    const { id } = await eligibility.reask(question, intakeId)
    await eligibility.ended(id, signal)
    const end = store.endOf(id)
    if (end === undefined) return 'stopped'
    if (end.outcome === 'offline') return 'cut'
    if (end.code === 'LOGIN_REFUSED') return 'refused'
    return end.outcome === 'failed' && !isOfficial(end.code) ? 'failed' : 'answered'
  } catch (error) {
    const { code } = asFault(error)
    // A person was faster.
    if (code === 'INTAKE_CLOSED') return 'answered'
    if (code === 'SHUTTING_DOWN') return 'stopped'
    log.error({ code }, 'asking-again-failed')
    return 'cut'
  }
}

/** The official side answered, if only to say no. */
const isOfficial = (code: string | null) => code?.startsWith('OFFICIAL_') === true

/** What is to be asked again: those that were never asked since before those that failed since. */
function candidatesIn({ store, clock }: ReaskingParts): Candidate[] {
  const since = clock.now() - ASKED_FOR_MS
  return [
    ...store.intakes.list('open').flatMap((intake) => ofIntake(intake, since, store)),
    ...store.unanswered(since).flatMap((one) => ofQuestion(one, since)),
  ].sort((one, other) => Number(one.hasFailed) - Number(other.hasFailed) || one.at - other.at)
}

function ofIntake(
  { id, at, state, form, verificationId }: OfflineIntake,
  since: number,
  store: Pick<Store, 'endOf'>,
): Candidate[] {
  const { cardFace, birthdate, patientNumber } = form
  if (state !== 'waiting' || cardFace === undefined || at <= since) return []
  const face = { ...cardFace, birthdate, ...(patientNumber !== undefined && { patientNumber }) }
  return [
    {
      question: {
        kind: 'card-face',
        face,
        supersedes: verificationId,
        asOf: toOfficialDate(at),
      },
      intakeId: id,
      at,
      hasFailed: verificationId !== null && store.endOf(verificationId)?.outcome === 'failed',
    },
  ]
}

/** None where a later release asked it, or where its day is past. */
function ofQuestion(
  { id, body, acceptedAt, endedAt, outcome }: Unanswered,
  since: number,
): Candidate[] {
  const question = readQuestion(body)
  if (question?.kind !== 'card-face') return []
  const asOf = question.asOf ?? toOfficialDate(acceptedAt)
  if (asOf < toOfficialDate(since)) return []
  const hasFailed = outcome === 'failed'
  return [
    {
      question: {
        kind: 'card-face',
        face: question.face,
        supersedes: id,
        asOf,
        ...declaredIn(question),
      },
      intakeId: null,
      at: hasFailed ? endedAt : acceptedAt,
      hasFailed,
    },
  ]
}
