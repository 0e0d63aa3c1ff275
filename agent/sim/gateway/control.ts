import { serveControl, setBehaviour, takeJson } from '../control.ts'
import { jsonReply, textReply } from '../http.ts'
import type { Endpoint } from '../listen.ts'
import { type Behaviour, readBehaviour } from './behaviour.ts'
import type { GatewayStats } from './stats.ts'

const LIMIT_BYTES = 16 * 1024

/** What the control server steers. */
export interface Steered {
  /** Throws `BehaviourError`. */
  behave(behaviour: Behaviour): void
  stats(): GatewayStats
}

/** `POST /behaviour`, `GET /stats`. */
export const startControl = (endpoint: Endpoint, steered: Steered) =>
  serveControl(endpoint, async (request) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /stats':
        return jsonReply(200, steered.stats())
      case 'POST /behaviour':
        return takeJson(request, LIMIT_BYTES, setBehaviour(readBehaviour, steered))
      default:
        return textReply(404, 'POST /behaviour or GET /stats')
    }
  })
