import { type Static, Type } from 'typebox'

const strict = { additionalProperties: false } as const
const from = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  'x-write': 'a date in quotes, "2028-06-01"',
  description: 'In force from this day on, YYYY-MM-DD.',
})
const months = (description: string) => Type.Integer({ minimum: 0, maximum: 24, description })
const age = (description: string) => Type.Integer({ minimum: 0, maximum: 120, description })
const hour = (description: string) => Type.Integer({ minimum: 0, maximum: 24, description })
const monthDay = (description: string) =>
  Type.String({
    pattern: '^\\d{2}-\\d{2}$',
    'x-write': 'month and day in quotes, "12-29"',
    description: `${description} MM-DD.`,
  })
const Shares = Type.Array(
  Type.String({ pattern: '^0[0-9]{2}$', 'x-write': 'an official code in quotes, "030"' }),
  { minItems: 1 },
)

/**
 * What the fee schedule and the law say, as dated tables: of each the row with the latest `from` that
 * is not after the day in question holds, so that a revision is loaded ahead. Built in:
 * `built-in-rules.ts`.
 */
export const Rules = Type.Object(
  {
    ages: Type.Array(
      Type.Object(
        {
          from,
          preschool: age(
            '未就学: until 31 March after this birthday; births of 1 April a year earlier.',
          ),
          elderly: age(
            '高齢受給者: from the month after this birthday; of the 1st from that month.',
          ),
          lateElderly: age('後期高齢者: from this birthday on.'),
          lateElderlyByDisability: age('後期高齢者 by 障害認定: from this birthday on.'),
          shares: Type.Object(
            { preschool: Shares, general: Shares, elderly: Shares, lateElderly: Shares },
            { ...strict, description: 'Which 負担割合 there are, official codes (`010`).' },
          ),
        },
        strict,
      ),
      { minItems: 1, description: 'Ages at which insurance or 負担割合 change.' },
    ),
    renewals: Type.Array(
      Type.Object(
        { from, day: monthDay('The day of the yearly renewal.'), age: age('From this age on.') },
        strict,
      ),
      { minItems: 1, description: '8月1日 renewals of 高齢受給者証 and 後期高齢者医療.' },
    ),
    cardCertificates: Type.Array(
      Type.Object(
        {
          from,
          remindMonths: months('Reminded so long before the end of 利用者証明用電子証明書.'),
          graceMonths: months(
            'So long afterwards eligibility can still be asked, to the end of that month.',
          ),
        },
        strict,
      ),
      { minItems: 1, description: 'The certificate on a My Number card.' },
    ),
    receptionTimes: Type.Array(
      Type.Object(
        {
          from,
          earlyFrom: hour('早朝 begins.'),
          dayFrom: hour('日中 begins.'),
          nightFrom: hour('夜間 begins.'),
          midnightFrom: hour('深夜 begins; it ends where 早朝 begins.'),
          saturdayNightFrom: hour(
            '夜間・早朝等加算 on Saturdays, inside the hours, from this hour.',
          ),
          holidaysFrom: monthDay('休日 at the turn of the year, first day.'),
          holidaysTo: monthDay('休日 at the turn of the year, last day.'),
        },
        strict,
      ),
      { minItems: 1, description: '時間外等加算 and 夜間・早朝等加算.' },
    ),
    insurerLaws: Type.Array(
      Type.Object(
        {
          from,
          laws: Type.Array(
            Type.String({ pattern: '^\\d{2}$', 'x-write': 'two digits in quotes, "06"' }),
          ),
        },
        strict,
      ),
      { minItems: 1, description: '法別番号: first two of eight digits of an 保険者番号.' },
    ),
    documents: Type.Array(
      Type.Object(
        {
          from,
          names: Type.Array(
            Type.String({
              minLength: 1,
              maxLength: 40,
              'x-write': 'a name in quotes, "資格確認書"',
            }),
            { minItems: 1 },
          ),
        },
        strict,
      ),
      { minItems: 1, description: 'What bears the numbers that reception types.' },
    ),
  },
  strict,
)
export type Rules = Static<typeof Rules>

/** The row that holds on a day, `YYYY-MM-DD`; where all begin later, the first one. */
export function inForce<T extends { readonly from: string }>(rows: readonly T[], day: string): T {
  // Rows of one day stay in their order: the last one is that of the clinic's own file.
  const ordered = rows.toSorted(
    (one, other) => Number(one.from > other.from) - Number(one.from < other.from),
  )
  const row = ordered.findLast((one) => one.from <= day) ?? ordered[0]
  if (row === undefined) throw new Error('a table of rules is empty')
  return row
}

/** `rules` with the rows of `more` beside its own; of the same day, that of `more` holds. */
export const withRows = (rules: Rules, more: Partial<Rules>): Rules => ({
  ages: [...rules.ages, ...(more.ages ?? [])],
  renewals: [...rules.renewals, ...(more.renewals ?? [])],
  cardCertificates: [...rules.cardCertificates, ...(more.cardCertificates ?? [])],
  receptionTimes: [...rules.receptionTimes, ...(more.receptionTimes ?? [])],
  insurerLaws: [...rules.insurerLaws, ...(more.insurerLaws ?? [])],
  documents: [...rules.documents, ...(more.documents ?? [])],
})
