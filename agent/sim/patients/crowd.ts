import { insurers, patient, personError, processed } from './case.ts'
import { addDays } from './dates.ts'
import type { CardFace, Patient } from './element.ts'

/*
 * Beside the forty of `patients.ts` any number of people who are not worth a case of their own: each
 * has card after card, as whoever changes the employer does. A card says by itself what is answered.
 */

/** What the official side answers to the k-th card (from 0) of a person. */
export type CrowdAnswer = 'valid' | 'invalid' | 'failed'

const ANSWERS: readonly CrowdAnswer[] = [
  ...Array.from({ length: 8 }, () => 'valid' as const),
  'failed',
  'invalid',
]
export const crowdAnswer = (card: number): CrowdAnswer => ANSWERS[card % ANSWERS.length] ?? 'valid'

const INSURERS = [insurers.society, insurers.association, insurers.mutualAid, insurers.city]
const FIRST_CARD = '20200101'
const DAYS_PER_CARD = 30
/** The newest begins in August 2025. */
export const CARDS_MOST = 69
export const PEOPLE_MOST = 9_999

const DIGITS = '〇一二三四五六七八九'
const inKanji = (n: number) => String(n).replace(/\d/g, (digit) => DIGITS.charAt(Number(digit)))
const KANA = ['ﾚｲ', 'ｲﾁ', 'ﾆ', 'ｻﾝ', 'ﾖﾝ', 'ｺﾞ', 'ﾛｸ', 'ﾅﾅ', 'ﾊﾁ', 'ｷｭｳ']
const inKana = (n: number) => String(n).replace(/\d/g, (digit) => KANA[Number(digit)] ?? '')
const two = (n: number) => String(n).padStart(2, '0')

/** Under 70 for years to come, whatever the day. */
const birthdateOf = (person: number) =>
  `${1965 + (person % 40)}${two(1 + (person % 12))}${two(1 + (person % 28))}`

const numberOf = (person: number, card: number) => `${String(person).padStart(4, '0')}${two(card)}`

/** The k-th card (from 0, to `CARDS_MOST`) of a person (from 1, to `PEOPLE_MOST`). */
export const crowdPatient = (person: number, card: number): Patient => {
  const insurer = INSURERS[(person + card) % INSURERS.length] ?? insurers.city
  const answer = crowdAnswer(card)
  return patient({
    number: `crowd-${person}`,
    shows: 'one of a crowd',
    showsJa: '多数の一人',
    person: {
      name: `群衆　${inKanji(person)}`,
      kana: `ｸﾞﾝｼｭｳ ${inKana(person)}`,
      sex: person % 2 === 0 ? '2' : '1',
      birthdate: birthdateOf(person),
    },
    cover: {
      insurer,
      symbol: '群',
      number: numberOf(person, card),
      branch: '01',
      since: addDays(FIRST_CARD, card * DAYS_PER_CARD),
    },
    outcome: answer,
    answer: (asked, result) => {
      if (answer === 'failed') return personError('SIM0107E', '（模擬）処理できませんでした。')
      if (answer === 'valid') return processed('1', [result])
      return processed('2', [{ ...result, DisqualificationDate: asked.on, ReasonOfLoss: '01' }])
    },
  })
}

/** The card that this face is of, where it is one of the crowd's. */
export const crowdByCardFace = (asked: CardFace): Patient | undefined => {
  const [, person, card] = /^(\d{4})(\d{2})$/.exec(asked.insuredIdentificationNumber.trim()) ?? []
  if (person === undefined || Number(person) === 0 || Number(card) > CARDS_MOST) return undefined
  const found = crowdPatient(Number(person), Number(card))
  const { insurerNumber, insuredCardSymbol, birthdate } = found.cardFace
  const isSame =
    insurerNumber === asked.insurerNumber.trim() &&
    insuredCardSymbol === asked.insuredCardSymbol &&
    birthdate === asked.birthdate
  return isSame ? found : undefined
}
