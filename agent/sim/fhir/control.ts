import { createServer, type IncomingMessage } from 'node:http'
import { BehaviourError } from '../behaviour.ts'
import { jsonReply, mediaType, parseJson, type Reply, readBody, textReply } from '../http.ts'
import { type Endpoint, listen, shut } from '../listen.ts'
import { type Behaviour, readBehaviour } from './behaviour.ts'
import { asObject, type Resource } from './json.ts'
import type { FhirStats } from './stats.ts'
import { resourceTypeOf } from './types.ts'

const LIMIT_BYTES = 1024 * 1024

/** What the control server steers. */
export interface Steered {
  behave(behaviour: Behaviour): void
  stats(): FhirStats
  resources(type?: string): readonly Resource[]
  put(resource: Resource): Resource
}

const readResource = (json: unknown): Resource => {
  const object = asObject(json)
  const resourceType = resourceTypeOf(object?.['resourceType'])
  if (object === undefined || resourceType === undefined)
    throw new BehaviourError('a resource of a type that is kept here')
  return { ...object, resourceType }
}

const post = async (request: IncomingMessage, steered: Steered): Promise<Reply> => {
  // A page in a browser on this machine can post text, but not JSON, without being asked first.
  if (mediaType(request) !== 'application/json')
    return textReply(415, 'the content type must be application/json')
  const body = await readBody(request, LIMIT_BYTES)
  if (body === undefined) return textReply(413, 'the body is too long')
  const json = parseJson(body)
  try {
    if (request.url === '/resources') return jsonReply(200, steered.put(readResource(json)))
    const behaviour = readBehaviour(json)
    steered.behave(behaviour)
    return jsonReply(200, behaviour)
  } catch (error) {
    if (!(error instanceof BehaviourError)) throw error
    return textReply(400, error.message)
  }
}

const ROUTES = 'POST /behaviour, GET /stats, GET /resources[?type=T] or POST /resources'

const route = async (request: IncomingMessage, steered: Steered): Promise<Reply> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  switch (`${request.method} ${pathname}`) {
    case 'GET /stats':
      return jsonReply(200, steered.stats())
    case 'GET /resources':
      return jsonReply(200, steered.resources(searchParams.get('type') ?? undefined))
    case 'POST /behaviour':
    case 'POST /resources':
      return post(request, steered)
    default:
      return textReply(404, ROUTES)
  }
}

/**
 * Plain HTTP for scripts in any language: `POST /behaviour`, `GET /stats`, `GET /resources`, and
 * `POST /resources` for what the EHR is to have already. Loopback is advised.
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
