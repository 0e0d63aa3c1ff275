/** What a client or the poller saw of one verification. */
export interface Seen {
  readonly eventId: string
  readonly cursor: string
  readonly verificationId: string
  /** What the question carried and the verification repeats: whose it is. */
  readonly mark: string
  readonly outcome: string
  readonly fault: string | null
  /** The birth dates in the results, YYYYMMDD. */
  readonly birthdates: readonly string[]
}

/** One question that was sent: an Idempotency-Key, or a tap and its confirmation. */
export interface Sent {
  /** Different for each. */
  readonly mark: string
  readonly kind: 'lookup' | 'tap'
  /** The invented people it may be about: one, or for a tap the cards that may have stood there. */
  readonly about: readonly { readonly outcome: string; readonly birthdate: string }[]
  /**
   * `answered`: with a verification. `unanswered`: the run ended first. `gone`: the tap went before
   * its confirmation was taken. `unconfirmed`: nobody confirmed the tap.
   */
  readonly end: 'answered' | 'unanswered' | 'gone' | 'unconfirmed'
  /** Every verification id that any answer named, in the order of the answers. */
  readonly told: readonly string[]
  /** Every verification that came as an answer. */
  readonly answers: readonly Seen[]
  /** Answers that no client may get here, e.g. `404 at Location`. */
  readonly refusals: readonly string[]
}

/** What stood in the file after the last stop. */
export interface FileFacts {
  /** Rows of `integrity_check` and `foreign_key_check`: `ok` and none. */
  readonly integrity: readonly string[]
  readonly foreignKeys: number
  readonly openQuestions: number
  readonly verifications: number
  /** By position. */
  readonly events: readonly { readonly position: number; readonly id: string }[]
}

export interface Evidence {
  readonly sent: readonly Sent[]
  /** The whole feed, read from its start after everything was answered. */
  readonly feed: readonly Seen[]
  /** What one poller got that went on from its own cursor through every crash. */
  readonly polled: readonly Seen[]
  readonly file: FileFacts
}

export interface Violation {
  readonly is:
    | 'unanswered'
    | 'refused'
    | 'lost'
    | 'duplicate'
    | 'stranger'
    | 'swapped'
    | 'out-of-order'
    | 'missed'
    | 'file'
    | 'agent'
  /** The mark or id that it is about, and what is wrong. */
  readonly what: string
}

/** Everything that is wrong with a run; nothing for a right one. Pure. */
export function violationsIn(evidence: Evidence): Violation[] {
  const { sent, feed, polled, file } = evidence
  const byMark = Map.groupBy(feed, ({ mark }) => mark)
  const marks = new Set(sent.map(({ mark }) => mark))
  return [
    ...sent.flatMap((one) => [...endOf(one), ...countOf(one, byMark.get(one.mark) ?? [])]),
    ...sent.flatMap((one) => contentOf(one, byMark.get(one.mark)?.[0])),
    ...feed
      .filter(({ mark }) => !marks.has(mark))
      .map(({ mark }) => violation('stranger', `${mark} was never sent`)),
    ...repeats('duplicate', 'mark sent', [...sent.map(({ mark }) => mark)]),
    ...orderOf(feed, file),
    ...pollOf(polled, feed),
    ...fileOf(file, feed),
  ]
}

const violation = (is: Violation['is'], what: string): Violation => ({ is, what })

function endOf({ mark, end, told, refusals }: Sent): Violation[] {
  const wrong = refusals.map((refusal) => violation('refused', `${mark}: ${refusal}`))
  if (end === 'unanswered') wrong.push(violation('unanswered', mark))
  if (end === 'gone' && told.length > 0)
    wrong.push(violation('lost', `${mark} was accepted as ${told[0]}, then it was gone`))
  return wrong
}

function countOf({ mark, end }: Sent, found: readonly Seen[]): Violation[] {
  if (found.length > 1) return [violation('duplicate', `${mark} has ${found.length} verifications`)]
  if (end === 'answered' && found.length === 0) return [violation('lost', `${mark} has none`)]
  const isAsked = end === 'answered' || end === 'unanswered'
  if (!isAsked && found.length > 0)
    return [violation('stranger', `${mark} is ${end} and has a verification`)]
  return []
}

