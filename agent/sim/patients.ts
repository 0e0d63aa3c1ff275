import { aid } from './patients/aid.ts'
import { patient } from './patients/case.ts'
import { elderly } from './patients/elderly.ts'
import type { CardFace, Patient } from './patients/element.ts'
import { insured } from './patients/insured.ts'
import { oddities } from './patients/odd.ts'

/** The forty invented people whom the simulated official side knows, by number. */
export const patients: readonly Patient[] = [...insured, ...elderly, ...aid, ...oddities]
  .map(patient)
  .sort((a, b) => Number(a.number) - Number(b.number))

/** `number` as "07" or "7"; undefined when there is none. */
export const patientByNumber = (number: string): Patient | undefined =>
  patients.find((one) => one.number === number.padStart(2, '0'))

/** The patient whose card certificate has this common name. */
export const patientByCardId = (cardId: string): Patient | undefined =>
  patients.find((one) => one.cardId === cardId)

const withoutZeros = (text: string) => text.trim().replace(/^0+/, '')
/** Full-width and half-width are the same symbol; so are the dots and dashes people type. */
const sameWidth = (text: string) =>
  text
    .normalize('NFKC')
    .replace(/[･・.]/g, '・')
    .replace(/[-‐−–—―ー]/g, '-')
    .replace(/\s/g, '')

/** Everyone of these with this card face. The branch decides only when the question has one. */
export const withCardFace = (among: readonly Patient[], asked: CardFace): readonly Patient[] =>
  among.filter(
    ({ cardFace }) =>
      withoutZeros(cardFace.insurerNumber) === withoutZeros(asked.insurerNumber) &&
      sameWidth(cardFace.insuredCardSymbol ?? '') === sameWidth(asked.insuredCardSymbol ?? '') &&
      withoutZeros(cardFace.insuredIdentificationNumber.normalize('NFKC')) ===
        withoutZeros(asked.insuredIdentificationNumber.normalize('NFKC')) &&
      cardFace.birthdate === asked.birthdate &&
      (!asked.insuredBranchNumber ||
        cardFace.insuredBranchNumber === undefined ||
        Number(cardFace.insuredBranchNumber) === Number(asked.insuredBranchNumber)),
  )

/** Of the forty. */
export const patientsByCardFace = (asked: CardFace): readonly Patient[] =>
  withCardFace(patients, asked)

const MS_PER_DAY = 86_400_000

/** When this patient's card certificate ends, seen from `now` (both epoch ms). */
export const cardNotAfter = (
  { cardExpires }: Pick<Patient, 'cardExpires'>,
  now: number,
): number => {
  if (cardExpires === 'already') return now - 30 * MS_PER_DAY
  return now + (cardExpires === 'within-3-months' ? 60 : 4 * 365) * MS_PER_DAY
}

const COLUMNS = ['No', 'insurer', 'symbol', 'number', 'branch', 'birth', 'outcome', 'shows', '表示']

/** The forty as a Markdown table. */
export const patientsTable = (): string =>
  [
    COLUMNS,
    COLUMNS.map(() => '---'),
    ...patients.map(({ number, cardFace, outcome, shows, showsJa }) => [
      number,
      cardFace.insurerNumber,
      cardFace.insuredCardSymbol ?? '',
      cardFace.insuredIdentificationNumber,
      cardFace.insuredBranchNumber ?? '',
      cardFace.birthdate,
      outcome,
      shows,
      showsJa,
    ]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('')
