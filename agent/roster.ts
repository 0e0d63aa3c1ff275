import type { Config } from '../config/schema.ts'
import type { Asking } from './api/ports.ts'
import type { Roster } from './api/roster-port.ts'
import type { TerminalOrders } from './batches.ts'
import { checksOf } from './checks.ts'
import { unencodableIn } from './eligibility/bulk-lines.ts'
import type { Eligibility } from './eligibility/eligibility.ts'
import { rosterJob } from './eligibility/roster-check.ts'
import { openRosterDesk, type RosterWriter } from './eligibility/roster-desk.ts'
import { type Checks, checkCardFace } from './intake/card-face.ts'
import { checkRoster } from './intake/roster.ts'
import type { CardFace } from './kernel/card-face.ts'
import { asFault } from './kernel/errors.ts'
import type { Clock } from './kernel/ports.ts'
import type { RosterChange } from './kernel/roster.ts'
import type { Rules } from './kernel/rules.ts'
import { askerOf } from './offline.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

interface Asked {
  readonly store: Store
  readonly rules: Rules
  readonly eligibility: Pick<Eligibility, 'hand' | 'ended'>
  readonly orders: Pick<TerminalOrders, 'bulk'>
}

const writerOf = (by: Asking): RosterWriter => ({ ...askerOf(by), role: by.consumer.role })

/** The home-care roster, as the API keeps it. */
export function rosterOf(store: Store, clock: Pick<Clock, 'now'>, rules: Rules): Roster {
  const check = (typed: RosterChange) => checkRoster(typed, checksOf(store, clock, rules))
  const desk = openRosterDesk({ store, clock, check })
  return {
    list: desk.list,
    find: desk.find,
    add: (sent, by) => desk.add(sent, writerOf(by)),
    change: (id, sent, version, by) => desk.change(id, sent, version, writerOf(by)),
    replace: (rows, version, by) => desk.replace(rows, version, writerOf(by)),
    remove: (id, by) => desk.remove(id, writerOf(by)),
    consent: (id, act, by) => desk.consent(id, act, writerOf(by)),
  }
}

/** The monthly check of the roster, as a job; `schedule` is cron text in Japanese time. */
export const rosterJobOf = (
  config: Pick<Config, 'gateway'>,
  { store, rules, eligibility, orders }: Asked,
  { clock, log }: Pick<Platform, 'clock' | 'log'>,
  schedule: string,
) => {
  const fit = (face: CardFace) => fitted(face, config, checksOf(store, clock, rules))
  return rosterJob({ store, eligibility, batches: orders.bulk, fit, clock, log }, schedule)
}

/** Null where it cannot be asked, or the terminal cannot be told all of it. */
function fitted(
  face: CardFace,
  { gateway }: Pick<Config, 'gateway'>,
  checks: Checks,
): CardFace | null {
  try {
    const checked = checkCardFace(face, checks)
    return unencodableIn([checked], gateway.charset).length === 0 ? checked : null
  } catch (error) {
    const { code } = asFault(error)
    if (code === 'CARD_FACE_INVALID' || code === 'INDIVIDUAL_NUMBER_REFUSED') return null
    throw error
  }
}
