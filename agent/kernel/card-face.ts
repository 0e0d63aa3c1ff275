import { type Static, Type } from 'typebox'
import { By } from './by.ts'
import type { Mistake } from './errors.ts'

const field = (description: string, maxLength: number) =>
  Type.Optional(Type.String({ description, maxLength }))

/**
 * A typed card face (資格確認書, 資格情報のお知らせ) as a client sends it: the official search fields in
 * lowerCamelCase, plus two echoed ones. Shape only; what it may hold is `intake/card-face.ts`.
 */
export const CardFace = Type.Object(
  {
    insurerNumber: Type.String({ description: '保険者番号, 6 or 8 digits.', maxLength: 16 }),
    insuredCardSymbol: field('被保険者証記号, up to 20 characters.', 80),
    insuredIdentificationNumber: Type.String({
      description: '被保険者証番号, up to 20 characters.',
      maxLength: 80,
    }),
    insuredBranchNumber: field('枝番, 2 digits. Not for 後期高齢者.', 8),
    birthdate: Type.String({
      description: 'YYYYMMDD, or by its era: S550502, 昭和55年5月2日.',
      maxLength: 16,
    }),
    qualificationConfirmationDate: field('資格確認日 YYYYMMDD; today when absent.', 16),
    limitApplicationCertificateRelatedConsFlg: field(
      '限度額適用認定証提供同意 0 or 1. Asked as 1 only with who confirmed the consent.',
      1,
    ),
    insuredPartialContributionRatio: field(
      '一部負担金割合 as printed, 010 or 1割 to 030 or 3割: compared with the answer, not asked.',
      3,
    ),
    patientNumber: field('The clinic’s patient number, echoed.', 50),
    arbitraryIdentifier: field('Free text, echoed.', 50),
  },
  { additionalProperties: false },
)
export type CardFace = Static<typeof CardFace>

/** What is said of a card face while it is typed; of a field that is not there, nothing. */
export interface CheckedPart {
  readonly mistakes: readonly Mistake[]
  /** Null: none, or none that can be a birth date. */
  readonly birthdate: {
    /** YYYYMMDD. */
    readonly date: string
    /** By its era, Japanese. */
    readonly era: string
    /** Whole years, today. */
    readonly age: number
  } | null
  /** What kind of insurance the number says, Japanese. */
  readonly insurer: string | null
}

const strict = { additionalProperties: false } as const
const declaration = (description: string) =>
  Type.Optional(Type.Object({ by: By }, { ...strict, description }))

/** What a person may say about a card face beside its fields. */
const declarations = {
  asPrinted: declaration(
    'The card bears the 保険者番号 as it is typed, though it fails a check. Lengths and dates are checked all the same.',
  ),
  notIndividualNumber: declaration(
    'The number fields hold no 個人番号, though one looks like it. Who said so is recorded, the number is not.',
  ),
  limitConsent: Type.Optional(
    Type.Object(
      {
        by: By,
        at: Type.Optional(
          Type.String({ description: 'When, RFC 3339; now when absent.', maxLength: 40 }),
        ),
      },
      {
        ...strict,
        description:
          '限度額: the patient’s consent was confirmed (ご本人の同意を確認), and by whom.',
      },
    ),
  ),
} as const
export const Declarations = Type.Object(declarations, strict)
export type Declarations = Static<typeof Declarations>

/** What asks by card face: the face, and what was declared about it. */
export const AskBody = Type.Object({ ...CardFace.properties, ...declarations }, strict)
export type AskBody = Static<typeof AskBody>
