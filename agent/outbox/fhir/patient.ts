import type { OfficialResult } from '../../kernel/official.ts'
import { hasPlaceholder, plain, type Traits } from '../../kernel/person.ts'
import type { Verification } from '../../kernel/verification.ts'
import { fromDate, sexes, toDate } from './codes.ts'
import { type JsonObject, objectsIn, type Stored, type Token, textIn } from './json.ts'
import { extensions } from './systems.ts'
import { toFullKana, toNameText } from './widths.ts'

/** Kanji (IDE) and kana (SYL) of one name. [JP Core, JP_Patient.name] */
type NameForm = 'IDE' | 'SYL'

const namePartsOf = (text: string): JsonObject => {
  const [family = '', ...given] = text.split(' ')
  return given.length === 0 ? { text } : { text, family, given }
}

/** The names that a result says, in the width of FHIR. */
const namesOf = ({ name = '', nameKana = '' }: OfficialResult) => {
  const said: readonly (readonly [NameForm, string])[] = [
    ['IDE', toNameText(name)],
    ['SYL', toFullKana(nameKana)],
  ]
  return said.filter(([, text]) => text !== '')
}

const humanName = (form: NameForm, text: string): JsonObject => ({
  extension: [{ url: extensions.nameForm, valueCode: form }],
  use: 'official',
  ...namePartsOf(text),
})

const formOf = (name: JsonObject): string => {
  const said = objectsIn(name['extension']).find(({ url }) => url === extensions.nameForm)
  return textIn(said?.['valueCode']) || 'IDE'
}

const givenIn = (name: JsonObject) => {
  const list = name['given']
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}

const nameText = (name: JsonObject): string =>
  textIn(name['text']) || [textIn(name['family']), ...givenIn(name)].join(' ').trim()

const PAST: readonly unknown[] = ['old', 'maiden', 'nickname', 'anonymous', 'temp']

const isCurrent = (name: JsonObject, form: NameForm) =>
  formOf(name) === form && !PAST.includes(name['use'])

/** Who a Patient is, in the official strings. */
export function traitsOf(patient: JsonObject): Traits {
  const names = objectsIn(patient['name'])
  const textOf = (form: NameForm) => {
    const name = names.find((one) => isCurrent(one, form))
    return name === undefined ? '' : nameText(name)
  }
  return {
    name: textOf('IDE'),
    nameKana: textOf('SYL'),
    birthdate: fromDate(textIn(patient['birthDate'])),
    sex: sexes.from(textIn(patient['gender'])) ?? '3',
  }
}

export const officialTraits = (result: OfficialResult): Traits => ({
  name: result.name ?? '',
  nameKana: result.nameKana ?? '',
  birthdate: result.birthdate ?? '',
  sex: result.sex1 ?? '3',
})

/**
 * The result that tells who a verification's patient is. Where its name has ●, the clinic's own record
 * may have a better one, which is what an EHR wants.
 */
export function resultOfPatient({
  results,
  patient,
}: Pick<Verification, 'results' | 'patient'>): OfficialResult | undefined {
  const [first] = results
  const name = patient?.name ?? ''
  const isBetter = hasPlaceholder(first?.name ?? '') && name !== '' && !hasPlaceholder(name)
  return isBetter ? { ...first, name } : first
}

function addressOf({ address = '', postNumber = '' }: OfficialResult): readonly JsonObject[] {
  const digits = postNumber.normalize('NFKC').replace(/\D/g, '')
  const postalCode = digits.length === 7 ? `${digits.slice(0, 3)}-${digits.slice(3)}` : ''
  if (address === '' && postalCode === '') return []
  return [
    {
      use: 'home',
      ...(address !== '' && { text: address }),
      ...(postalCode !== '' && { postalCode }),
    },
  ]
}

/** What a result says of a person beside the names. */
function detailsOf(result: OfficialResult): JsonObject {
  const birthDate = toDate(result.birthdate)
  const address = addressOf(result)
  return {
    gender: sexes.to(result.sex1) ?? 'unknown',
    ...(birthDate !== undefined && { birthDate }),
    ...(address.length > 0 && { address }),
  }
}

/** What a result says of a person, where nothing is stored yet. */
export function patientOf(result: OfficialResult, chart: Token): JsonObject {
  const name = namesOf(result).map(([form, text]) => humanName(form, text))
  return {
    resourceType: 'Patient',
    identifier: [{ ...chart }],
    active: true,
    ...(name.length > 0 && { name }),
    ...detailsOf(result),
  }
}

/** A name that we wrote as it should be kept: a good one is never replaced by one with ●. */
function layName(stored: JsonObject, text: string): JsonObject {
  const kept = nameText(stored)
  const isKept = plain(kept) === plain(text) || (hasPlaceholder(text) && !hasPlaceholder(kept))
  if (kept !== '' && isKept) return stored
  const { text: _, family: __, given: ___, ...rest } = stored
  return { ...rest, ...namePartsOf(text) }
}

function layNames(stored: readonly JsonObject[], result: OfficialResult, isOurs: boolean) {
  const names = [...stored]
  for (const [form, text] of namesOf(result)) {
    const at = names.findIndex((one) => isCurrent(one, form))
    const found = names[at]
    if (found === undefined) names.push(humanName(form, text))
    else if (isOurs || nameText(found) === '') names[at] = layName(found, text)
  }
  return names
}

/**
 * A stored Patient with what the official side knows: what the chart leaves out, and, in a Patient
 * that we made (`isOurs`), names that it has anew. How the EHR's own staff spell a name (髙 or 高) is
 * theirs. Address, birth date and sex of the chart stay: the address is where the clinic writes to, and
 * another birth date or sex is another person.
 */
export function layPatient(stored: Stored, result: OfficialResult, isOurs: boolean): Stored {
  const { gender, birthDate, address } = detailsOf(result)
  const name = layNames(objectsIn(stored['name']), result, isOurs)
  const isUnsaid = stored['gender'] === undefined || stored['gender'] === 'unknown'
  const hasAddress = objectsIn(stored['address']).length > 0
  return {
    ...stored,
    ...(name.length > 0 && { name }),
    ...(isUnsaid && gender !== 'unknown' && { gender }),
    ...(stored['birthDate'] === undefined && birthDate !== undefined && { birthDate }),
    ...(!hasAddress && address !== undefined && { address }),
  }
}
