import { serveControl, setBehaviour, takeJson } from '../control.ts'
import { jsonReply, textReply } from '../http.ts'
import type { Endpoint } from '../listen.ts'
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

/**
 * `POST /behaviour`, `GET /stats`, `GET /patients`, and `PUT /patients`, which takes what the former
 * gives.
 */
export const startControl = (endpoint: Endpoint, steered: Steered) =>
  serveControl(endpoint, async (request) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /stats':
        return jsonReply(200, steered.stats())
      case 'GET /patients':
        return jsonReply(200, steered.patients())
      case 'POST /behaviour':
        return takeJson(request, LIMIT_BYTES, setBehaviour(readBehaviour, steered))
      case 'PUT /patients':
        return takeJson(request, LIMIT_BYTES, (json) => {
          steered.seed(readSeeds(json))
          return { patients: steered.patients().length }
        })
      default:
        return textReply(404, 'POST /behaviour, GET /stats, GET /patients or PUT /patients')
    }
  })
