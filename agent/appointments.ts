import type { Config } from '../config/schema.ts'
import type { Appointments } from './api/ports.ts'
import { checksOf, fitFace } from './checks.ts'
import {
  type AppointmentParts,
  appointmentsOf,
  checkAppointments as checkExpected,
} from './eligibility/appointments.ts'
import type { AskExpected } from './eligibility/expected.ts'
import { checkAppointments, isKeepable } from './intake/appointments.ts'
import type { AppointmentItem, AppointmentSource } from './kernel/appointment.ts'
import { uuidV7 } from './kernel/ids.ts'
import type { Rules } from './kernel/rules.ts'
import type { Job } from './ops/jobs/jobs.ts'
import { appointmentsIn } from './outbox/orca/appointments.ts'
import { openOrcaDoor } from './outbox/orca/door.ts'
import type { Targets } from './outbox/targets.ts'
import type { Platform } from './platform.ts'
import { orcaAssumptions } from './settings.ts'
import type { Store } from './store/store.ts'

interface Kept {
  readonly store: Store
  readonly rules: Rules
}

/** Who is expected, as the API takes and shows it. */
export function openAppointments(
  config: Config,
  { store, rules }: Kept,
  { clock }: Pick<Platform, 'clock'>,
): Appointments {
  const parts = partsOf(config, { store, rules }, { clock })
  const checked = (items: readonly AppointmentItem[]) =>
    checkAppointments(items, checksOf(store, clock, rules))
  return {
    replace: (day, source, items, { consumer }) =>
      replace(store, clock.now(), { day, source, items: checked(items) }, consumer.id),
    list: (day) => appointmentsOf(parts, day),
  }
}

/** Asks about everybody who is expected, and fetches the lists that an ORCA has. */
export function appointmentsJob(
  config: Config,
  { store, rules, ask, targets }: Kept & { ask: AskExpected; targets: Targets },
  { clock, log }: Pick<Platform, 'clock' | 'log'>,
): Job {
  const parts = partsOf(config, { store, rules }, { clock })
  const pull = (day: string, signal: AbortSignal) =>
    config.outbox.orca_appointments
      ? pullOrca(config, { store, rules, targets }, { clock, log }, day, signal)
      : Promise.resolve()
  return {
    name: 'appointments',
    title: '予約患者の資格確認',
    schedule: config.jobs.appointments,
    order: 1,
    catchUp: 'always',
    run: (run) => checkExpected({ ...parts, ask, pull, clock, log }, run),
  }
}

const partsOf = (
  config: Config,
  { store, rules }: Kept,
  { clock }: Pick<Platform, 'clock'>,
): AppointmentParts => ({ store, clock, check: fitFace(config, { store, rules }, clock) })

function replace(
  store: Pick<Store, 'appointments'>,
  at: number,
  list: { day: string; source: AppointmentSource; items: readonly AppointmentItem[] },
  actor: string,
) {
  const items = list.items.map((item) => ({ id: uuidV7(at), body: JSON.stringify(item) }))
  return store.appointments.replace({ ...list, id: uuidV7(at), at, items, actor })
}

/**
 * Of every ORCA that is pushed to, together: it is one list. A number in it that looks like an
 * individual number is not kept, whatever it is.
 */
async function pullOrca(
  config: Config,
  { store, rules, targets }: Kept & { targets: Targets },
  { clock, log }: Pick<Platform, 'clock' | 'log'>,
  day: string,
  signal: AbortSignal,
): Promise<void> {
  const { prefixes } = orcaAssumptions(config)
  const found: AppointmentItem[] = []
  for (const { sink, revokedAt } of store.consumers.list()) {
    if (sink?.kind !== 'orca' || revokedAt !== null) continue
    const door = openOrcaDoor(sink, { targets, clock, prefixes })
    try {
      found.push(...(await appointmentsIn(door.client, day, signal)))
    } finally {
      await door.close()
    }
  }
  const items = found.filter(isKeepable)
  if (items.length < found.length)
    log.warn({ items: found.length - items.length }, 'appointments-left-out')
  await replace(
    store,
    clock.now(),
    { day, source: 'orca', items: checkAppointments(items, checksOf(store, clock, rules)) },
    'agent',
  )
}
