import { LINES, type LineName } from '../../bed/net/plan.ts'
import { chanceOf } from '../random.ts'

/** What may happen to a line; what lasts is healed after a while. */
export const KINDS = [
  'link-down',
  'unplugged',
  'silent',
  'silent-up',
  'silent-down',
  'resets',
  'forgets',
  'address-gone',
  'router-gone',
  'other-prefix',
  'loses-10',
  'loses-30',
  'slow',
  'jitters',
  'captive',
  'busy',
  'refuses',
  'silent-tls',
  'wrong-certificate',
] as const
export type Kind = (typeof KINDS)[number]

/** Times are ms from the start. */
export interface PlannedFault {
  readonly line: LineName
  readonly kind: Kind
  readonly fromMs: number
  readonly toMs: number
}

/** Random faults on random lines, and questions meanwhile. */
export interface Schedule {
  readonly seed: number
  /** One to three, each on another line. */
  readonly faults: readonly PlannedFault[]
  /** When each is asked, in order. */
  readonly questions: readonly number[]
}

const QUESTIONS = 8
const LAST_QUESTION_MS = 2_000
const LAST_FAULT_MS = 1_000
const SHORTEST_MS = 200
const LONGEST_MS = 1_500

/** Pure: the same seed gives the same schedule. */
export function scheduleOf(seed: number): Schedule {
  const chance = chanceOf(seed)
  const left: LineName[] = [...LINES]
  const lines = Array.from({ length: 1 + chance.below(LINES.length) }, () =>
    left.splice(chance.below(left.length), 1),
  )
  const faults = lines.flat().map((line): PlannedFault => {
    const fromMs = chance.below(LAST_FAULT_MS)
    const toMs = fromMs + SHORTEST_MS + chance.below(LONGEST_MS - SHORTEST_MS)
    return { line, kind: chance.of(KINDS), fromMs, toMs }
  })
  const questions = Array.from({ length: QUESTIONS }, () => chance.below(LAST_QUESTION_MS))
  return { seed, faults, questions: questions.toSorted((a, b) => a - b) }
}

/** For people. */
export const textOfFault = ({ line, kind, fromMs, toMs }: PlannedFault) =>
  `line ${line} ${kind} from ${fromMs} to ${toMs} ms`
