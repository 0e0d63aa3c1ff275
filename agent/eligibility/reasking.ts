import { asFault } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { isUnresolved } from '../store/follow-ups.ts'
import type { Store } from '../store/store.ts'
import type { Eligibility } from './eligibility.ts'
import { type Candidate, type CandidateParts, candidatesIn } from './reask-candidates.ts'
import { after, hurried, lineBack, noPlan, type PassEnd } from './reask-plan.ts'

export interface ReaskingParts extends CandidateParts {
  readonly store: CandidateParts['store'] & Pick<Store, 'endOf'>
  readonly eligibility: Pick<Eligibility, 'reask' | 'ended'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/** What came of a pass. */
export interface Reasked {
  readonly asked: number
  /** How many of them have their answer now. */
  readonly resolved: number
}

/**
 * Asks again, by itself, what has no answer yet: offline intakes with a card face, typed questions
 * that ended `offline`, and, when they are due, typed questions that were not found, found several or
 * are pending. One at a time, oldest first, each for the day on which it was asked first.
 */
export interface Reasking extends Part {
  /** A line is usable, also at the start. */
  lineIsBack(): void
  /** No line is usable: nothing more is asked until one is. */
  linesAreDown(): void
  /** An intake was added. */
  intakeCame(): void
  /**
   * Asks now what is due, after what is under way, and resolves when that has ended. Asks nothing
   * while no line is usable or the login was refused.
   */
  runDue(signal: AbortSignal): Promise<Reasked>
}

/** One question may fail for a reason of its own, this many in a row do not. */
const FAILURES_IN_A_ROW = 3
/** Nothing is due: whoever rings ends the sleep. */
const IDLE_MS = 60 * 60_000
const nothing: Reasked = { asked: 0, resolved: 0 }

export function openReasking(parts: ReaskingParts): Reasking {
  const { clock, onBug } = parts
  const closing = new AbortController()
  let plan = noPlan
  /** Ends the sleep. */
  let bell = new AbortController()
  /** What came while a pass was under way. */
  let news: 'line' | 'intake' | null = null
  let isUp = false
  /** Passes, one after the other. */
  let underWay: Promise<unknown> = Promise.resolve()

  const ring = () => {
    bell.abort()
    bell = new AbortController()
  }
  const isIdle = () => !isUp || plan.lookAt === Number.POSITIVE_INFINITY
  const pass = async (signal: AbortSignal): Promise<Reasked> => {
    news = null
    const retriesFailed = plan.retries > 0
    const { end, ...reasked } = await askAll(parts, retriesFailed, () => !isUp, signal)
    const now = clock.now()
    const isLeft = end.is === 'stopped' && isUp && !closing.signal.aborted
    const next = after(plan, isLeft ? { is: 'left' } : end, now)
    plan = news === 'line' ? lineBack(now) : news === 'intake' ? hurried(next, now) : next
    return reasked
  }
  const inTurn = (signal: AbortSignal) => {
    const passed = underWay.then(() => (isIdle() ? nothing : pass(signal)))
    underWay = passed.catch(() => {})
    return passed
  }
  const run = async () => {
    while (!closing.signal.aborted) {
      const waitMs = isUp ? plan.lookAt - clock.now() : Number.POSITIVE_INFINITY
      if (waitMs > 0) await clock.sleep(Math.min(waitMs, IDLE_MS), bell.signal)
      else await inTurn(closing.signal)
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
    runDue: (signal) => inTurn(AbortSignal.any([signal, closing.signal])),
    async close() {
      closing.abort()
      ring()
      await work
      await underWay
    },
  }
}

interface Pass extends Reasked {
  readonly end: PassEnd
}

async function askAll(
  parts: ReaskingParts,
  retriesFailed: boolean,
  isOver: () => boolean,
  signal: AbortSignal,
): Promise<Pass> {
  const { log } = parts
  const found = readCandidates(parts, retriesFailed)
  if (found === undefined) return { end: { is: 'cut' }, ...nothing }
  const { candidates, leavesFailed } = found
  if (candidates.length > 0) log.info({ questions: candidates.length }, 'asking-again')
  const ends: End[] = []
  const passed = (end: PassEnd): Pass => ({
    end,
    asked: ends.length,
    resolved: ends.filter((one) => one === 'resolved').length,
  })
  for (const candidate of candidates) {
    if (isOver() || signal.aborted) return passed({ is: 'stopped' })
    const end = await askOne(parts, candidate, signal)
    if (end === 'stopped') return passed({ is: end })
    ends.push(end)
    if (end === 'cut' || end === 'refused') return passed({ is: end })
    const last = ends.slice(-FAILURES_IN_A_ROW)
    if (last.length === FAILURES_IN_A_ROW && last.every((one) => one === 'failed'))
      return passed({ is: 'cut' })
  }
  return passed({ is: 'complete', anyFailed: leavesFailed || ends.includes('failed') })
}

/** Undefined where they cannot be read now, or a later release wrote one: polls go on. */
function readCandidates(parts: ReaskingParts, retriesFailed: boolean) {
  try {
    return candidatesIn(parts, retriesFailed)
  } catch (error) {
    parts.log.error({ code: asFault(error).code }, 'asking-again-not-read')
    return undefined
  }
}

type End = 'resolved' | 'unresolved' | 'failed' | 'cut' | 'refused' | 'stopped'

async function askOne(
  { store, eligibility, log }: ReaskingParts,
  { question, intakeId }: Candidate,
  signal: AbortSignal,
): Promise<End> {
  try {
    const { id } = await eligibility.reask(question, intakeId)
    await eligibility.ended(id, signal)
    return endOf(store.endOf(id))
  } catch (error) {
    const { code } = asFault(error)
    // A person was faster.
    if (code === 'INTAKE_CLOSED') return 'unresolved'
    if (code === 'SHUTTING_DOWN') return 'stopped'
    log.error({ code }, 'asking-again-failed')
    return 'cut'
  }
}

function endOf(end: ReturnType<Store['endOf']>): End {
  if (end === undefined) return 'stopped'
  const { outcome, code } = end
  if (outcome === 'offline') return 'cut'
  if (code === 'LOGIN_REFUSED') return 'refused'
  if (outcome === 'failed') return isOfficial(code) ? 'unresolved' : 'failed'
  return isUnresolved(outcome) ? 'unresolved' : 'resolved'
}

/** The official side answered, if only to say no. */
const isOfficial = (code: string | null) => code?.startsWith('OFFICIAL_') === true
