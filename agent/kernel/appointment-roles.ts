import type { Appointment } from './appointment.ts'
import type { Audience, FieldRoles } from './field-roles.ts'

/** An appointment as it is shown. */
export interface ShownAppointment extends Appointment {
  /** 要確認: somebody should look before the patient stands there. */
  readonly needsCheck: boolean
}

type Rows<T> = { readonly [K in keyof Required<T>]: Audience | FieldRoles }

const nobody: Audience = []
/** When who comes, and whether something is to be cleared up: reception clears it up. */
const house: Audience = ['ward', 'after-hours']

/**
 * The field × role table of appointments, as `field-roles.ts` is that of events: which narrow roles see
 * a field. The liaison office and general affairs see no appointments.
 */
const appointment: Rows<ShownAppointment> = {
  id: nobody,
  source: nobody,
  time: house,
  patientNumber: house,
  cardFace: nobody,
  needsCheck: house,
  status: nobody,
  reason: nobody,
  fields: nobody,
  changes: nobody,
  verificationId: nobody,
  outcome: nobody,
  checkedAt: nobody,
}
export const appointmentRoles: FieldRoles = { ...appointment }
