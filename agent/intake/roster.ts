import { AgentError, asFault, type Mistake } from '../kernel/errors.ts'
import type { RosterChange, RosterForm } from '../kernel/roster.ts'
import { isoDateOf, toOfficialDate } from '../kernel/time.ts'
import { officialDayOf } from './birthdate.ts'
import { type Checks, checkCardFace, isWritable, lengthOf } from './card-face.ts'
import { refuseIndividualNumbers } from './individual-number.ts'

/** Characters. */
const LENGTHS = {
  patientNumber: 50,
  name: 100,
  nameKana: 100,
  owner: 100,
  note: 500,
  'device.name': 100,
  'device.contractNumber': 50,
  'device.supplier': 100,
} as const

/**
 * An entry made fit to be kept: digits half-width, empty fields left out, everything else as typed.
 * Throws `INDIVIDUAL_NUMBER_REFUSED`, or `ROSTER_INVALID` with every mistake.
 */
export function checkRoster(typed: RosterChange, checks: Checks): RosterForm {
  refuseIndividualNumbers(textsIn(typed), checks)
  const { form, mistakes } = formOf(typed, checks)
  if (form !== null && mistakes.length === 0) return form
  throw new AgentError('ROSTER_INVALID', `${mistakes.length} fields cannot be kept`, { mistakes })
}

/** Every text of an entry under the name of its field. */
function textsIn(values: object, path = ''): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[path + name, value]] : textsIn(value, `${path}${name}.`),
  )
}

function formOf(typed: RosterChange, checks: Checks) {
  const { kind } = typed
  const { patientNumber = '', ...texts } = tidy(typed, TEXTS)
  const birthdate = texts.birthdate === undefined ? undefined : officialDayOf(texts.birthdate)
  const device = tidy(typed.device ?? {}, ['name', 'contractNumber', 'supplier'])
  const { face, mistakes: ofFace } = checkFace(typed.cardFace, birthdate, checks)
  const rest = {
    ...texts,
    ...(birthdate !== undefined && { birthdate }),
    ...(Object.keys(device).length > 0 && { device }),
  }
  const mistakes = [
    ...missing({ patientNumber, kind: kind ?? '' }),
    ...tooLong({ patientNumber, ...rest }),
    ...notWritable({ patientNumber, ...rest }),
    ...ofFace,
    // A birth date is checked with the card already, where there is one.
    ...wrongDates(rest, checks.nowMs).filter((one) => !ofFace.some(isOfSameField(one))),
  ]
  if (kind === undefined) return { form: null, mistakes }
  return { form: { patientNumber, kind, ...rest, ...(face && { cardFace: face }) }, mistakes }
}

const TEXTS = [
  'patientNumber',
  'name',
  'nameKana',
  'birthdate',
  'contractEnd',
  'owner',
  'note',
] as const

/** Without what is empty. */
function tidy<K extends string>(
  typed: { readonly [P in K]?: string },
  names: readonly K[],
): { [P in K]?: string } {
  const tidied: { [P in K]?: string } = {}
  for (const name of names) {
    const text = typed[name]?.trim() ?? ''
    if (text !== '') tidied[name] = text
  }
  return tidied
}

const isOfSameField =
  ({ field }: Mistake) =>
  (other: Mistake) =>
    other.field === field

const mistake = (field: string, title: string, detail: string): Mistake => ({
  field,
  title,
  detail,
})

const missing = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts)
    .filter(([, value]) => value === '')
    .map(([field]) => mistake(field, '必須の項目です。', 'is required'))

function tooLong(form: object): Mistake[] {
  const texts = new Map(textsIn(form))
  return Object.entries(LENGTHS)
    .filter(([field, length]) => lengthOf(texts.get(field)) > length)
    .map(([field, length]) =>
      mistake(field, `${length}文字以内です。`, `up to ${length} characters`),
    )
}

const notWritable = (form: object) =>
  textsIn(form)
    .filter(([, value]) => !isWritable(value))
    .map(([field]) => mistake(field, '使えない文字があります。', 'holds a control character'))

function wrongDates({ birthdate, contractEnd }: RosterChange, nowMs: number): Mistake[] {
  const isBorn =
    birthdate === undefined ||
    (isoDateOf(birthdate) !== undefined && birthdate <= toOfficialDate(nowMs))
  const isEnd = contractEnd === undefined || isDay(contractEnd)
  return [
    ...(isBorn
      ? []
      : [
          mistake(
            'birthdate',
            '生年月日は今日までの日付で、西暦8桁（例 19800502）か元号（例 S550502）です。',
            'a date, YYYYMMDD or by its era, not in the future',
          ),
        ]),
    ...(isEnd
      ? []
      : [mistake('contractEnd', '契約の期限は 2026-09-30 の形の日付です。', 'a date, YYYY-MM-DD')]),
  ]
}

const isDay = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && isoDateOf(text.replaceAll('-', '')) !== undefined

/** The card as it can be asked, checked as every typed one. */
function checkFace(
  typed: RosterChange['cardFace'],
  birthdate: string | undefined,
  checks: Checks,
): { readonly face: RosterForm['cardFace']; readonly mistakes: readonly Mistake[] } {
  const isEmpty = Object.values(typed ?? {}).every((value) => value.trim() === '')
  if (typed === undefined || isEmpty) return { face: undefined, mistakes: [] }
  if (birthdate === undefined) {
    const title = '保険の番号を入れるときは、生年月日も必要です。'
    return {
      face: undefined,
      mistakes: [mistake('birthdate', title, 'needed with a card face')],
    }
  }
  try {
    const { birthdate: _, ...face } = checkCardFace({ ...typed, birthdate }, checks)
    return { face, mistakes: [] }
  } catch (error) {
    const { code, mistakes } = asFault(error)
    if (code !== 'CARD_FACE_INVALID') throw error
    return { face: undefined, mistakes: mistakes.map(onCard) }
  }
}

const onCard = (one: Mistake): Mistake =>
  one.field === 'birthdate' ? one : { ...one, field: `cardFace.${one.field}` }
