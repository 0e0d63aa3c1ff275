import type { Appointments, Asking } from '../../agent/api/ports.ts'
import type {
  Appointment,
  AppointmentItem,
  AppointmentSource,
} from '../../agent/kernel/appointment.ts'

export const appointment = (over: Partial<Appointment> = {}): Appointment => ({
  id: 'a1',
  source: 'api',
  time: '09:30',
  patientNumber: '00042',
  status: 'ok',
  reason: null,
  fields: [],
  changes: [],
  verificationId: 'v1',
  outcome: 'valid',
  checkedAt: '2026-04-01T20:00:05+09:00',
  ...over,
})

/** Appointments in memory. Throws `refuse` when it is set. */
export class FakeAppointments implements Appointments {
  readonly replaced: {
    day: string
    source: AppointmentSource
    items: readonly AppointmentItem[]
    by: Asking
  }[] = []
  appointments: Appointment[] = []
  refuse: Error | undefined

  async replace(
    day: string,
    source: AppointmentSource,
    items: readonly AppointmentItem[],
    by: Asking,
  ) {
    if (this.refuse !== undefined) throw this.refuse
    this.replaced.push({ day, source, items, by })
    return { added: items.length, kept: 0, cancelled: 0 }
  }

  list = () => this.appointments
}
