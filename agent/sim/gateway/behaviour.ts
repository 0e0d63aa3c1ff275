import { BehaviourError, givenIn, oneOf, wholeNumbers } from '../behaviour.ts'
import { type Prefix, readPrefix } from './source.ts'

/** What the simulator can be told to do to a request. */
export const MODES = [
  'normal',
  'hang',
  'cut',
  'stall',
  'reset',
  'status',
  'busy',
  'too-many',
  'login-page',
  'captive',
  'not-xml',
  'truncated',
  'other-institution',
  'other-question',
  'huge',
  'slow-body',
  'logout',
] as const

/** What it can be told to do to a new connection, below HTTP. */
export const CONNECTION_MODES = [
  'refuse',
  'silent-tls',
  'slow-tls',
  'wrong-certificate',
  'wrong-name',
  'expired-certificate',
] as const
export type Mode = (typeof MODES)[number] | (typeof CONNECTION_MODES)[number]

/** `any` is any request, and no connection. */
export const PLACES = ['question', 'login', 'status', 'any', 'connection'] as const
export type Place = (typeof PLACES)[number]

/**
 * Holds until it is replaced or cleared, or for `times` requests. There can be one for every `from`
 * and one without; of those that hold for a request or a connection, the narrowest `from` wins.
 * Setting one replaces that of the same `from`. Mode `normal` without `delayMs` clears: with `from`
 * that one, without it all of them.
 *
 * - hang: reads the request and never answers
 * - cut: headers and half of the body, then the socket is destroyed
 * - stall: headers and half of the body, then silence on an open connection
 * - reset: the socket is destroyed before the answer
 * - status: `status` (default 500) with an HTML page
 * - busy: 503 with Retry-After; too-many: 429 with Retry-After
 * - login-page: 200 with text/html; not-xml: 200 with text under the XML content type
 * - captive: 200 with the text/html page of a line without its 回線認証
 * - truncated: a whole HTTP answer whose XML stops half way
 * - slow-body: the body in 16 pieces, `delayMs` apart
 * - other-institution, other-question, huge (6 MiB): a good answer, but that
 * - logout: every session is dropped at once; with `times`, that many more questions are answered
 *   401 and drop them again
 *
 * At place `connection`, on connections that begin after it was set:
 *
 * - refuse: reset as soon as it is accepted, TCP probes too
 * - silent-tls: open, and no byte comes back
 * - slow-tls: the client's first bytes reach TLS after `delayMs` (default 1000)
 * - wrong-certificate: the server's names, from a CA that nobody knows
 * - wrong-name, expired-certificate: from the known CA, but that; the simulator must have been given
 *   them
 *
 * `times` counts connections there, at their first byte: a TCP probe (nothing sent) uses none up. But
 * `refuse` cannot wait to see which it is, and counts both.
 */
export interface Behaviour {
  readonly mode?: Mode
  /** Before the answer (`slow-body`: between its pieces, default 200). */
  readonly delayMs?: number
  /** For mode `status`: 200 to 599. */
  readonly status?: number
  /** How many requests it holds for; without it, until it is replaced. */
  readonly times?: number
  /** Only questions that find this patient, 1 to 40. */
  readonly patient?: number
  /** What it holds for; default `question`, or `connection` where the mode is one of those. */
  readonly at?: Place
  /**
   * Only clients with such a source address: one address, or a prefix as `fd00:a::/64` or
   * `192.0.2.0/24`, which also holds for IPv4-mapped peers. Bits beyond the length do not matter.
   */
  readonly from?: string
}

/** Mode `normal`, with nothing else to do: clears. */
export const isClear = ({ mode = 'normal', delayMs }: Behaviour): boolean =>
  mode === 'normal' && delayMs === undefined

/** Where the behaviour holds. Throws `BehaviourError` where its mode has no meaning. */
export const placeOf = (behaviour: Behaviour): Place => {
  const { mode = 'normal', at } = behaviour
  if (CONNECTION_MODES.some((one) => one === mode)) {
    if (at !== undefined && at !== 'connection')
      throw new BehaviourError(`mode ${mode} is for at: connection`)
    return 'connection'
  }
  if (at === 'connection' && !isClear(behaviour))
    throw new BehaviourError(`at connection, mode is one of ${CONNECTION_MODES.join(', ')}`)
  return at ?? 'question'
}

/** Undefined: every source. Throws `BehaviourError` on what is no address and no prefix. */
export const prefixOf = ({ from }: Behaviour): Prefix | undefined => {
  if (from === undefined) return undefined
  const prefix = readPrefix(from)
  if (prefix === undefined) throw new BehaviourError('from is an address, or a prefix with its /')
  return prefix
}

const LIMITS = {
  delayMs: [0, 3_600_000],
  status: [200, 599],
  times: [1, 1_000_000],
  patient: [1, 40],
} as const
const KEYS = ['mode', 'at', 'from', ...Object.keys(LIMITS)]

/** Parses what came as JSON. Throws `BehaviourError`, which says what is wrong with it. */
export const readBehaviour = (json: unknown): Behaviour => {
  const given = givenIn(json, KEYS)
  const modes: readonly Mode[] = [...MODES, ...CONNECTION_MODES]
  const mode = oneOf('mode', given['mode'] ?? 'normal', modes)
  const at = given['at'] === undefined ? undefined : oneOf('at', given['at'], PLACES)
  const { from } = given
  if (from !== undefined && typeof from !== 'string') throw new BehaviourError('from is a text')
  const asked = { mode, ...(at && { at }), ...wholeNumbers(given, LIMITS) }
  const behaviour = from === undefined ? asked : { ...asked, from }
  prefixOf(behaviour)
  return { ...behaviour, at: placeOf(behaviour) }
}
