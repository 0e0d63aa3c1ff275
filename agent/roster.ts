import type { Config } from '../config/schema.ts'
import type { Asking } from './api/ports.ts'
import type { Roster } from './api/roster-port.ts'
import { checksOf, fitFace } from './checks.ts'
import type { AskExpected } from './eligibility/expected.ts'
import { checkRoster as checkMonth } from './eligibility/roster-check.ts'
import { openRosterDesk, type RosterWriter } from './eligibility/roster-desk.ts'
import { checkRoster } from './intake/roster.ts'
import type { Clock } from './kernel/ports.ts'
import type { RosterChange } from './kernel/roster.ts'
import type { Rules } from './kernel/rules.ts'
import { askerOf } from './offline.ts'
import type { Job } from './ops/jobs/jobs.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

interface Asked {
  readonly store: Store
  readonly rules: Rules
  readonly ask: AskExpected
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

/** Asks about everybody of the roster whose eligibility of the month nobody has confirmed. */
export function rosterJob(
  config: Pick<Config, 'gateway' | 'jobs'>,
  { store, rules, ask }: Asked,
  { clock, log }: Pick<Platform, 'clock' | 'log'>,
): Job {
  const fit = fitFace(config, { store, rules }, clock)
  return {
    name: 'roster',
    title: '在宅名簿の月次確認',
    schedule: config.jobs.roster,
    order: 3,
    // Each run looks at the whole month.
    catchUp: 'always',
    run: ({ signal }) => checkMonth({ store, ask, fit, clock, log }, signal),
  }
}
