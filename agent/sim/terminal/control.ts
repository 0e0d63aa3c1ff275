import { createServer, type IncomingMessage } from 'node:http'
import { BehaviourError } from '../behaviour.ts'
import { jsonReply, mediaType, parseJson, type Reply, readBody, textReply } from '../http.ts'
import { type Endpoint, listen, shut } from '../listen.ts'
import { type Behaviour, readBehaviour } from './behaviour.ts'
import type { TerminalStats } from './stats.ts'

const LIMIT_BYTES = 16 * 1024

/** What the control server steers. */
export interface Steered {
  /** Throws `BehaviourError`. */
  behave(behaviour: Behaviour): void
  /** Throws `BehaviourError` for a patient who is none of the forty. */
  face(patient: string): Promise<string>
  stats(): TerminalStats
}

const readPatient = (json: unknown): string => {
  const patient: unknown =
    typeof json === 'object' && json !== null ? Reflect.get(json, 'patient') : undefined
  if (typeof patient !== 'string') throw new BehaviourError('as {"patient": "01"}')
  return patient
}

const post = async (request: IncomingMessage, steered: Steered): Promise<Reply> => {
  // A page in a browser on this machine can post text, but not JSON, without being asked first.
  if (mediaType(request) !== 'application/json')
    return textReply(415, 'the content type must be application/json')
  const body = await readBody(request, LIMIT_BYTES)
  if (body === undefined) return textReply(413, 'the body is too long')
  const json = parseJson(body)
  try {
    if (request.url === '/face')
      return jsonReply(200, { name: await steered.face(readPatient(json)) })
    const behaviour = readBehaviour(json)
    steered.behave(behaviour)
    return jsonReply(200, behaviour)
  } catch (error) {
    if (!(error instanceof BehaviourError)) throw error
    return textReply(400, error.message)
  }
}

const route = async (request: IncomingMessage, steered: Steered): Promise<Reply> => {
  const asked = `${request.method} ${request.url}`
  if (asked === 'GET /stats') return jsonReply(200, steered.stats())
  if (asked === 'POST /behaviour' || asked === 'POST /face') return post(request, steered)
  return textReply(404, 'POST /face, POST /behaviour or GET /stats')
}

/**
 * Plain HTTP for scripts in any language: `POST /face`, `POST /behaviour`, `GET /stats`. Loopback is
 * advised.
 */
export const startControl = async (
  endpoint: Endpoint,
  steered: Steered,
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    route(request, steered).then(
      ({ status, headers, body }) => response.writeHead(status, { ...headers }).end(body),
      () => response.destroy(),
    )
  })
  const url = await listen(server, 'http', endpoint)
  return { url, close: () => shut(server) }
}
