import { dayAfter, lastAugust1, nextJuly31 } from './dates.ts'
import type { Asked, Fields } from './element.ts'

/** 限度額適用認定証 of the current year, shown only with consent. `more` is laid over it. */
export const limit =
  (flag: string, classification = '01', more: Fields = {}) =>
  (asked: Asked): Fields =>
    asked.limitConsent
      ? {
          LimitApplicationCertificateRelatedConsFlg: '1',
          LimitApplicationCertificateRelatedConsTime: asked.at,
          LimitApplicationCertificateRelatedInfo: {
            LimitApplicationCertificateClassification: classification,
            LimitApplicationCertificateClassificationFlag: flag,
            LimitApplicationCertificateDate: lastAugust1(asked.on),
            LimitApplicationCertificateValidStartDate: lastAugust1(asked.on),
            LimitApplicationCertificateValidEndDate: nextJuly31(asked.on),
            ...more,
          },
        }
      : { LimitApplicationCertificateRelatedConsFlg: '0' }

/** A card that is renewed every 1 August. */
export const yearly = (asked: Asked): Fields => ({
  InsuredCertificateIssuanceDate: lastAugust1(asked.on),
  InsuredCardValidDate: lastAugust1(asked.on),
  InsuredCardExpirationDate: nextJuly31(asked.on),
})

/** 高齢受給者証, age 70 to 74. */
export const elderlyRecipient =
  (ratio: '010' | '020' | '030') =>
  (asked: Asked): Fields => ({
    ElderlyRecipientCertificateInfo: {
      ElderlyRecipientCertificateDate: lastAugust1(asked.on),
      ElderlyRecipientValidStartDate: lastAugust1(asked.on),
      ElderlyRecipientValidEndDate: nextJuly31(asked.on),
      ElderlyRecipientContributionRatio: ratio,
    },
  })

/** 特定疾病療養受療証 of these categories (OQSCD013), with consent. */
export const diseases =
  (...categories: readonly (readonly [category: string, selfPayYen: string])[]) =>
  (asked: Asked): Fields => ({
    SpecificDiseasesCertificateRelatedConsFlg: '1',
    SpecificDiseasesCertificateRelatedConsTime: asked.at,
    SpecificDiseasesCertificateList: {
      SpecificDiseasesCertificateInfo: categories.map(([category, selfPayYen]) => ({
        SpecificDiseasesDiseaseCategory: category,
        SpecificDiseasesCertificateDate: '20230501',
        SpecificDiseasesValidStartDate: '20230501',
        SpecificDiseasesValidEndDate: nextJuly31(asked.on),
        SpecificDiseasesSelfPay: selfPayYen,
      })),
    },
  })

const KINDS = ['SpecificHealthCheckupsInfo', 'PharmacistsInfo', 'DiagnosisInfo', 'OperationInfo']

/** 閲覧同意, in the order 特定健診, 薬剤, 診療, 手術: 0 no, 1 yes (for 24 hours), 2 expired. */
export const consents =
  (flags: readonly [string, string, string, string]) =>
  (asked: Asked): Fields =>
    Object.fromEntries(
      KINDS.flatMap((kind, place) => {
        const flag = flags[place] ?? '0'
        const given: [string, string][] =
          flag === '1'
            ? [
                [`${kind}ConsTime`, asked.at],
                [`${kind}AvailableTime`, dayAfter(asked.at)],
              ]
            : []
        return [[`${kind}ConsFlg`, flag], ...given]
      }),
    )

/** Lays several over one another. */
export const all =
  (...parts: readonly ((asked: Asked) => Fields)[]) =>
  (asked: Asked): Fields =>
    Object.assign({}, ...parts.map((part) => part(asked)))
