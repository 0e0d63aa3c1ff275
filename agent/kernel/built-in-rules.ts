import type { Rules } from './rules.ts'

/** Before every day that is asked about. */
const EVER = '1900-01-01'

/** 法別番号 and what they are called. [eligibility messages, 2.5; 診療報酬請求書等の記載要領, 法別番号及び制度の略称表] */
const insurers = {
  '01': '協会けんぽ（全国健康保険協会管掌健康保険）',
  '02': '船員保険',
  '03': '日雇特例被保険者の保険（一般療養）',
  '04': '日雇特例被保険者の保険（特別療養費）',
  '06': '組合管掌健康保険（健康保険組合）',
  '07': '自衛官等',
  '12': '生活保護（医療扶助）',
  '31': '国家公務員共済組合',
  '32': '地方公務員等共済組合',
  '33': '警察共済組合',
  '34': '公立学校共済組合・私学共済',
  '39': '後期高齢者医療',
  '63': '特定健康保険組合（特例退職被保険者）',
  '67': '国民健康保険（退職被保険者）',
  '72': '国家公務員共済組合（特例退職）',
  '73': '地方公務員等共済組合（特例退職）',
  '74': '警察共済組合（特例退職）',
  '75': '公立学校共済組合・私学共済（特例退職）',
}

/**
 * The rules of today. Sources: source pages (時間外等加算), desk troubles 8 and 11, eligibility messages
 * 2.5, readers (old 被保険者証, usable until 2025-12-01).
 */
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
      laws: Object.keys(insurers).sort(),
      titles: insurers,
    },
  ],
  documents: [
    { from: EVER, names: ['資格確認書', '資格情報のお知らせ', '被保険者証'] },
    { from: '2025-12-02', names: ['資格確認書', '資格情報のお知らせ'] },
  ],
}
