import { createServer, type IncomingMessage } from 'node:http'
import { BehaviourError } from '../behaviour.ts'
import { jsonReply, mediaType, parseJson, type Reply, readBody, textReply } from '../http.ts'
import { type Endpoint, listen, shut } from '../listen.ts'
import { type Behaviour, readBehaviour } from './behaviour.ts'
import type { Patient } from './patient.ts'
import { readSeeds, type SeedPatient } from './seed.ts'
import type { OrcaStats } from './stats.ts'

/** Twenty thousand patients with everything are below. */
const LIMIT_BYTES = 64 * 1024 * 1024

/** What the control server steers. */
export interface Steered {
  /** Throws `BehaviourError`. */
  behave(behaviour: Behaviour): void
  stats(): OrcaStats
  patients(): readonly Patient[]
  /** Throws `BehaviourError`. */
  seed(patients: readonly SeedPatient[]): void
}

const USAGE = 'POST /behaviour, GET /stats, GET /patients or PUT /patients'

const take = (asked: string, json: unknown, steered: Steered): Reply => {
  if (asked === 'PUT /patients') {
    steered.seed(readSeeds(json))
    return jsonReply(200, { patients: steered.patients().length })
  }
  const behaviour = readBehaviour(json)
  steered.behave(behaviour)
  return jsonReply(200, behaviour)
}

const write = async (request: IncomingMessage, asked: string, steered: Steered): Promise<Reply> => {
  // A page in a browser on this machine can post text, but not JSON, without being asked first.
  if (mediaType(request) !== 'application/json')
    return textReply(415, 'the content type must be application/json')
  const body = await readBody(request, LIMIT_BYTES)
  if (body === undefined) return textReply(413, 'the body is too long')
  try {
    return take(asked, parseJson(body), steered)
  } catch (error) {
    if (!(error instanceof BehaviourError)) throw error
    return textReply(400, error.message)
  }
}

const route = async (request: IncomingMessage, steered: Steered): Promise<Reply> => {
  const asked = `${request.method} ${request.url}`
  switch (asked) {
    case 'GET /stats':
      return jsonReply(200, steered.stats())
    case 'GET /patients':
      return jsonReply(200, steered.patients())
    case 'POST /behaviour':
    case 'PUT /patients':
      return write(request, asked, steered)
    default:
      return textReply(404, USAGE)
  }
}

/**
 * Plain HTTP for scripts in any language: `POST /behaviour`, `GET /stats`, `GET /patients`, and `PUT
 * /patients`, which takes what the former gives. Loopback is advised.
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
