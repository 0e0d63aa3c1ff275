/** What the simulator can be told to do to a request. */
export const MODES = [
  'normal',
  'hang',
  'cut',
  'reset',
  'status',
  'busy',
  'login-page',
  'not-xml',
  'truncated',
  'other-institution',
  'other-question',
  'huge',
  'slow-body',
  'logout',
] as const
export type Mode = (typeof MODES)[number]

export const PLACES = ['question', 'login', 'status', 'any'] as const
export type Place = (typeof PLACES)[number]

/**
 * Holds until the next one is set, or for `times` requests.
 *
 * - hang: reads the request and never answers
 * - cut: headers and half of the body, then the socket is destroyed
 * - reset: the socket is destroyed before the answer
 * - status: `status` (default 500) with an HTML page; busy: 503 with Retry-After
 * - login-page: 200 with text/html; not-xml: 200 with text under the XML content type
 * - truncated: a whole HTTP answer whose XML stops half way
 * - slow-body: the body in 16 pieces, `delayMs` apart
 * - other-institution, other-question, huge (6 MiB): a good answer, but that
 * - logout: every session is dropped at once; with `times`, that many more questions are answered
 *   401 and drop them again
 */
export interface Behaviour {
  readonly mode?: Mode
  /** Before the answer (`slow-body`: between its pieces, default 200). */
  readonly delayMs?: number
  /** For mode `status`: 200 to 599. */
  readonly status?: number
  /** How many requests it holds for; without it, until the next is set. */
  readonly times?: number
  /** Only questions that find this patient, 1 to 40. */
  readonly patient?: number
  /** Which requests it holds for; default `question`. */
  readonly at?: Place
}

export interface Behaviours {
  /** Replaces what was set before. */
  set(behaviour: Behaviour): void
  /** What to do to this request; counts it. */
  take(at: Exclude<Place, 'any'>, patient?: string): Behaviour
}

const NORMAL: Behaviour = {}

export const openBehaviours = (): Behaviours => {
  let current = NORMAL
  let left = Number.POSITIVE_INFINITY
  const holdsFor = (at: Place, patient: string | undefined) => {
    const place = current.at ?? 'question'
    if (place !== 'any' && place !== at) return false
    return current.patient === undefined || current.patient === Number(patient)
  }
  return {
    set: (behaviour) => {
      current = behaviour
      left = behaviour.times ?? Number.POSITIVE_INFINITY
    },
    take: (at, patient) => {
      if (!holdsFor(at, patient)) return NORMAL
      const taken = current
      left -= 1
      if (left <= 0) current = NORMAL
      return taken
    },
  }
}

const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined =>
  known.find((one) => one === value)

const LIMITS = {
  delayMs: [0, 3_600_000],
  status: [200, 599],
  times: [1, 1_000_000],
  patient: [1, 40],
} as const
const NUMBERS = ['delayMs', 'status', 'times', 'patient'] as const

/** Parses what came as JSON; a string says what is wrong with it. */
export const readBehaviour = (json: unknown): Behaviour | string => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'a JSON object'
  const given: Record<string, unknown> = { ...json }
  const unknownKey = Object.keys(given).find(
    (key) => key !== 'mode' && key !== 'at' && !oneOf(NUMBERS, key),
  )
  if (unknownKey !== undefined) return `no such key: ${unknownKey}`
  const mode = oneOf(MODES, given['mode'] ?? 'normal')
  if (mode === undefined) return `mode is one of ${MODES.join(', ')}`
  const at = oneOf(PLACES, given['at'] ?? 'question')
  if (at === undefined) return `at is one of ${PLACES.join(', ')}`
  const numbers: { -readonly [key in (typeof NUMBERS)[number]]?: number } = {}
  for (const key of NUMBERS) {
    const value = given[key]
    if (value === undefined) continue
    const [least, most] = LIMITS[key]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      return `${key} is a whole number from ${least} to ${most}`
    numbers[key] = value
  }
  return { mode, at, ...numbers }
}
