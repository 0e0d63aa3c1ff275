import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { AgentError } from '../kernel/errors.ts'
import type { Request } from '../uplink/exchange.ts'

/**
 * Everything that is assumed of the closed Web API interface, in one place; the values come from
 * `[gateway.protocol]`. The one public hint is a bridge with a login that answers with tokens and
 * a query that takes one of them. Tested only against `onshi-agent sim gateway`.
 */
export interface Protocol {
  readonly loginPath: string
  readonly queryPath: string
  /** Fetched as a sign of life, about no person. */
  readonly statusPath: string
  readonly contentType: string
  readonly accept: string
  readonly tokenHeader: string
  readonly tokenPrefix: string
  /** Which field of the login's `result` is sent as the token. */
  readonly tokenField: string
  /** Element that carries a card's certificate, Base64, in place of the search fields. */
  readonly cardCertificateElement: string
  /** Where a challenge is fetched, and the field of its answer's `result` that holds it, Base64. */
  readonly challengePath: string
  readonly challengeField: string
  /** Elements of a card question whose holder has entered the PIN, Base64. */
  readonly cardChallengeElement: string
  readonly cardSignatureElement: string
  readonly extraHeaders: Readonly<Record<string, string>>
}

export interface Account {
  readonly user: string
  readonly password: string
}

const encoder = new TextEncoder()

export const loginRequest = (protocol: Protocol, { user, password }: Account): Request => ({
  method: 'POST',
  path: protocol.loginPath,
  headers: {
    ...protocol.extraHeaders,
    'content-type': 'application/json',
    accept: 'application/json',
  },
  body: encoder.encode(JSON.stringify({ user, password })),
})

export const statusRequest = (protocol: Protocol): Request => ({
  method: 'GET',
  path: protocol.statusPath,
  headers: { ...protocol.extraHeaders, accept: '*/*' },
  body: new Uint8Array(),
})

const ResultAnswer = Type.Object({ result: Type.Record(Type.String(), Type.Unknown()) })
type ResultAnswer = Static<typeof ResultAnswer>

/** Longest token that is sent on; HTTP servers commonly take 8 KiB of headers or more. */
const TOKEN_LIMIT = 8_000

/**
 * The token out of a login's answer: visible ASCII, for it is to stand in a header. Throws
 * `ANSWER_MALFORMED`.
 */
export function tokenOf(protocol: Protocol, body: Uint8Array): string {
  const answer = parseResult(body)
  const token = answer?.result[protocol.tokenField]
  if (typeof token === 'string' && token.length <= TOKEN_LIMIT && /^[!-~]+$/.test(token))
    return token
  const missing = `${protocol.tokenField} that a header can hold`
  throw new AgentError('ANSWER_MALFORMED', `the login’s answer has no ${missing}`)
}

export const challengeRequest = (protocol: Protocol, token: string | null): Request => ({
  method: 'GET',
  path: protocol.challengePath,
  headers: {
    ...protocol.extraHeaders,
    accept: 'application/json',
    ...tokenHeader(protocol, token),
  },
  body: new Uint8Array(),
})

const CHALLENGE_BYTES = { least: 16, most: 1_024 }

/** The challenge out of its answer. Throws `ANSWER_MALFORMED`. */
export function challengeOf(protocol: Protocol, body: Uint8Array): Uint8Array {
  const text = parseResult(body)?.result[protocol.challengeField]
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0)
  const { least, most } = CHALLENGE_BYTES
  if (bytes.length >= least && bytes.length <= most) return bytes
  throw new AgentError('ANSWER_MALFORMED', 'the answer holds no challenge')
}

const tokenHeader = (protocol: Protocol, token: string | null) =>
  token === null ? {} : { [protocol.tokenHeader]: `${protocol.tokenPrefix}${token}` }

function parseResult(body: Uint8Array): ResultAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return Value.Check(ResultAnswer, answer) ? answer : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** `token` is null where the gateway asks for no login. */
export const queryRequest = (
  protocol: Protocol,
  token: string | null,
  message: Uint8Array,
  charset: string,
): Request => ({
  method: 'POST',
  path: protocol.queryPath,
  headers: {
    ...protocol.extraHeaders,
    'content-type': `${protocol.contentType}; charset=${charset}`,
    accept: protocol.accept,
    ...tokenHeader(protocol, token),
  },
  body: message,
})
