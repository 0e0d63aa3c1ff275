import type { Clock } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { ClinicPage } from './desk-ports.ts'
import type { DeskState } from './desk-shapes.ts'
import { checksOf, worst } from './health.ts'
import type { HealthSource } from './health-port.ts'
import type { Lines } from './lines-port.ts'
import type { Desk, Outages } from './ports.ts'
import { shownPresentation } from './presentations.ts'
import { shownReaders } from './readers.ts'
import type { Source } from './span.ts'

/** What the state is made of; all of it is in memory. */
export interface StateParts {
  readonly desk: Desk
  readonly health: Pick<HealthSource, 'showing'>
  readonly lines: Pick<Lines, 'list'>
  readonly outages: Pick<Outages, 'current'>
  readonly clinic: Pick<ClinicPage, 'via' | 'contacts'>
}

/** How everything is, for the pages that look. Nothing in it is about a patient. */
export interface DeskWatch extends Source {
  /** As it is now, JSON of `DeskState` without `at`; the same text while nothing has changed. */
  look(): string
}

/** Lines and conditions do not tell of changes: they are looked at, while a page is open. */
const LOOK_EVERY_MS = 100

export function watchDesk(
  parts: StateParts,
  clock: Pick<Clock, 'sleep'>,
  onBug: (error: unknown) => void,
): DeskWatch {
  const hearers = new Set<() => void>()
  let told = ''
  let watching: { readonly stop: AbortController; readonly forget: () => void } | undefined
  const look = () => JSON.stringify(stateOf(parts))
  const tell = () => {
    const now = look()
    if (now === told) return
    told = now
    for (const hear of [...hearers]) hear()
  }
  const watch = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal)
      if (!signal.aborted) tell()
    }
  }
  const begin = () => {
    const stop = new AbortController()
    told = look()
    watch(stop.signal).catch(onBug)
    return { stop, forget: parts.desk.onChange(tell) }
  }
  return {
    look,
    subscribe(hear) {
      hearers.add(hear)
      watching ??= begin()
      return () => {
        hearers.delete(hear)
        if (hearers.size > 0) return
        watching?.stop.abort()
        watching?.forget()
        watching = undefined
      }
    },
  }
}

function stateOf({ desk, health, lines, outages, clinic }: StateParts): Omit<DeskState, 'at'> {
  const showing = health.showing()
  const outage = outages.current()
  return {
    readers: shownReaders(desk.readers()).items,
    presentations: desk.presentations().map(shownPresentation),
    status: worst(showing),
    checks: checksOf(showing),
    via: clinic.via,
    lines: lines.list().map(({ name, standing, isCurrent, isHeldByHand, contact }) => ({
      ...{ name, standing, isCurrent, isHeldByHand },
      carrier: contact.carrier,
      phone: contact.phone,
      hours: contact.hours,
    })),
    outage: outage === undefined ? null : { startedAt: toRfc3339(outage.startedAt) },
    contacts: clinic.contacts.map(({ name, phone, hours }) => ({ name, phone, hours })),
  }
}
