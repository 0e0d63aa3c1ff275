import { BehaviourError, givenIn, oneOf, wholeNumbers } from '../behaviour.ts'

/**
 * What the terminal can be told to do to its answers and to results of the card reader.
 *
 * - slow: picks the request up, and writes `delayMs` later
 * - asleep: picks nothing up until another behaviour is set; what lay there is then answered
 * - mute: picks the request up and never answers
 * - half-written: writes in pieces under the final name, for `delayMs`
 * - locked: the file is there and cannot be opened for `delayMs`: by its mode, or, where that stops
 *   nobody (root), as a symbolic link to itself that gives way to the file
 * - deletes: takes its file away `deleteAfterMs` after it appeared, as a receipt computer does
 * - twice: writes the same bytes again `delayMs` later, under the same or a `second` name
 * - renames: writes `….tmp` in the folder, and renames it `delayMs` later
 * - other-institution, other-identifier: a good answer, but that
 * - broken: the first half of a file, for ever
 * - huge: a good answer of more than `sizeBytes`
 * - not-xml: a text
 * - tomorrow: the terminal's clock is a day ahead, in the file and on it
 * - zip: the answer in a ZIP
 * - busy-bulk: still processing, for `times` fetches of bulk results
 */
export const MODES = [
  'normal',
  'slow',
  'asleep',
  'mute',
  'half-written',
  'locked',
  'deletes',
  'twice',
  'renames',
  'other-institution',
  'other-identifier',
  'broken',
  'huge',
  'not-xml',
  'tomorrow',
  'zip',
  'busy-bulk',
] as const
export type Mode = (typeof MODES)[number]

/** What it holds for: answers to requests, results of the card reader. */
export const PLACES = ['answer', 'face'] as const
export type Place = (typeof PLACES)[number]

/** Holds until it is replaced, or for `times` files. Mode `normal` ends it. */
export interface Behaviour {
  readonly mode: Mode
  /** Default 1000. */
  readonly delayMs?: number
  /** Default 1000. */
  readonly deleteAfterMs?: number
  /** Default 20 MiB. */
  readonly sizeBytes?: number
  readonly times?: number
  /** For mode `twice`: the name of the second file; default `same`. */
  readonly second?: 'same' | 'other'
  /** Default both. */
  readonly at?: Place
}

export const NORMAL: Behaviour = { mode: 'normal' }

const LIMITS = {
  delayMs: [0, 3_600_000],
  deleteAfterMs: [0, 3_600_000],
  sizeBytes: [1, 512 * 1024 * 1024],
  times: [1, 1_000_000],
} as const
const KEYS = ['mode', 'second', 'at', ...Object.keys(LIMITS)]
const SECONDS = ['same', 'other'] as const

/** Parses what came as JSON. Throws `BehaviourError`, which says what is wrong with it. */
export const readBehaviour = (json: unknown): Behaviour => {
  const given = givenIn(json, KEYS)
  const { mode = 'normal', second, at } = given
  return checked({
    mode: oneOf('mode', mode, MODES),
    ...wholeNumbers(given, LIMITS),
    ...(second === undefined ? {} : { second: oneOf('second', second, SECONDS) }),
    ...(at === undefined ? {} : { at: oneOf('at', at, PLACES) }),
  })
}

/** The behaviour, where its words go together. Throws `BehaviourError`. */
const checked = (behaviour: Behaviour): Behaviour => {
  const { mode, times, second, at } = behaviour
  const onRequests = mode === 'asleep' || mode === 'mute' || mode === 'busy-bulk'
  if (onRequests && at === 'face') throw new BehaviourError(`mode ${mode} is for at: answer`)
  if (mode === 'asleep' && times !== undefined)
    throw new BehaviourError('asleep holds until another behaviour is set: leave times out')
  if (second !== undefined && mode !== 'twice') throw new BehaviourError('second is for mode twice')
  return behaviour
}

/** The one behaviour that holds. */
export interface Behaviours {
  /** Throws `BehaviourError`, and then nothing has changed. */
  set(behaviour: Behaviour): void
  isAsleep(): boolean
  /** What to do to this file, and counts it. */
  take(at: Place, isBulkResult: boolean): Behaviour
}

const isFor = ({ mode, at }: Behaviour, place: Place, isBulkResult: boolean): boolean => {
  if (at !== undefined && at !== place) return false
  if (mode === 'asleep') return false
  if (mode === 'mute') return place === 'answer'
  return mode !== 'busy-bulk' || (place === 'answer' && isBulkResult)
}

export const openBehaviours = (): Behaviours => {
  let standing = NORMAL
  let left = Number.POSITIVE_INFINITY
  return {
    set: (behaviour) => {
      standing = checked(behaviour)
      left = behaviour.times ?? Number.POSITIVE_INFINITY
    },
    isAsleep: () => standing.mode === 'asleep',
    take: (at, isBulkResult) => {
      if (!isFor(standing, at, isBulkResult)) return NORMAL
      const taken = standing
      left -= 1
      if (left <= 0) standing = NORMAL
      return taken
    },
  }
}
