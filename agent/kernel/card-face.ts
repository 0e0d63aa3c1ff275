import { type Static, Type } from 'typebox'

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
    birthdate: Type.String({ description: 'YYYYMMDD.', maxLength: 16 }),
    qualificationConfirmationDate: field('資格確認日 YYYYMMDD; today when absent.', 16),
    limitApplicationCertificateRelatedConsFlg: field(
      '限度額適用認定証提供同意 0 or 1; 0 when absent.',
      1,
    ),
    insuredPartialContributionRatio: field(
      '一部負担金割合 as printed, 010, 020 or 030: compared with the answer, not asked.',
      3,
    ),
    patientNumber: field('The clinic’s patient number, echoed.', 50),
    arbitraryIdentifier: field('Free text, echoed.', 50),
  },
  { additionalProperties: false },
)
export type CardFace = Static<typeof CardFace>