/** Whether the answers, and the verification itself, are those of this question and no other. */
function contentOf({ mark, kind, about, told, answers }: Sent, found?: Seen): Violation[] {
  if (found === undefined) return []
  const id = found.verificationId
  const others = told.filter((one) => one !== id)
  const wrong = others.map((one) => violation('swapped', `${mark} is ${id}, and was told ${one}`))
  const form = JSON.stringify(fieldsOf(found))
  if (answers.some((answer) => JSON.stringify(fieldsOf(answer)) !== form))
    wrong.push(violation('swapped', `${mark} was answered otherwise than the feed says`))
  if (isCardNeeded(kind, found)) return wrong
  const isTheirs = about.some(
    ({ outcome, birthdate }) =>
      outcome === found.outcome && found.birthdates.every((one) => one === birthdate),
  )
  if (!isTheirs)
    wrong.push(violation('swapped', `${mark} is ${found.outcome} (${found.fault}) of another`))
  return wrong
}

/** A card question that a crash interrupted cannot be asked again: so it ends. */
export const isCardNeeded = (kind: Sent['kind'], { outcome, fault }: Seen): boolean =>
  kind === 'tap' && outcome === 'failed' && fault === 'CARD_NEEDED'

const fieldsOf = ({ eventId, cursor, verificationId, mark, outcome, fault, birthdates }: Seen) => [
  eventId,
  cursor,
  verificationId,
  mark,
  outcome,
  fault,
  ...birthdates,
]

function orderOf(feed: readonly Seen[], { events }: FileFacts): Violation[] {
  const wrong = [
    ...repeats(
      'duplicate',
      'event id',
      feed.map(({ eventId }) => eventId),
    ),
    ...repeats(
      'duplicate',
      'verification id',
      feed.map(({ verificationId }) => verificationId),
    ),
    ...repeats(
      'out-of-order',
      'cursor',
      feed.map(({ cursor }) => cursor),
    ),
  ]
  const back = events.findIndex(({ position }, at) => position <= (events[at - 1]?.position ?? 0))
  if (back >= 0) wrong.push(violation('out-of-order', `position ${events[back]?.position}`))
  const inFile = events.map(({ id }) => id)
  const apart = firstDifference(
    inFile,
    feed.map(({ eventId }) => eventId),
  )
  if (apart !== undefined) wrong.push(violation('out-of-order', `feed against file: ${apart}`))
  return wrong
}

/** At least once and in order: without repeats, what was polled is the feed. */
function pollOf(polled: readonly Seen[], feed: readonly Seen[]): Violation[] {
  const text = (seen: Seen) => JSON.stringify(fieldsOf(seen))
  const first = new Map<string, Seen>()
  for (const seen of polled) if (!first.has(seen.eventId)) first.set(seen.eventId, seen)
  const apart = firstDifference([...first.values()].map(text), feed.map(text))
  return apart === undefined ? [] : [violation('missed', `poller against feed: ${apart}`)]
}

function fileOf(
  { integrity, foreignKeys, openQuestions, verifications }: FileFacts,
  feed: readonly Seen[],
): Violation[] {
  const wrong = integrity.filter((row) => row !== 'ok').map((row) => violation('file', row))
  if (integrity.length === 0) wrong.push(violation('file', 'the integrity check said nothing'))
  if (foreignKeys > 0) wrong.push(violation('file', `${foreignKeys} foreign keys point nowhere`))
  if (openQuestions > 0) wrong.push(violation('file', `${openQuestions} questions are still open`))
  if (verifications !== feed.length)
    wrong.push(violation('file', `${verifications} verifications, ${feed.length} in the feed`))
  return wrong
}

function repeats(is: Violation['is'], name: string, values: readonly string[]): Violation[] {
  const seen = new Set<string>()
  const again = values.filter((value) => {
    const isAgain = seen.has(value)
    seen.add(value)
    return isAgain
  })
  return again.map((value) => violation(is, `${name} ${value} comes twice`))
}

function firstDifference(a: readonly string[], b: readonly string[]): string | undefined {
  const longer = a.length >= b.length ? a : b
  const at = longer.findIndex((_, index) => a[index] !== b[index])
  return at < 0 ? undefined : `place ${at}, ${a[at] ?? 'nothing'} and ${b[at] ?? 'nothing'}`
}
