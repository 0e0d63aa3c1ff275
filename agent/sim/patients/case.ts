import { createHash } from 'node:crypto'
import type { Answer, Asked, Fields, Outcome, Patient } from './element.ts'

export interface Person {
  /** Kanji with a full-width space. */
  readonly name: string
  /** Half-width katakana with a half-width space. */
  readonly kana: string
  readonly sex: '1' | '2' | '3'
  readonly birthdate: string
}

export interface Insurer {
  readonly number: string
  readonly name: string
}

/** One insurance of one person. */
export interface Cover {
  readonly insurer: Insurer
  readonly classification?: string
  readonly symbol?: string
  readonly number: string
  readonly branch?: string
  /** The insured person, when it is a member of the family who is asked about. */
  readonly householder?: string
  readonly since?: string
}

/** A `Patient` before the usual parts are filled in. */
export interface Case {
  readonly number: string
  readonly shows: string
  readonly showsJa: string
  readonly person: Person
  readonly cover: Cover
  readonly outcome?: Outcome
  readonly cardExpires?: Patient['cardExpires']
  /** The card face bears no branch number, though the answer has one. */
  readonly noBranchOnFace?: true
  /** Laid over the result. */
  readonly more?: (asked: Asked) => Fields
  /** The whole answer, when it is not one valid result. */
  readonly answer?: (asked: Asked, result: Fields) => Answer
}

/** Appends the check digit: weights 2,1,2,1 from the right, digits of the products summed. */
const withCheckDigit = (body: string) => {
  const sum = [...body].reverse().reduce((total, digit, place) => {
    const product = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + Math.floor(product / 10) + (product % 10)
  }, 0)
  return body + String((10 - (sum % 10)) % 10)
}

const insurer = (body: string, name: string): Insurer => ({ number: withCheckDigit(body), name })

/** Invented bodies; the first two digits are the real 法別番号, six digits are 国民健康保険. */
export const insurers = {
  society: insurer('0613999', '見本健康保険組合'),
  association: insurer('0113999', '見本協会けんぽ'),
  city: insurer('13899', '架空区'),
  elderly: insurer('3913999', '見本県後期高齢者医療広域連合'),
  aid: insurer('1213799', '架空福祉事務所'),
  mutualAid: insurer('3113999', '見本共済組合'),
  specialRetired: insurer('6313999', '見本特例退職健康保険組合'),
  defence: insurer('0713999', '見本自衛隊'),
  retired: insurer('6713999', '架空区（退職）'),
} as const

/** The element is eight wide; shorter numbers have spaces on the left. */
const WIDTH_OF_INSURER_NUMBER = 8

export const result = (person: Person, cover: Cover): Fields => ({
  InsuredCardClassification: cover.classification ?? '01',
  InsurerNumber: cover.insurer.number.padStart(WIDTH_OF_INSURER_NUMBER),
  ...(cover.symbol === undefined ? {} : { InsuredCardSymbol: cover.symbol }),
  InsuredIdentificationNumber: cover.number,
  ...(cover.branch === undefined
    ? {}
    : {
        InsuredBranchNumber: cover.branch,
        PersonalFamilyClassification: cover.householder === undefined ? '1' : '2',
        InsuredName: cover.householder ?? person.name,
      }),
  Name: person.name,
  NameKana: person.kana,
  Sex1: person.sex,
  Birthdate: person.birthdate,
  Address: '東京都架空区見本町１丁目２番３号',
  PostNumber: '100-0000',
  QualificationDate: cover.since ?? '20240401',
  InsuredCertificateIssuanceDate: cover.since ?? '20240401',
  InsuredCardValidDate: cover.since ?? '20240401',
  InsurerName: cover.insurer.name,
})

/** A processed question with this validity; no list when there are no results. */
export const processed = (validity: string, results: readonly Fields[]): Answer => ({
  body: {
    ProcessingResultStatus: '1',
    QualificationValidity: validity,
    ...(results.length === 0 ? {} : { ResultList: { ResultOfQualificationConfirmation: results } }),
  },
})

/** Status 2: the question about this person could not be processed. */
export const personError = (code: string, message: string): Answer => ({
  body: {
    ProcessingResultStatus: '2',
    ProcessingResultCode: code,
    ProcessingResultMessage: message,
  },
})

/** Segment 9: the whole message failed; there is no body. */
export const headerError = (code: string, message: string): Answer => ({
  header: { SegmentOfResult: '9', ErrorCode: code, ErrorMessage: message },
})

const cardIdOf = (number: string) =>
  createHash('sha256')
    .update(`simulated card of patient ${number}`)
    .digest('hex')
    .slice(0, 26)
    .toUpperCase()

export const patient = (from: Case): Patient => {
  const { cover, person } = from
  return {
    number: from.number,
    shows: from.shows,
    showsJa: from.showsJa,
    outcome: from.outcome ?? 'valid',
    cardFace: {
      insurerNumber: cover.insurer.number,
      ...(cover.symbol === undefined ? {} : { insuredCardSymbol: cover.symbol }),
      insuredIdentificationNumber: cover.number,
      ...(cover.branch === undefined || from.noBranchOnFace
        ? {}
        : { insuredBranchNumber: cover.branch }),
      birthdate: person.birthdate,
    },
    cardId: cardIdOf(from.number),
    cardExpires: from.cardExpires ?? 'in-years',
    answer: (asked) => {
      const one = { ...result(person, cover), ...from.more?.(asked) }
      return from.answer?.(asked, one) ?? processed('1', [one])
    },
  }
}
