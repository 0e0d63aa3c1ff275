import { ehrViolations, folderViolations, orcaViolations } from './final-states.ts'
import type { EhrState, OrcaState, PickedUp, Seen, Told, Violation } from './told.ts'

/** What one reader or webhook receiver got, whatever happened to it. */
export interface History {
  readonly name: string
  /** The feed, read at the end by the same role. */
  readonly expected: readonly Seen[]
  /** In the order of arrival, repetitions too. */
  readonly got: readonly Seen[]
  /** Events that it refused for good at first: they came later, when a person sent them again. */
  readonly refused: ReadonlySet<string>
  /** What its role is to see, by the source alone. */
  readonly sees: (told: Told) => boolean
}

/** A question or note that was answered. */
export interface Sent {
  /** Different for each. */
  readonly mark: string
  /** What the official side answers to the card; null: a note. */
  readonly outcome: string | null
}

export interface Evidence {
  readonly sent: readonly Sent[]
  /** The whole feed, read at the end by a role that sees every field. */
  readonly source: readonly Told[]
  readonly histories: readonly History[]
  /** Face files in the order in which they were picked up. */
  readonly files: readonly PickedUp[]
  readonly ehr: EhrState
  readonly orca: OrcaState
}

/** Everything that is wrong with a run; nothing for a right one. Pure. */
export function violationsIn({ sent, source, histories, files, ehr, orca }: Evidence): Violation[] {
  return [
    ...sourceViolations(sent, source),
    ...histories.flatMap((history) => historyViolations(history, source)),
    ...folderViolations(files, source),
    ...ehrViolations(ehr, source),
    ...orcaViolations(orca, source),
  ]
}

/** Whether each question and note is in the feed, once, and is answered by what its card says. */
export function sourceViolations(sent: readonly Sent[], source: readonly Told[]): Violation[] {
  const where = 'source'
  const marks = new Set(sent.map(({ mark }) => mark))
  const found = Map.groupBy(source, ({ mark }) => mark)
  return [
    ...sent.flatMap(({ mark, outcome }) => {
      const [told, ...more] = found.get(mark) ?? []
      if (told === undefined) return wrong('lost', where, mark)
      if (told.outcome !== outcome) return wrong('altered', where, `${mark} is ${told.outcome}`)
      return more.flatMap(({ id }) => wrong('duplicate', where, `${mark} ${id}`))
    }),
    ...[...found.keys()]
      .filter((mark) => !marks.has(mark))
      .flatMap((mark) => wrong('stranger', where, mark)),
    ...repeated(source.map(({ id }) => id)).flatMap((id) => wrong('duplicate', where, id)),
  ]
}

/** Whether a history, each event once, is what its role sees of the source, in order. */
export function historyViolations(
  { name, expected, got, refused, sees }: History,
  source: readonly Told[],
): Violation[] {
  const digests = new Map(expected.map(({ id, digest }) => [id, digest]))
  const first = new Map<string, Seen>()
  for (const seen of got) if (!first.has(seen.id)) first.set(seen.id, seen)
  return [
    ...got
      .filter(({ id, digest }) => digests.has(id) && digests.get(id) !== digest)
      .flatMap(({ id }) => wrong('altered', name, id)),
    ...got.flatMap(({ id, leaks }) =>
      leaks.flatMap((field) => wrong('leak', name, `${id} ${field}`)),
    ),
    ...expected.flatMap(({ id, leaks }) =>
      leaks.flatMap((field) => wrong('leak', `feed of ${name}`, `${id} ${field}`)),
    ),
    ...[...first.keys()]
      .filter((id) => !digests.has(id))
      .flatMap((id) => wrong('stranger', name, id)),
    ...expected.filter(({ id }) => !first.has(id)).flatMap(({ id }) => wrong('lost', name, id)),
    ...orderViolations(`feed of ${name}`, source.filter(sees), expected),
    ...orderViolations(
      name,
      expected.filter(({ id }) => first.has(id) && !refused.has(id)),
      [...first.values()].filter(({ id }) => digests.has(id) && !refused.has(id)),
    ),
  ]
}

type Identified = readonly { readonly id: string }[]

/** The first place where two orders part. */
function orderViolations(where: string, right: Identified, found: Identified): Violation[] {
  const length = Math.max(right.length, found.length)
  for (let at = 0; at < length; at += 1)
    if (right[at]?.id !== found[at]?.id)
      return wrong('swapped', where, `at ${at}: ${found[at]?.id} for ${right[at]?.id}`)
  return []
}

const wrong = (is: Violation['is'], where: string, what: string): Violation[] => [
  { is, where, what },
]

function repeated(values: readonly string[]): string[] {
  const known = new Set<string>()
  return values.filter((value) => known.has(value) || known.add(value) === undefined)
}
