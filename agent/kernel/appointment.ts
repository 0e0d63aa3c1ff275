import { type Static, Type } from 'typebox'
import { CardFace } from './card-face.ts'
import type { Outcome } from './verification.ts'

const strict = { additionalProperties: false } as const
const face = CardFace.properties

/** What of a card face is asked about somebody who is expected. */
export const AppointmentFace = Type.Object(
  {
    insurerNumber: face.insurerNumber,
    insuredCardSymbol: face.insuredCardSymbol,
    insuredIdentificationNumber: face.insuredIdentificationNumber,
    insuredBranchNumber: face.insuredBranchNumber,
    birthdate: face.birthdate,
  },
  { ...strict, description: 'Where absent, the card of the patient’s last answer is asked about.' },
)
export type AppointmentFace = Static<typeof AppointmentFace>

/** One who is expected, as a client sends it. */
export const AppointmentItem = Type.Object(
  {
    time: Type.Optional(
      Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: '09:30.' }),
    ),
    patientNumber: Type.Optional(
      Type.String({ maxLength: 50, description: 'The clinic’s patient number.' }),
    ),
    cardFace: Type.Optional(AppointmentFace),
  },
  strict,
)
export type AppointmentItem = Static<typeof AppointmentItem>

/** Where a list comes from; each replaces its own list of a day only. */
export const appointmentSources = ['api', 'csv', 'orca'] as const
export type AppointmentSource = (typeof appointmentSources)[number]

/** How a checked appointment stands. changed: it is valid, and not as it was. */
export const appointmentStatuses = [
  'ok',
  'changed',
  'invalid',
  'unknown',
  'waiting',
  'not-checkable',
] as const
export type AppointmentStatus = (typeof appointmentStatuses)[number]

/** Why it stands so: of an answer its outcome, and what keeps it from being asked about. */
export type AppointmentReason =
  | Exclude<Outcome, 'valid' | 'valid-unregistered'>
  | 'held'
  /** It is asked; it will be at the next run. */
  | 'asked'
  | 'not-asked'
  /** Neither a card nor a number. */
  | 'nothing-given'
  /** No answer with a card is known of this patient number. */
  | 'unknown-patient'
  /** The card face cannot be one; `fields` says where. */
  | 'card-face-wrong'

/** One who is expected, and what is known. */
export interface Appointment extends AppointmentItem {
  readonly id: string
  readonly source: AppointmentSource
  readonly status: AppointmentStatus
  readonly reason: AppointmentReason | null
  /** Wrong fields of the card face. */
  readonly fields: readonly string[]
  /** What changed, by the names of official fields. */
  readonly changes: readonly string[]
  /** The newest verification about it, and of it: outcome, and when it ended (RFC 3339). */
  readonly verificationId: string | null
  readonly outcome: Outcome | null
  readonly checkedAt: string | null
}

/** What replacing a list came to: how many. */
export interface AppointmentsReplaced {
  readonly added: number
  readonly kept: number
  readonly cancelled: number
}
