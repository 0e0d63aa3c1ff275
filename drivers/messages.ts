import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { AgentError } from '../agent/kernel/errors.ts'
import { pinFaults } from '../agent/kernel/presentation.ts'
import { cardFaults, readerFaults } from './driver.ts'

/**
 * The messages between a reader's child process and the daemon, over Node's IPC channel with
 * `advanced` serialization. Both edges parse what comes in. Anything that changes a meaning raises
 * the version: the two ends come from one release, and an upgrade under a running daemon must show
 * as itself and not as a reader that behaves oddly.
 */
export const MESSAGES_VERSION = 2

/** Why a card did not sign. */
export const signFaults = [...cardFaults, ...readerFaults, ...pinFaults] as const

const strict = { additionalProperties: false } as const
const Bytes = (limit: number) =>
  Type.Refine(
    Type.Unsafe<Uint8Array>({}),
    (value) => value instanceof Uint8Array && value.length <= limit,
  )
const Text = Type.String({ maxLength: 500 })
const Count = Type.Integer({ minimum: 0 })
const Version = Type.Literal(MESSAGES_VERSION)

const Presented = Type.Union([
  Type.Object(
    { kind: Type.Literal('my-number-card'), certificate: Bytes(8_192), notAfter: Type.Number() },
    strict,
  ),
  Type.Object({ kind: Type.Literal('other-card'), name: Type.Optional(Text) }, strict),
  Type.Object({ kind: Type.Literal('not-a-card') }, strict),
])

const message = <Is extends string, Rest extends Record<string, TSchema>>(is: Is, rest: Rest) =>
  Type.Object({ version: Version, is: Type.Literal(is), ...rest }, strict)

/** From the daemon to the child. */
export const Down = Type.Union([
  /** Once, first. `options` are checked against the driver's schema in the child. */
  message('open', { driver: Text, options: Type.Unknown() }),
  /** Sign with the card of this tap. Answered by `signed` with the same `request`. */
  message('sign', { request: Count, tap: Count, digest: Bytes(32) }),
  message('close', {}),
])
export type Down = Static<typeof Down>

/** From the child to the daemon. */
export const Up = Type.Union([
  message('heartbeat', {}),
  message('ready', { device: Text }),
  /** `tap` counts presentations of this child from 1. */
  message('presented', { tap: Count, presented: Presented, pinPad: Type.Boolean() }),
  message('gone', { reason: Type.Enum(['removed', 'two-cards']) }),
  message('card-fault', { code: Type.Enum([...cardFaults]), message: Text }),
  message('reader-fault', { code: Type.Enum([...readerFaults]), message: Text }),
  message('signed', { request: Count, signature: Bytes(256) }),
  /** `triesLeft`: of the card's PIN, where the card said so. */
  message('not-signed', {
    request: Count,
    code: Type.Enum([...signFaults]),
    message: Text,
    triesLeft: Type.Optional(Count),
  }),
])
export type Up = Static<typeof Up>

/** Throws DRIVER_UNAVAILABLE where the other end speaks another version, or nonsense. */
export function parseUp(value: unknown): Up {
  if (Check(Up, value)) return value
  throw misunderstood(value)
}

/** Throws DRIVER_UNAVAILABLE where the other end speaks another version, or nonsense. */
export function parseDown(value: unknown): Down {
  if (Check(Down, value)) return value
  throw misunderstood(value)
}

function misunderstood(value: unknown): AgentError {
  const found = versionOf(value)
  if (found === MESSAGES_VERSION)
    return new AgentError('DRIVER_UNAVAILABLE', 'a message between daemon and driver is malformed')
  return new AgentError(
    'DRIVER_UNAVAILABLE',
    `daemon and driver are of different releases (messages ${MESSAGES_VERSION} and ${found}): restart onshi-agent`,
    { facts: { expected: MESSAGES_VERSION, found } },
  )
}

function versionOf(value: unknown): number | string {
  if (typeof value !== 'object' || value === null || !('version' in value)) return 'none'
  return typeof value.version === 'number' ? value.version : 'none'
}
