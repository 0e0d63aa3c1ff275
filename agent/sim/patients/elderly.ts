import { type Case, insurers, type Person } from './case.ts'
import { all, consents, diseases, elderlyRecipient, limit, yearly } from './certificates.ts'
import { firstOfLastMonth } from './dates.ts'

const person = (name: string, kana: string, sex: '1' | '2' | '3', birthdate: string): Person => ({
  name,
  kana,
  sex,
  birthdate,
})

const ratio = (InsuredPartialContributionRatio: string) => () => ({
  InsuredPartialContributionRatio,
})

/** From 70 on: limit certificates B01 to B10. 後期高齢者 (39) have no symbol and no branch. */
export const elderly: readonly Case[] = [
  {
    number: '09',
    shows: '70-74, 高齢受給者証 030, limit B01',
    showsJa: '70〜74歳・3割、限度額 現役並みⅢ',
    person: person('検証　九兵衛', 'ｹﾝｼｮｳ ｷｭｳﾍﾞｴ', '1', '19550909'),
    cover: { insurer: insurers.society, symbol: '９', number: '909', branch: '00' },
    more: all(elderlyRecipient('030'), limit('B01')),
  },
  {
    number: '10',
    shows: '75+, 後期高齢者 030, limit B02',
    showsJa: '75歳以上・3割、限度額 現役並みⅡ',
    person: person('検証　十蔵', 'ｹﾝｼｮｳ ｼﾞｭｳｿﾞｳ', '1', '19451010'),
    cover: { insurer: insurers.elderly, number: '01234510', since: '20201010' },
    more: all(yearly, ratio('030'), limit('B02')),
  },
  {
    number: '11',
    shows: '70-74, 高齢受給者証 030, retired (02), limit B03',
    showsJa: '70〜74歳・3割・退職、限度額 現役並みⅠ',
    person: person('架空　十一', 'ｶｸｳ ﾄｲﾁ', '2', '19551101'),
    cover: {
      insurer: insurers.retired,
      classification: '02',
      symbol: '架空退',
      number: '1101',
      branch: '01',
    },
    more: all(yearly, elderlyRecipient('030'), limit('B03')),
  },
  {
    number: '12',
    shows: '70-74, 高齢受給者証 020, limit B04',
    showsJa: '70〜74歳・2割、限度額 一般',
    person: person('架空　十二', 'ｶｸｳ ﾄｳｼﾞ', '1', '19551212'),
    cover: { insurer: insurers.city, symbol: '架空', number: '0011212', branch: '01' },
    more: all(yearly, elderlyRecipient('020'), limit('B04')),
  },
  {
    number: '13',
    shows: '70-74, 020, limit B05 with long-term date, dialysis, other name, sex 3 with Sex2',
    showsJa: '70〜74歳・2割、低所得Ⅱ・長期該当、人工透析、通称、性別3',
    person: person('検証　十三', 'ｹﾝｼｮｳ ﾄﾐ', '3', '19560313'),
    cover: { insurer: insurers.city, symbol: '架空', number: '0011313', branch: '01' },
    more: all(
      yearly,
      () => ({
        NameOfOther: '見本　十三',
        NameOfOtherKana: 'ﾐﾎﾝ ﾄﾐ',
        Sex2: '2',
        ReferenceNumber: '00113',
      }),
      elderlyRecipient('020'),
      (asked) =>
        limit('B05', '02', { LimitApplicationCertificateLongTermDate: firstOfLastMonth(asked.on) })(
          asked,
        ),
      diseases(['1', '10000']),
      consents(['0', '1', '1', '0']),
    ),
  },
  {
    number: '14',
    shows: '75+, 後期高齢者 010, limit B06',
    showsJa: '75歳以上・1割、限度額 低所得Ⅰ',
    person: person('検証　十四', 'ｹﾝｼｮｳ ﾄｼ', '2', '19440214'),
    cover: { insurer: insurers.elderly, number: '01234514', since: '20190214' },
    more: all(yearly, ratio('010'), limit('B06', '02')),
  },
  {
    number: '15',
    shows: '75+, 後期高齢者 010, limit B07 (certificate 03)',
    showsJa: '75歳以上・1割、限度額 低所得Ⅰ（老福）、標準負担額減額認定証',
    person: person('検証　十五', 'ｹﾝｼｮｳ ﾄｺﾞ', '1', '19380315'),
    cover: { insurer: insurers.elderly, number: '01234515', since: '20130315' },
    more: all(yearly, ratio('010'), limit('B07', '03')),
  },
  {
    number: '16',
    shows: '70-74, 高齢受給者証 010, short-term retired (04), limit B08',
    showsJa: '70〜74歳・1割・短期（退職）、限度額 低所得Ⅰ（境）',
    person: person('架空　十六', 'ｶｸｳ ﾄﾑ', '1', '19550416'),
    cover: {
      insurer: insurers.retired,
      classification: '04',
      symbol: '架空退',
      number: '1616',
      branch: '01',
    },
    more: all(yearly, elderlyRecipient('010'), limit('B08', '02')),
  },
  {
    number: '17',
    shows: '75+, 後期高齢者 020, limit B09',
    showsJa: '75歳以上・2割、限度額 一般Ⅱ',
    person: person('検証　十七', 'ｹﾝｼｮｳ ﾄﾅ', '2', '19460517'),
    cover: { insurer: insurers.elderly, number: '01234517', since: '20210517' },
    more: all(yearly, ratio('020'), limit('B09')),
  },
  {
    number: '18',
    shows: '75+, 後期高齢者 010, limit B10',
    showsJa: '75歳以上・1割、限度額 一般Ⅰ',
    person: person('検証　十八', 'ｹﾝｼｮｳ ﾄﾔ', '1', '19470618'),
    cover: { insurer: insurers.elderly, number: '01234518', since: '20220618' },
    more: all(yearly, ratio('010'), limit('B10')),
  },
]
