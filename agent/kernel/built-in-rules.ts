import type { Rules } from './rules.ts'

/** Before every day that is asked about. */
const EVER = '1900-01-01'

/** The rules of today. Sources: source pages (時間外等加算), desk troubles 8 and 11, eligibility messages 2.5. */
export const builtInRules: Rules = {
  ages: [
    {
      from: EVER,
      preschool: 6,
      elderly: 70,
      lateElderly: 75,
      lateElderlyByDisability: 65,
      shares: {
        preschool: ['020'],
        general: ['030'],
        elderly: ['020', '030'],
        lateElderly: ['010', '020', '030'],
      },
    },
  ],
  renewals: [{ from: EVER, day: '08-01', age: 70 }],
  cardCertificates: [{ from: EVER, remindMonths: 3, graceMonths: 3 }],
  receptionTimes: [
    {
      from: EVER,
      earlyFrom: 6,
      dayFrom: 8,
      nightFrom: 18,
      midnightFrom: 22,
      saturdayNightFrom: 12,
      holidaysFrom: '12-29',
      holidaysTo: '01-03',
    },
  ],
  insurerLaws: [
    {
      from: EVER,
      // biome-ignore format: a list
      laws: ['01', '02', '03', '04', '06', '07', '12', '31', '32', '33', '34', '39', '63', '67', '72', '73', '74', '75'],
    },
  ],
  documents: [
    { from: EVER, names: ['被保険者証', '資格確認書', '資格情報のお知らせ'] },
    // The last 被保険者証 were valid on the day before. [readers, 3]
    { from: '2025-12-02', names: ['資格確認書', '資格情報のお知らせ'] },
  ],
}
