import http, { type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { AgentError, codeOf, type Mistake } from '../kernel/errors.ts'
import { type FaultCode, faults } from '../kernel/faults.ts'

/** A command that adds a consumer waits for one commit on a slow disk. */
const TIMEOUT_MS = 15_000

/**
 * Sends a command to the running agent and gives its JSON answer. Throws the fault that the agent
 * answered, `AGENT_NOT_RUNNING` when nobody listens or answers, and `FORBIDDEN` when the socket may
 * not be opened.
 */
export async function callControl(
  socket: string,
  method: string,
  path: string,
  body?: unknown,
  timeoutMs = TIMEOUT_MS,
): Promise<unknown> {
  const asked = exchange(socket, { method, path, body, timeoutMs })
  const [status, answer] = await asked.catch((cause: unknown) => {
    throw unreached(socket, cause)
  })
  const value: unknown = answer === '' ? null : JSON.parse(answer)
  if (status >= 400) throw faultOf(value)
  return value
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly timeoutMs: number
}

async function exchange(socket: string, { method, path, body, timeoutMs }: Asked) {
  const payload = body === undefined ? '' : JSON.stringify(body)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(payload),
  }
  const signal = AbortSignal.timeout(timeoutMs)
  http
    .request({ socketPath: socket, method, path, headers, signal, agent: false }, resolve)
    .once('error', reject)
    .end(payload)
  const response = await promise
  return [response.statusCode ?? 0, await text(response)] as const
}

function unreached(socket: string, cause: unknown): AgentError {
  const facts = { socket, code: codeOf(cause) }
  if (facts.code === 'EACCES' || facts.code === 'EPERM') {
    const message = `${socket} may not be opened: run as root, or as a member of its group`
    return new AgentError('FORBIDDEN', message, { cause, facts })
  }
  return new AgentError('AGENT_NOT_RUNNING', `no agent answers on ${socket}`, { cause, facts })
}

/** The fault in a problem. */
function faultOf(problem: unknown): AgentError {
  const { code, detail, mistakes } = fieldsOf(problem)
  const message = String(detail ?? 'the agent refused')
  const known = isFaultCode(code) ? code : 'INTERNAL'
  return new AgentError(known, message, { mistakes: mistakesOf(mistakes) })
}

const isFaultCode = (code: unknown): code is FaultCode =>
  typeof code === 'string' && Object.hasOwn(faults, code)

const fieldsOf = (value: unknown): Readonly<Partial<Record<string, unknown>>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const mistakesOf = (list: unknown): Mistake[] =>
  (Array.isArray(list) ? list : []).map(fieldsOf).map(({ field, title, detail }) => ({
    field: String(field),
    title: String(title),
    detail: String(detail),
  }))
