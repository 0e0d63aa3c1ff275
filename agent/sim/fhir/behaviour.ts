import { givenIn, oneOf, wholeNumbers } from '../behaviour.ts'
import { seeded } from '../seeded.ts'
import { RESOURCE_TYPES, type ResourceType } from './types.ts'

/** Modes in which the request is not carried out. */
const BEFORE = ['drop-before', 'hang', 'status', 'busy', 'too-many', 'login-page'] as const
/** Modes in which it is carried out, and the client does not get to know it well. */
const AFTER = [
  'late',
  'slow',
  'drop-after',
  'hang-after',
  'status-after',
  'cut',
  'reset',
  'garbage',
  'truncated',
] as const

export const MODES = ['normal', ...BEFORE, ...AFTER] as const
export type Mode = (typeof MODES)[number]

export const INTERACTIONS = ['read', 'vread', 'search', 'create', 'update', 'capabilities'] as const
export type Interaction = (typeof INTERACTIONS)[number]

/** `write` is create and update; `any` everything with a good token. */
export const PLACES = [...INTERACTIONS, 'write', 'any'] as const
export type Place = (typeof PLACES)[number]

/**
 * Holds until its mode is set again, `normal` ends all, or it was used `times` times. Several modes
 * can hold at a time; a request gets the first, in the order in which they were set, that is for it.
 *
 * Not carried out:
 * - drop-before: the socket is destroyed
 * - hang: no answer ever
 * - status: `status` (default 500) with an HTML page
 * - busy: 503, too-many: 429, both with Retry-After
 * - login-page: 200 with the HTML page of somebody else
 *
 * Carried out:
 * - late: after `delayMs`, also when the client has gone
 * - slow: at once, and answered after `delayMs`
 * - drop-after: the socket is destroyed
 * - hang-after: no answer ever
 * - status-after: `status` (default 500) with an HTML page
 * - cut: headers and half of the body, then the connection ends; reset: then it is reset
 * - garbage: the good status and type, and a body that is no JSON
 * - truncated: a whole HTTP answer whose JSON stops half way
 */
export interface Behaviour {
  readonly mode?: Mode
  /** Default `any`. */
  readonly at?: Place
  /** Only requests for resources of this type. */
  readonly resourceType?: ResourceType
  /** How many requests it holds for; without it, until it is replaced. */
  readonly times?: number
  /** Of the requests that it is for, as many in a hundred, by a seeded draw. Default 100. */
  readonly percent?: number
  /** Of `late` and `slow`; default 1000. */
  readonly delayMs?: number
  /** Of `status` and `status-after`: 400 to 599. */
  readonly status?: number
  /** Of `busy` and `too-many`; default 2. */
  readonly retryAfterSeconds?: number
}

export const isBefore = (mode: Mode): boolean => BEFORE.some((one) => one === mode)

const LIMITS = {
  times: [1, 1_000_000],
  percent: [1, 100],
  delayMs: [0, 3_600_000],
  status: [400, 599],
  retryAfterSeconds: [0, 86_400],
} as const
const KEYS = ['mode', 'at', 'resourceType', ...Object.keys(LIMITS)]

/** Parses what came as JSON. Throws `BehaviourError`, which says what is wrong with it. */
export const readBehaviour = (json: unknown): Behaviour => {
  const given = givenIn(json, KEYS)
  const { resourceType } = given
  return {
    mode: oneOf('mode', given['mode'] ?? 'normal', MODES),
    at: oneOf('at', given['at'] ?? 'any', PLACES),
    ...(resourceType !== undefined && {
      resourceType: oneOf('resourceType', resourceType, RESOURCE_TYPES),
    }),
    ...wholeNumbers(given, LIMITS),
  }
}

/** What a request is for, as far as its path tells. */
export interface Purpose {
  readonly interaction: Interaction
  readonly resourceType: string | undefined
}

export interface Behaviours {
  set(behaviour: Behaviour): void
  /** What to do to this request; counts it. */
  take(purpose: Purpose): Behaviour
}

const WRITES: readonly Interaction[] = ['create', 'update']

const isFor = ({ at = 'any', resourceType }: Behaviour, purpose: Purpose) =>
  (at === 'any' ||
    at === purpose.interaction ||
    (at === 'write' && WRITES.includes(purpose.interaction))) &&
  (resourceType === undefined || resourceType === purpose.resourceType)

export const openBehaviours = (seed: number): Behaviours => {
  const standing = new Map<Mode, { readonly behaviour: Behaviour; left: number }>()
  const draw = seeded(seed)
  return {
    set: (behaviour) => {
      const { mode = 'normal', times = Number.POSITIVE_INFINITY } = behaviour
      if (mode === 'normal') standing.clear()
      else standing.set(mode, { behaviour, left: times })
    },
    take: (purpose) => {
      for (const [mode, one] of standing) {
        const { behaviour } = one
        if (!isFor(behaviour, purpose)) continue
        if (draw() * 100 >= (behaviour.percent ?? 100)) continue
        one.left -= 1
        if (one.left <= 0) standing.delete(mode)
        return behaviour
      }
      return {}
    },
  }
}
