import type { NoteKind, Outcome } from '../../../kernel/verification.ts'
import type { Entry } from '../../day.ts'
import { searchKey } from '../../kana.ts'
import { type Person, personOf } from '../../person.ts'
import { saidOfEntry } from '../../steps.ts'
import { noteWords, type Said } from '../../words.ts'

/** Whose it is: nobody doubts it, a person has to say, a person said it is somebody else. */
type Standing = 'clear' | 'held' | 'rejected'

/** One line of the day’s list. */
export interface Row {
  readonly id: string
  readonly entry: Entry
  readonly person: Person
  readonly said: Said
  /** What it says, short enough for a line. */
  readonly short: string
  readonly standing: Standing
  /** The one that was asked in its place. */
  readonly newer: string | undefined
  readonly ticks: readonly NoteKind[]
  readonly needsLook: boolean
  readonly keys: readonly string[]
}

// biome-ignore format: a table; one outcome a row reads best
const short: Readonly<Record<Outcome, string>> = {
  valid: '有効',
  invalid: '無効',
  'invalid-new-exists': '無効・新しい資格あり',
  'not-found': '見つかりません',
  multiple: '複数の方が該当',
  'valid-unregistered': '有効・未登録',
  pending: '確認中',
  failed: '照会できず',
  offline: '回線なし',
}

const DECIDING: readonly NoteKind[] = ['hold', 'release', 'rejection']
const TICKS: readonly NoteKind[] = ['original-sighted', 'referral', 'paid-in-full', 'closing']

/** Lines of entries, in their order. */
export function rowsOf(entries: readonly Entry[]): readonly Row[] {
  const newer = new Map(
    entries.flatMap(({ id, verification: { supersedes } }) =>
      supersedes === null || supersedes === undefined ? [] : [[supersedes, id] as const],
    ),
  )
  return entries.map((entry) => rowOf(entry, newer.get(entry.id)))
}

function rowOf(entry: Entry, newer: string | undefined): Row {
  const { id, verification, notes } = entry
  const person = personOf(verification)
  const said = saidOfEntry(entry)
  const standing = standingOf(entry)
  const ticks = TICKS.filter((kind) => notes.some(({ note }) => note.kind === kind))
  const isDone = newer !== undefined || standing === 'rejected' || ticks.includes('closing')
  return {
    id,
    entry,
    person,
    said,
    short: shortOf(entry, standing),
    standing,
    newer,
    ticks,
    needsLook: !isDone && said.tone !== 'good',
    keys: keysOf(entry, person),
  }
}

function shortOf({ verification }: Entry, standing: Standing): string {
  if (standing === 'rejected') return noteWords.rejection
  return standing === 'held' ? '本人確認待ち' : short[verification.outcome]
}

/** What was said last of whose it is holds; a rejected one stays held for ever. */
export function standingOf({ verification, notes }: Entry): Standing {
  const last = notes.filter(({ note }) => DECIDING.includes(note.kind)).at(-1)?.note.kind
  if (last === 'rejection') return 'rejected'
  return verification.held ? 'held' : 'clear'
}

const keysOf = ({ verification: { results } }: Entry, { name, kana, number }: Person) =>
  [
    ...[name, kana, number],
    ...results.flatMap((one) => [one.name, one.nameKana, one.nameOfOther, one.nameOfOtherKana]),
  ]
    .map((text) => searchKey(text ?? ''))
    .filter((key) => key !== '')

/** By name, kana in any spelling, or patient number. */
export function isFound({ keys }: Row, query: string): boolean {
  const wanted = searchKey(query)
  return wanted === '' || keys.some((key) => key.includes(wanted))
}
