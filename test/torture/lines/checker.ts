import { LINES, type LineName } from '../../bed/net/plan.ts'
import type { Told } from '../../system/line-faults/story.ts'
import type { Kind } from './plan.ts'

/** Times are epoch ms. */
export interface Question {
  readonly id: string
  readonly askedAt: number
  readonly endedAt: number
  readonly outcome: string
  /** Of the fault; '' without one. */
  readonly code: string
  readonly line: string | null
}

export interface Suffered {
  readonly line: LineName
  readonly kind: Kind
  readonly from: number
  readonly to: number
}

/** All that was seen of one schedule. */
export interface Evidence {
  readonly questions: readonly Question[]
  /** What became of requests that were refused or not answered. */
  readonly refusals: readonly string[]
  readonly faults: readonly Suffered[]
  readonly story: readonly Told[]
  /** Ids in the feed, once for each time. */
  readonly feed: readonly string[]
  /** How often each question reached the gateway. */
  readonly sent: Readonly<Record<string, number>>
  /** Lines that did not come back; null: all did. */
  readonly notWell: string | null
}

/** What was on its way when a fault ended may still be lost to it. */
const SETTLE_MS = 300
/** Away from a line and back to it, and once more where it failed on trial. */
const MOVES_OF_A_FAULT = 4
/** A busy machine may find a line silent that is not. */
const MOVES_BY_CHANCE = 2
const AT_MOST_SENT = 2
/** Faults at the gateway end in its codes where two lines in a row have them. */
const OF_GATEWAY: readonly Kind[] = ['captive', 'busy', 'wrong-certificate']

/** Pure. What must not be; empty when all is right. */
export function violationsIn(evidence: Evidence): string[] {
  const { questions, refusals, faults, story, feed, sent, notWell } = evidence
  const moves = story.filter(({ event }) => event === 'line-moved' || event === 'no-line').length
  const bound = faults.length * MOVES_OF_A_FAULT + MOVES_BY_CHANCE
  return [
    ...refusals,
    ...(notWell === null ? [] : [`not well again: ${notWell}`]),
    ...(moves > bound ? [`${moves} moves, more than ${bound}`] : []),
    ...questions.flatMap((question) => wrongOf(question, evidence)),
    ...questions.flatMap(({ id }) => {
      const times = feed.filter((one) => one === id).length
      const sentTimes = sent[id] ?? 0
      return [
        ...(times === 1 ? [] : [`${id} is ${times} times in the feed`]),
        ...(sentTimes > AT_MOST_SENT ? [`${id} was sent ${sentTimes} times`] : []),
      ]
    }),
  ]
}

function wrongOf(question: Question, evidence: Evidence): string[] {
  const { id, outcome, code } = question
  if (outcome === 'valid') return []
  const isOfGateway = evidence.faults.some(
    (fault) => OF_GATEWAY.includes(fault.kind) && meets(question, fault),
  )
  const known = outcome === 'offline' || (outcome === 'failed' && isOfGateway)
  const saviour = LINES.find((line) => mustAnswer(line, question, evidence))
  return [
    ...(known ? [] : [`${id} ended as ${outcome} (${code})`]),
    ...(saviour === undefined
      ? []
      : [`${id} ended as ${outcome} (${code}) while line ${saviour} was good and known to be up`]),
  ]
}

/** A line that forgot its old connections takes new ones; an old one may be met at any time. */
const meets = ({ askedAt, endedAt }: Question, { kind, from, to }: Suffered) =>
  from <= endedAt && (kind === 'forgets' || to + SETTLE_MS >= askedAt)

/**
 * A line that was good and up while the question lived, with at most one other before it that could
 * be asked meanwhile: a question goes out twice at most.
 */
function mustAnswer(line: LineName, question: Question, { faults, story }: Evidence): boolean {
  const isGood = !faults.some((fault) => fault.line === line && meets(question, fault))
  const standings = (one: LineName) => standingsOf(one, question, story)
  const isUp = standings(line).every((standing) => standing === 'up')
  const before = LINES.slice(0, LINES.indexOf(line))
  const rivals = before.filter((one) => standings(one).some((standing) => standing !== 'down'))
  return isGood && isUp && rivals.length <= 1
}

/** Those that a line had while the question lived. */
function standingsOf(line: LineName, { askedAt, endedAt }: Question, story: readonly Told[]) {
  const own = story.filter((told) => told.line === line && told.standing !== null)
  const first = own.findLast(({ at }) => at < askedAt)?.standing ?? 'up'
  const then = own.filter(({ at }) => at >= askedAt && at <= endedAt)
  return [first, ...then.map(({ standing }) => standing)]
}
