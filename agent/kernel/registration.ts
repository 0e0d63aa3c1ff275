import { type Static, Type } from 'typebox'

const field = (description: string, maxLength: number) => Type.String({ description, maxLength })

/**
 * 照会番号登録 as a client sends it: under which number of the clinic the official side is to know a
 * person. Shape only; what it may hold is `intake/registration.ts`.
 */
export const Registration = Type.Object(
  {
    referenceNumber: field('照会番号, the clinic’s patient number, up to 50 characters.', 200),
    insurerNumber: field('保険者番号, 6 or 8 digits.', 16),
    insuredCardSymbol: Type.Optional(field('被保険者証記号, up to 20 characters.', 80)),
    insuredIdentificationNumber: field('被保険者証番号, up to 20 characters.', 80),
    insuredBranchNumber: Type.Optional(field('枝番, 2 digits. Not for 後期高齢者.', 8)),
  },
  { additionalProperties: false },
)
export type Registration = Static<typeof Registration>

const orNull = Type.Union([Type.String(), Type.Null()])

/** What a registration came to. */
export const RegistrationResult = Type.Object({
  outcome: Type.Enum(['registered', 'refused', 'offline', 'failed'], {
    description: 'offline: nobody could be asked, nothing was registered.',
  }),
  official: Type.Union([
    Type.Object({ segment: orNull, status: orNull, code: orNull, message: orNull }),
    Type.Null(),
  ]),
  /** Code of a fault. */
  fault: orNull,
})
export type RegistrationResult = Static<typeof RegistrationResult>
