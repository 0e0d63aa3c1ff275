import { AgentError, type Mistake } from '../kernel/errors.ts'
import type { IntakeFace, IntakeForm } from '../kernel/offline-intake.ts'
import { officialDayOf } from './birthdate.ts'
import { type Checks, digits, isWritable, lengthOf, mistakesOf, tidy } from './card-face.ts'
import { refuseIndividualNumbers, type TypedField } from './individual-number.ts'

const NAME_LENGTH = 100
const ADDRESS_LENGTH = 200

/**
 * A form made fit to be kept: digits half-width, days official, empty fields left out, everything else as typed.
 * Throws `INDIVIDUAL_NUMBER_REFUSED`, or `INTAKE_INVALID` with every mistake of what cannot be a
 * person. Keys come out in one order, whatever order they were sent in.
 */
export function checkOfflineIntake(typed: IntakeForm, checks: Checks): IntakeForm {
  refuseIndividualNumbers(textsIn(typed), checks)
  const form = tidyForm(typed)
  const mistakes = mistakesInForm(form, checks)
  if (mistakes.length === 0) return form
  throw new AgentError('INTAKE_INVALID', `${mistakes.length} fields cannot be a person’s`, {
    mistakes,
  })
}

/** Every text of a form under the name of its field. */
const textsIn = ({ cardFace, ...form }: IntakeForm): TypedField[] => [
  ...Object.entries(form).flatMap(([field, value]): TypedField[] =>
    typeof value === 'string' ? [[field, value]] : [],
  ),
  ...Object.entries(cardFace ?? {}).map(
    ([field, value]): TypedField => [`cardFace.${field}`, value],
  ),
]

function tidyForm(typed: IntakeForm): IntakeForm {
  const nameKana = typed.nameKana?.trim()
  const patientNumber = typed.patientNumber?.trim()
  const birthdate = officialDayOf(typed.birthdate)
  const isFaceEmpty = Object.values(typed.cardFace ?? {}).every((value) => value.trim() === '')
  return {
    name: typed.name.trim(),
    ...(nameKana && { nameKana }),
    birthdate,
    sex: digits(typed.sex),
    address: typed.address.trim(),
    ...(typed.consent !== undefined && { consent: typed.consent }),
    ...(patientNumber && { patientNumber }),
    ...(typed.cardFace && !isFaceEmpty && { cardFace: tidyFace(typed.cardFace, birthdate) }),
  }
}

function tidyFace(typed: IntakeFace, birthdate: string): IntakeFace {
  const { birthdate: _, ...face } = tidy({ ...typed, birthdate })
  return face
}

/** Is it wrong, which field, Japanese, English. */
type Rule = readonly [boolean, string, string, string]

const unwritable = ([field, value]: [string, string]): Rule => [
  !isWritable(value),
  field,
  '使えない文字があります。',
  'holds a control character, or one that XML cannot carry',
]

function mistakesInForm(form: IntakeForm, checks: Checks): Mistake[] {
  const { name, nameKana, sex, address, patientNumber = '', birthdate, cardFace } = form
  // biome-ignore format: a table; one rule a row reads best
  const rules: readonly Rule[] = [
    [name === '', 'name', '氏名を入力してください。', 'must not be empty'],
    [lengthOf(name) > NAME_LENGTH, 'name', `氏名は${NAME_LENGTH}文字以内です。`, `up to ${NAME_LENGTH} characters`],
    [lengthOf(nameKana) > NAME_LENGTH, 'nameKana', `氏名カナは${NAME_LENGTH}文字以内です。`, `up to ${NAME_LENGTH} characters`],
    [!/^[123]$/.test(sex), 'sex', '性別は 1（男）、2（女）、3（未設定）のどれかです。', '1, 2 or 3'],
    [address === '', 'address', '住所を入力してください。', 'must not be empty'],
    [lengthOf(address) > ADDRESS_LENGTH, 'address', `住所は${ADDRESS_LENGTH}文字以内です。`, `up to ${ADDRESS_LENGTH} characters`],
    ...Object.entries({ name, nameKana: nameKana ?? '', sex, address, patientNumber }).map(unwritable),
  ]
  const ofRules = rules
    .filter(([isWrong]) => isWrong)
    .map(([, field, title, detail]) => ({ field, title, detail }))
  return [...ofRules, ...mistakesOfFace(birthdate, cardFace, checks)]
}

/** The birth date and, where there is a card face, its fields. */
const mistakesOfFace = (birthdate: string, face: IntakeFace | undefined, checks: Checks) =>
  mistakesOf({ ...face, birthdate }, checks).map((mistake) =>
    mistake.field === 'birthdate' ? mistake : { ...mistake, field: `cardFace.${mistake.field}` },
  )
