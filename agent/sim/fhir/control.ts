import { BehaviourError } from '../behaviour.ts'
import { serveControl, setBehaviour, takeJson } from '../control.ts'
import { jsonReply, targetOf, textReply } from '../http.ts'
import type { Endpoint } from '../listen.ts'
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

const ROUTES = 'POST /behaviour, GET /stats, GET /resources[?type=T] or POST /resources'

/**
 * `POST /behaviour`, `GET /stats`, `GET /resources`, and `POST /resources` for what the EHR is to have
 * already.
 */
export const startControl = (endpoint: Endpoint, steered: Steered) =>
  serveControl(endpoint, async (request) => {
    const { pathname, searchParams } = targetOf(request)
    switch (`${request.method} ${pathname}`) {
      case 'GET /stats':
        return jsonReply(200, steered.stats())
      case 'GET /resources':
        return jsonReply(200, steered.resources(searchParams.get('type') ?? undefined))
      case 'POST /behaviour':
        return takeJson(request, LIMIT_BYTES, setBehaviour(readBehaviour, steered))
      case 'POST /resources':
        return takeJson(request, LIMIT_BYTES, (json) => steered.put(readResource(json)))
      default:
        return textReply(404, ROUTES)
    }
  })
