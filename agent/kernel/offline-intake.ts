import { type Static, Type } from 'typebox'
import { CardFace } from './card-face.ts'
import { codeList } from './codes.ts'
import type { FaultCode } from './faults.ts'

const strict = { additionalProperties: false } as const
const text = (description: string, maxLength: number) => Type.String({ description, maxLength })

const face = CardFace.properties
/** What of a card face can be asked about a person whose birth date is known. */
export const IntakeFace = Type.Object(
  {
    insurerNumber: face.insurerNumber,
    insuredCardSymbol: face.insuredCardSymbol,
    insuredIdentificationNumber: face.insuredIdentificationNumber,
    insuredBranchNumber: face.insuredBranchNumber,
  },
  { ...strict, description: 'Where there is one: it is asked by itself when a line is back.' },
)
export type IntakeFace = Static<typeof IntakeFace>

const fields = {
  name: text('氏名, up to 100 characters.', 400),
  nameKana: Type.Optional(text('氏名カナ, up to 100 characters.', 400)),
  birthdate: text('YYYYMMDD, or by its era: S550502, 昭和55年5月2日.', 16),
  sex: text(codeList('sex1'), 4),
  address: text('住所, up to 200 characters.', 800),
  consent: Type.Optional(
    Type.Boolean({ description: 'Whether the patient consented to the emergency function.' }),
  ),
  patientNumber: Type.Optional(text('The clinic’s patient number.', 50)),
  cardFace: Type.Optional(IntakeFace),
} as const

/**
 * Who was received while nobody could be asked: the four facts that the emergency function
 * (緊急時医療情報・資格確認機能) searches by, and the card face. Shape only; what it may hold is
 * `intake/offline-intake.ts`.
 */
export const IntakeForm = Type.Object(fields, strict)
export type IntakeForm = Static<typeof IntakeForm>

/** A form that was kept; a later release may have put more into it. */
export const KeptForm = Type.Object(fields)

/** Why nothing is left to do. */
export const Closing = Type.Object({
  by: Type.String({ description: 'Who.' }),
  /** Epoch ms. */
  at: Type.Integer(),
  verificationId: Type.Union([Type.String(), Type.Null()]),
  text: Type.Union([Type.String(), Type.Null()]),
})
export type Closing = Static<typeof Closing>

/** `for-a-person`: four facts alone, or the official side answered that it could not be asked so. */
export const IntakeState = Type.Enum(['waiting', 'for-a-person', 'asked', 'answered', 'closed'], {
  description:
    'waiting: asked by itself when a line is back; for-a-person: four facts alone, or the official side answered with an error; asked: a question is under way; answered: an official answer came; closed.',
})
export type IntakeState = Static<typeof IntakeState>

/** An offline intake. Times are epoch ms. */
export interface OfflineIntake {
  readonly id: string
  readonly at: number
  readonly state: IntakeState
  readonly form: IntakeForm
  /** The newest question about it. */
  readonly verificationId: string | null
  /** The outage in which it was received. */
  readonly outageId: string | null
  /** A later verification of somebody who seems to be the same, where a person is to close it. */
  readonly proposal: { readonly verificationId: string; readonly at: number } | null
  readonly closing: Closing | null
}

/** A time in which no line was usable, epoch ms; `endedAt` null: it lasts. */
export interface Outage {
  readonly id: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly cause: FaultCode
}
