import { type Case, insurers, type Person, processed, result } from './case.ts'
import { firstOfMonth, lastOfMonth } from './dates.ts'
import type { Asked, Fields } from './element.ts'

const AID = 'A1'

/** 医療券 of the month, for the institution that asks. 1 = aid alone, 2 = beside an insurance. */
const ticket = (asked: Asked, singleOrCombinedUse: '1' | '2'): Fields => ({
  MedicalTicketInfo: [
    {
      TicketType: '1',
      MedicalTicketValidDate: firstOfMonth(asked.on),
      MedicalTicketExpirationDate: lastOfMonth(asked.on),
      IssueNumber: '0000001',
      MedicalTreatmentMonth: asked.on.slice(0, 6),
      DesignatedMedicalInstitutionCode: asked.institution,
      DesignatedMedicalInstitutionFlag: '1',
      DesignatedMedicalInstitutionName: '見本医院',
      InjuryName1: '高血圧症',
      MedicalTreatmentType: '2',
      SelfPayAmount: '0',
      DistrictContactName: '架空　担当',
      HandlingContactName: '見本　取扱',
      SingleOrCombinedUse: singleOrCombinedUse,
      StatusOfSocialInsurance: singleOrCombinedUse === '2' ? '1' : '0',
      StatusOfInfecton: '0',
      StatusOfElderlyMedicalCare: '0',
      StatusOfPrefecturalExpenses: '0',
      Remarks1: '（模擬）備考',
    },
  ],
})

const both: Person = {
  name: '検証　扶助',
  kana: 'ｹﾝｼｮｳ ﾌｼﾞｮ',
  sex: '2',
  birthdate: '19700707',
}
const alone = { insurer: insurers.aid, classification: AID, since: '20230901' }

/** 医療扶助: the "insurer" is the 公費負担者番号 (12…), the number the 受給者番号. */
export const aid: readonly Case[] = [
  {
    number: '22',
    shows: 'medical aid beside an insurance: two results, with a 医療券',
    showsJa: '医療扶助と医療保険の２件、医療券あり',
    person: both,
    cover: { insurer: insurers.society, symbol: '７７', number: '31', branch: '00' },
    answer: (asked, insurance) =>
      processed('1', [
        insurance,
        {
          ...result(both, { ...alone, number: '9000022' }),
          PublicExpenseResultList: ticket(asked, '2'),
        },
      ]),
  },
  {
    number: '23',
    shows: 'medical aid alone, with a 医療券',
    showsJa: '医療扶助のみ、医療券あり',
    person: { name: '検証　廿三', kana: 'ｹﾝｼｮｳ ﾆｻﾝ', sex: '1', birthdate: '19681023' },
    cover: { ...alone, number: '9000023' },
    more: (asked) => ({ PublicExpenseResultList: ticket(asked, '1') }),
  },
  {
    number: '24',
    shows: 'medical aid, valid but not registered (validity 6)',
    showsJa: '医療扶助・有効（未登録）',
    person: { name: '検証　廿四', kana: 'ｹﾝｼｮｳ ﾆﾖﾝ', sex: '2', birthdate: '19590924' },
    cover: { ...alone, number: '9000024' },
    outcome: 'valid-unregistered',
    answer: (_asked, one) => processed('6', [one]),
  },
]
