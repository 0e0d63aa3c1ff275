import { type Case, insurers, type Person } from './case.ts'
import { all, consents, diseases, limit } from './certificates.ts'
import { addDays } from './dates.ts'

const person = (name: string, kana: string, sex: '1' | '2' | '3', birthdate: string): Person => ({
  name,
  kana,
  sex,
  birthdate,
})

/** Under 70: the ordinary answers, limit certificates A01 to A06, odd names, consents. */
export const insured: readonly Case[] = [
  {
    number: '01',
    shows: 'valid, insured person, nothing special',
    showsJa: '有効・本人',
    person: person('検証　一郎', 'ｹﾝｼｮｳ ｲﾁﾛｳ', '1', '19800502'),
    cover: { insurer: insurers.society, symbol: '１２・３４', number: '5678', branch: '01' },
  },
  {
    number: '02',
    shows: 'valid, family member at school (preschool 2), limit A02',
    showsJa: '有効・家族（就学中）、限度額イ',
    person: person('検証　二葉', 'ｹﾝｼｮｳ ﾌﾀﾊﾞ', '2', '20150621'),
    cover: {
      insurer: insurers.society,
      symbol: '１２・３４',
      number: '5679',
      branch: '02',
      householder: '検証　父郎',
    },
    more: all(() => ({ PreschoolClassification: '2' }), limit('A02')),
  },
  {
    number: '03',
    shows:
      '国保: 6-digit insurer number padded with spaces, short-term card, reference number, A04',
    showsJa: '有効・国保（６桁、空白埋め）、短期、照会番号あり、限度額エ',
    person: person('架空　三子', 'ｶｸｳ ﾐﾂｺ', '2', '19921124'),
    cover: {
      insurer: insurers.city,
      classification: '03',
      symbol: '架空',
      number: '0098765',
      branch: '02',
      householder: '架空　世帯主',
    },
    more: all(
      (asked) => ({
        InsuredCardExpirationDate: addDays(asked.on, 60),
        ReferenceNumber: '00103',
      }),
      limit('A04'),
    ),
  },
  {
    number: '04',
    shows: 'valid with a note: card certificate expires within 3 months (ProcessingResultCode)',
    showsJa: '有効・注意コードつき（証明書の期限が３か月以内）',
    person: person('検証　四郎', 'ｹﾝｼｮｳ ｼﾛｳ', '1', '19770404'),
    cover: { insurer: insurers.mutualAid, symbol: '公立', number: '40404', branch: '01' },
    cardExpires: 'within-3-months',
    answer: (_asked, result) => ({
      body: {
        PrescriptionIssueSelect: '1',
        ProcessingResultStatus: '1',
        ProcessingResultCode: 'SIM0001W',
        ProcessingResultMessage: '（模擬）電子証明書の有効期限まで３か月以内です。',
        QualificationValidity: '1',
        ResultList: { ResultOfQualificationConfirmation: [result] },
      },
    }),
  },
  {
    number: '05',
    shows: 'valid by card face, limit A01, defence force; the card itself has expired (status 2)',
    showsJa: '券面なら有効・限度額ア・自衛官。カードは期限切れ',
    person: person('検証　五郎', 'ｹﾝｼｮｳ ｺﾞﾛｳ', '1', '19850505'),
    cover: {
      insurer: insurers.defence,
      classification: '07',
      symbol: '自１',
      number: '505',
      branch: '01',
    },
    cardExpires: 'already',
    more: limit('A01'),
  },
  {
    number: '06',
    shows: 'valid, special retired (06), limit A03, prescription choice inside the result',
    showsJa: '有効・特例退職、限度額ウ、処方箋の選択が結果の中',
    person: person('検証　六美', 'ｹﾝｼｮｳ ﾑﾂﾐ', '2', '19620606'),
    cover: {
      insurer: insurers.specialRetired,
      classification: '06',
      symbol: '６０',
      number: '606',
      branch: '01',
    },
    more: all(() => ({ PrescriptionIssueSelect: '2' }), limit('A03')),
  },
  {
    number: '07',
    shows: '● in the name and address (a character outside the set), limit A05',
    showsJa: '氏名・住所に●、限度額オ',
    person: person('●山　七●', 'ﾊﾞﾂﾔﾏ ﾅﾅｺ', '2', '19790707'),
    cover: { insurer: insurers.association, symbol: '７７７', number: '7', branch: '00' },
    more: all(() => ({ Address: '東京都架空区●町７番' }), limit('A05', '02')),
  },
  {
    number: '08',
    shows: '髙 and 﨑 in the name (CP932 only, not in JIS X 0208), limit A06',
    showsJa: '氏名に髙・﨑（CP932 のみ）、限度額オ（境）',
    person: person('髙﨑　八重', 'ﾀｶｻｷ ﾔｴ', '2', '19880808'),
    cover: { insurer: insurers.association, symbol: '①㈱', number: '808', branch: '00' },
    more: limit('A06', '02'),
  },
  {
    number: '19',
    shows: 'preschool child',
    showsJa: '未就学児',
    person: person('検証　十九', 'ｹﾝｼｮｳ ﾄｸ', '1', '20240510'),
    cover: {
      insurer: insurers.association,
      symbol: '１９',
      number: '1919',
      branch: '03',
      householder: '検証　母子',
      since: '20240510',
    },
    more: () => ({ PreschoolClassification: '1' }),
  },
  {
    number: '20',
    shows: 'specific diseases 1, 2 and 3; every consent given, with times',
    showsJa: '特定疾病１・２・３、全ての同意あり',
    person: person('検証　二十', 'ｹﾝｼｮｳ ﾊﾂｶ', '1', '19700220'),
    cover: { insurer: insurers.society, symbol: '２０', number: '2020', branch: '00' },
    more: all(
      diseases(['1', '20000'], ['2', '10000'], ['3', '10000']),
      consents(['1', '1', '1', '1']),
    ),
  },
  {
    number: '21',
    shows: 'consents expired (2) or refused (0); certificate of qualification (05)',
    showsJa: '同意の期限切れ（２）と同意なし、資格証明書',
    person: person('検証　廿一', 'ｹﾝｼｮｳ ﾆｲﾁ', '2', '19830121'),
    cover: {
      insurer: insurers.city,
      classification: '05',
      symbol: '架空',
      number: '0021021',
      branch: '01',
    },
    more: all(
      () => ({ SpecificDiseasesCertificateRelatedConsFlg: '2' }),
      consents(['2', '2', '0', '2']),
    ),
  },
  {
    number: '25',
    shows: 'empty elements; no branch on the card face, the answer brings it',
    showsJa: '空の要素あり。券面に枝番なし、回答に枝番あり',
    person: person('検証　廿五', 'ｹﾝｼｮｳ ﾆｺﾞ', '1', '19900125'),
    cover: { insurer: insurers.mutualAid, symbol: '２５', number: '2525', branch: '01' },
    noBranchOnFace: true,
    more: () => ({
      NameOfOther: '',
      NameOfOtherKana: '',
      Address: '',
      PostNumber: '',
      InsuredCardExpirationDate: '',
      ReferenceNumber: '',
    }),
  },
]
