import type { Config } from '../config/schema.ts'
import type { ClinicPage, Sessions, StaffDesk } from './api/desk-ports.ts'
import { sourceRule } from './api/hosts.ts'
import type { VendorAccess } from './api/vendor-ports.ts'
import { dayAt } from './kernel/calendar.ts'
import type { Conditions } from './kernel/conditions.ts'
import type { Clock } from './kernel/ports.ts'
import { documentsOn, type Rules } from './kernel/rules.ts'
import { openSecrets } from './ops/staff/secrets.ts'
import { type OpenSessions, openSessions } from './ops/staff/sessions.ts'
import { staffDeskOf } from './ops/staff/staff.ts'
import { watchUnused } from './ops/staff/unused.ts'
import { openVendorDoor } from './ops/staff/vendor-door.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

export interface OpenedStaff {
  readonly sessions: Sessions
  readonly staff: StaffDesk
  readonly vendor: VendorAccess
  close(): Promise<void>
}

/** Who may sign in at the desk, and who is signed in. */
export function openStaff(
  { desk, institution }: Pick<Config, 'desk' | 'institution'>,
  {
    store,
    conditions,
  }: { readonly store: Pick<Store, 'staff' | 'vendorAccess'>; readonly conditions: Conditions },
  { clock, log, onBug }: Pick<Platform, 'clock' | 'log' | 'onBug'>,
): OpenedStaff {
  const vendor = openVendorDoor({ store: store.vendorAccess, conditions, clock, log, onBug })
  const sessions: OpenSessions = openSessions({
    store: store.staff,
    clock,
    log,
    onBug,
    institution: institution.code,
    lockMs: desk.lock_minutes * 60_000,
    lastsMs: desk.session_hours * 3_600_000,
    comesFrom: (sources, address) => sourceRule(sources)(address),
    mayBeIn: ({ role }) => role !== 'vendor' || vendor.isOpen(),
  })
  vendor.onShut(sessions.look)
  const unused = watchUnused({ list: store.staff.list, conditions, clock, log, onBug })
  const staff = staffDeskOf({
    store: store.staff,
    clock,
    secrets: sessions.secrets,
    onClosed: sessions.end,
    onChange: unused.look,
  })
  return {
    sessions,
    staff,
    vendor,
    async close() {
      await unused.close()
      await vendor.close()
      await sessions.close()
    },
  }
}

/** For commands, where no agent runs and so nobody is signed in. */
export const staffOffline = ({ staff: store }: Pick<Store, 'staff'>): StaffDesk =>
  staffDeskOf({ store, clock: { now: () => Date.now() }, secrets: openSecrets() })

interface ClinicParts {
  /** Release of the agent. */
  readonly version: string
  readonly rules: Rules
  readonly clock: Pick<Clock, 'now'>
}

/** What the page says of the clinic. */
export const clinicPageOf = (
  {
    institution,
    clinic,
    desk,
    gateway,
  }: Pick<Config, 'institution' | 'clinic' | 'desk' | 'gateway'>,
  { version, rules, clock }: ClinicParts,
): ClinicPage => ({
  institution: institution.code,
  version,
  via: gateway.via,
  contacts: [
    ...desk.contacts,
    // Name and number in one text, as it stands in the call script.
    ...(clinic.help_desk === undefined ? [] : [{ name: clinic.help_desk, phone: '', hours: '' }]),
  ],
  documents: () => documentsOn(rules, dayAt(clock.now())),
})
