import type { Config } from '../config/schema.ts'
import type { ApiOptions } from './api/api.ts'
import { openAppointments } from './appointments.ts'
import { clinicTimesOf } from './clinic.ts'
import type { OpenedDeliveries } from './deliveries.ts'
import { digestsOf } from './digests.ts'
import type { OpenTimes } from './eligibility/follow-up-plan.ts'
import type { Reasking } from './eligibility/reasking.ts'
import { daysOf, handoversOf } from './handovers.ts'
import type { Rules } from './kernel/rules.ts'
import { offlineIntakesOf } from './offline.ts'
import type { Platform } from './platform.ts'
import { rosterOf } from './roster.ts'
import type { Store } from './store/store.ts'
import { worklistOf } from './worklist.ts'

interface OfficeParts {
  readonly store: Store
  readonly rules: Rules
  readonly reasking: Reasking
  readonly openTimes: OpenTimes
  readonly deliveries: OpenedDeliveries
}

type Office = Pick<
  ApiOptions,
  | 'days'
  | 'handovers'
  | 'offlineIntakes'
  | 'outages'
  | 'worklist'
  | 'roster'
  | 'appointments'
  | 'digests'
>

/** The lists that people of the clinic work through, as the API asks for them. */
export function officeOf(
  config: Config,
  { store, rules, reasking, openTimes, deliveries }: OfficeParts,
  { clock }: Pick<Platform, 'clock'>,
): Office {
  return {
    days: daysOf(store),
    handovers: handoversOf({ store, times: clinicTimesOf(config), clock }),
    offlineIntakes: offlineIntakesOf(config, { store, rules, reasking, clock }),
    outages: store.outages,
    worklist: worklistOf({ store, clock, openTimes }),
    roster: rosterOf(store, clock, rules),
    appointments: openAppointments(config, { store, rules }, { clock }),
    digests: digestsOf({ store, deliveries, clock }),
  }
}
