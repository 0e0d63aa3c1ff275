import {
  type Case,
  headerError,
  insurers,
  type Person,
  personError,
  processed,
  result,
} from './case.ts'
import { addDays, firstOfLastMonth, firstOfMonth } from './dates.ts'
import type { Asked, Fields } from './element.ts'

/** Another clinic's code, for the answer that is not ours. */
export const OTHER_INSTITUTION = '1319999983'

const lost = (reason: string, asked: Asked): Fields => ({
  DisqualificationDate: firstOfLastMonth(asked.on),
  ReasonOfLoss: reason,
})

const invalid = (number: string, reason: string, reasonJa: string, reasonEn: string): Case => ({
  number,
  shows: `invalid, reason of loss ${reason} (${reasonEn})`,
  showsJa: `無効・資格喪失事由 ${reason}（${reasonJa}）`,
  person: {
    name: `喪失　事由${reason}`,
    kana: `ｿｳｼﾂ ｼﾞﾕｳ${reason}`,
    sex: '1',
    birthdate: `197501${number}`,
  },
  cover: {
    insurer: insurers.association,
    symbol: '１２３４５６７８',
    number: `27${number}`,
    branch: '00',
    since: '20200401',
  },
  outcome: 'invalid',
  answer: (asked, one) => processed('2', [{ ...one, ...lost(reason, asked) }]),
})

const moved: Person = {
  name: '転職　三一',
  kana: 'ﾃﾝｼｮｸ ｻﾝｲﾁ',
  sex: '2',
  birthdate: '19870331',
}

/** One who is asked about only to see what an odd answer does. */
const odd = (number: string, given: string, kana: string) => ({
  number,
  person: {
    name: `異例　${given}`,
    kana: `ｲﾚｲ ${kana}`,
    sex: '1' as const,
    birthdate: '19911103',
  },
  cover: { insurer: insurers.society, symbol: '異例', number: `91${number}`, branch: '00' },
})

const losses: readonly Case[] = [
  invalid('27', '01', '死亡', 'death'),
  invalid('28', '02', '生活保護受給開始', 'livelihood protection began'),
  invalid('29', '03', '医療保険等の資格取得', 'another insurance'),
  invalid('30', '99', 'その他', 'other'),
  {
    number: '31',
    shows: 'invalid, a new qualification exists (validity 3), with the new result',
    showsJa: '無効（新しい資格あり）、新しい資格の結果つき',
    person: moved,
    cover: { insurer: insurers.association, symbol: '３１', number: '3131', branch: '00' },
    outcome: 'invalid-new-exists',
    answer: (asked, old) =>
      processed('3', [
        { ...old, ...lost('03', asked) },
        result(moved, {
          insurer: insurers.society,
          symbol: '新３１',
          number: '310031',
          branch: '00',
          since: firstOfMonth(asked.on),
        }),
      ]),
  },
]

/** The questions that do not end in a result, or in one that a caller must not trust. */
const withoutResult: readonly Case[] = [
  {
    ...odd('32', '未登録', 'ﾐﾄｳﾛｸ'),
    shows: 'not found (validity 4): the insurer has not registered the card yet',
    showsJa: '該当資格なし（保険者の登録前）',
    outcome: 'not-found',
    answer: () => processed('4', []),
  },
  {
    ...odd('33', '複数', 'ﾌｸｽｳ'),
    shows: 'several people match (validity 5)',
    showsJa: '複数該当',
    outcome: 'multiple',
    answer: () => processed('5', []),
  },
  {
    ...odd('36', '処理中', 'ｼｮﾘﾁｭｳ'),
    shows: 'segment 2: still processing',
    showsJa: '処理中（処理結果区分２）',
    outcome: 'pending',
    answer: () => ({ header: { SegmentOfResult: '2' } }),
  },
  {
    ...odd('37', '異常', 'ｲｼﾞｮｳ'),
    shows: 'segment 9 with an error code',
    showsJa: '異常終了（処理結果区分９）',
    outcome: 'failed',
    answer: () => headerError('SIM0901E', '（模擬）システムエラーが発生しました。'),
  },
  {
    ...odd('38', '照会条件', 'ｼｮｳｶｲ'),
    shows: 'status 2: this person could not be processed',
    showsJa: 'エラー（処理結果状況２）',
    outcome: 'failed',
    answer: () => personError('SIM0102E', '（模擬）照会条件を確認してください。'),
  },
  {
    ...odd('39', '結果無', 'ｹｯｶﾅｼ'),
    shows: 'validity 1 without a result',
    showsJa: '有効なのに結果がない',
    outcome: 'failed',
    answer: () => processed('1', []),
  },
  {
    ...odd('40', '有効性無', 'ﾕｳｺｳｾｲﾅｼ'),
    shows: 'an answer with a result and no validity',
    showsJa: '資格有効性のない回答',
    outcome: 'failed',
    answer: (_asked, one) => ({
      body: {
        ProcessingResultStatus: '1',
        ResultList: { ResultOfQualificationConfirmation: [one] },
      },
    }),
  },
]

const unknownThings: readonly Case[] = [
  {
    ...odd('26', '他機関', 'ﾀｷｶﾝ'),
    shows: "an answer with another institution's code: not ours",
    showsJa: '他の医療機関コードの回答',
    outcome: 'failed',
    answer: (_asked, one) => ({
      ...processed('1', [one]),
      header: { MedicalInstitutionCode: OTHER_INSTITUTION },
    }),
  },
  {
    ...odd('34', '未知要素', 'ﾐﾁﾖｳｿ'),
    shows: 'unknown card classification 08 and limit flag C01, unknown elements; otherwise valid',
    showsJa: '未知の被保険者証区分・適用区分・要素（有効）',
    answer: (asked, one) => ({
      header: { SimulatedHeaderElement: '未知' },
      body: {
        ...processed('1', [
          {
            ...one,
            InsuredCardClassification: '08',
            LimitApplicationCertificateRelatedConsFlg: '1',
            LimitApplicationCertificateRelatedConsTime: asked.at,
            LimitApplicationCertificateRelatedInfo: {
              LimitApplicationCertificateClassificationFlag: 'C01',
            },
            SimulatedElement: '未知の要素',
            SimulatedGroup: {
              SimulatedChild: [{ SimulatedDate: addDays(asked.on, 1) }, { SimulatedDate: '' }],
            },
          },
        ]).body,
        SimulatedBodyElement: '1',
      },
    }),
  },
  {
    ...odd('35', '未知有効性', 'ﾐﾁﾕｳｺｳｾｲ'),
    shows: 'unknown validity 7',
    showsJa: '未知の資格有効性７',
    outcome: 'failed',
    answer: (_asked, one) => processed('7', [one]),
  },
]

export const oddities: readonly Case[] = [...losses, ...withoutResult, ...unknownThings]
