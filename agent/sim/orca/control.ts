import { serveControl, setBehaviour, takeJson } from '../control.ts'
import { jsonReply, textReply } from '../http.ts'
import type { Endpoint } from '../listen.ts'
import { type Behaviour, readBehaviour } from './behaviour.ts'
import { type Booking, readBookings, type SeedBooking } from './book.ts'
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
  appointments(): readonly Booking[]
  /** Throws `BehaviourError`. */
  book(appointments: readonly SeedBooking[]): void
  /** Throws `BehaviourError`. */
  seed(patients: readonly SeedPatient[]): void
}

/**
 * `POST /behaviour`, `GET /stats`, `GET /patients` and `GET /appointments`, and `PUT` of the last two,
 * which takes what they give.
 */
export const startControl = (endpoint: Endpoint, steered: Steered) =>
  serveControl(endpoint, async (request) => {
    switch (`${request.method} ${request.url}`) {
      case 'GET /stats':
        return jsonReply(200, steered.stats())
      case 'GET /patients':
        return jsonReply(200, steered.patients())
      case 'GET /appointments':
        return jsonReply(200, steered.appointments())
      case 'PUT /appointments':
        return takeJson(request, LIMIT_BYTES, (json) => {
          steered.book(readBookings(json))
          return { appointments: steered.appointments().length }
        })
      case 'POST /behaviour':
        return takeJson(request, LIMIT_BYTES, setBehaviour(readBehaviour, steered))
      case 'PUT /patients':
        return takeJson(request, LIMIT_BYTES, (json) => {
          steered.seed(readSeeds(json))
          return { patients: steered.patients().length }
        })
      default:
        return textReply(404, 'POST /behaviour, GET /stats, GET or PUT /patients or /appointments')
    }
  })
