import { BehaviourError } from '../behaviour.ts'
import { serveControl, setBehaviour, takeJson } from '../control.ts'
import { jsonReply, textReply } from '../http.ts'
import type { Endpoint } from '../listen.ts'
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

/** `POST /face`, `POST /behaviour`, `GET /stats`. */
export const startControl = (endpoint: Endpoint, steered: Steered) =>
  serveControl(endpoint, async (request) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /stats':
        return jsonReply(200, steered.stats())
      case 'POST /behaviour':
        return takeJson(request, LIMIT_BYTES, setBehaviour(readBehaviour, steered))
      case 'POST /face':
        return takeJson(request, LIMIT_BYTES, async (json) => ({
          name: await steered.face(readPatient(json)),
        }))
      default:
        return textReply(404, 'POST /face, POST /behaviour or GET /stats')
    }
  })
