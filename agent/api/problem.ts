import { Type } from 'typebox'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { type FaultCode, faults } from '../kernel/faults.ts'

const MistakeReport = Type.Object({
  field: Type.String({ description: 'Path in what was sent.' }),
  title: Type.String({ description: 'Japanese.' }),
  detail: Type.String({ description: 'English. Never the value.' }),
  proposals: Type.Optional(
    Type.Array(Type.String(), {
      description: 'What may have been meant, to show beside the field: a person decides.',
    }),
  ),
})

/** The one error body, RFC 9457. */
export const Problem = Type.Object(
  {
    code: Type.String({ description: 'Stable word, e.g. CURSOR_GONE.' }),
    number: Type.String({ description: 'Short number to read over the phone, e.g. E611.' }),
    title: Type.String({ description: 'What happened, Japanese.' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What happened, English.' }),
    action: Type.String({ description: 'What to do next, Japanese.' }),
    mistakes: Type.Optional(Type.Array(MistakeReport)),
    oldest: Type.Optional(
      Type.String({ description: 'CURSOR_GONE only: the cursor to go on from.' }),
    ),
    triesLeft: Type.Optional(
      Type.Integer({ description: 'CARD_PIN_WRONG only: how many tries the card has left.' }),
    ),
  },
  { description: 'application/problem+json' },
)

/** An answer that is complete before it is sent, whatever sends it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string
}

/** On every answer. Nothing of this may lie in a cache, be framed, sniffed or read across origins. */
export const commonHeaders = {
  'cache-control': 'private, no-store',
  vary: 'Authorization',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
} as const

const challenge = ['Bearer realm="onshi-agent"', 'Basic realm="onshi-agent", charset="UTF-8"']
/** A browser asks for a name and a password of its own accord where it is challenged. */
const isChallenged = ({ code, facts }: AgentError) =>
  code === 'UNAUTHENTICATED' && facts['challenge'] !== false
const DEFAULT_RETRY_S = 5

/** A fault as an answer. `status` where HTTP has a finer one than the fault's own. */
export function problemOf(error: AgentError, status: number = error.fault.http): Answer {
  const { number, title, action } = error.fault
  const { code, mistakes, facts, message: detail } = error
  const body = JSON.stringify({
    code,
    number,
    title,
    status,
    detail,
    action,
    ...(mistakes.length > 0 && { mistakes }),
    ...(code === 'CURSOR_GONE' && { oldest: facts['oldest'] }),
    ...(code === 'CARD_PIN_WRONG' && { triesLeft: facts['triesLeft'] }),
  })
  const wait = status === 429 || status === 503
  return {
    status,
    headers: {
      ...commonHeaders,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      ...(isChallenged(error) && { 'www-authenticate': challenge }),
      ...(wait && { 'retry-after': String(facts['retryAfterSeconds'] ?? DEFAULT_RETRY_S) }),
      ...(typeof facts['allow'] === 'string' && { allow: facts['allow'] }),
    },
    body,
  }
}

/** What fastify says about a request that it could not take, in our words. */
const refusals: Readonly<Record<string, FaultCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_REFUSED',
  FST_ERR_MAX_PARAM_LENGTH: 'NOT_FOUND',
}

/** The fault in whatever a route or the framework threw; undefined for a bug. */
export function faultIn(error: unknown): AgentError | undefined {
  if (error instanceof AgentError) return error
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  const status = Number(error.statusCode)
  if (!(status >= 400 && status < 500)) return undefined
  const code = refusals[codeOf(error)] ?? 'REQUEST_INVALID'
  const message = code === 'REQUEST_INVALID' ? 'the request could not be read' : faults[code].hint
  return new AgentError(code, message, { cause: error })
}

export const invalid = (field: string, title: string, detail: string): AgentError =>
  new AgentError('REQUEST_INVALID', `${field}: ${detail}`, { mistakes: [{ field, title, detail }] })
