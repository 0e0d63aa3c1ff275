import { BehaviourError } from '../behaviour.ts'
import type { Element, Fields } from '../patients/element.ts'
import { HEALTH_CLASSES, PUBLIC_CLASSES } from './classes.ts'
import { isDate, OPEN_END } from './dates.ts'
import { listOf, textsOf } from './fields.ts'
import { type Ledger, patientId } from './ledger.ts'
import {
  basicsOf,
  CONDITION,
  HEALTH,
  type HealthInsurance,
  HOME,
  MARKS,
  type Marks,
  NO_MARKS,
  PAYMENT,
  type Patient,
  PERSON,
  PERSONALLY,
  type Person,
  PUBLIC,
  type PublicInsurance,
  WORKPLACE,
} from './patient.ts'

/** A patient to begin with. What is left out is empty; rows without an id get one. */
export interface SeedPatient extends Partial<Person>, Partial<Marks> {
  readonly Patient_ID: string
  readonly WholeName: string
  readonly WholeName_inKana: string
  readonly BirthDate: string
  readonly Sex: string
  readonly Home_Address_Information?: Partial<Patient['Home_Address_Information']>
  readonly WorkPlace_Information?: Partial<Patient['WorkPlace_Information']>
  readonly Payment_Information?: Partial<Patient['Payment_Information']>
  readonly Condition_Information?: Partial<Patient['Condition_Information']>
  readonly Personally_Information?: Partial<Patient['Personally_Information']>
  readonly HealthInsurance_Info?: readonly Partial<HealthInsurance>[]
  readonly PublicInsurance_Info?: readonly Partial<PublicInsurance>[]
}

const RECORDS: Readonly<Record<string, readonly string[]>> = {
  Home_Address_Information: HOME,
  WorkPlace_Information: WORKPLACE,
  Payment_Information: PAYMENT,
  Condition_Information: CONDITION,
  Personally_Information: PERSONALLY,
}
const LISTS: Readonly<Record<string, readonly string[]>> = {
  HealthInsurance_Info: HEALTH,
  PublicInsurance_Info: PUBLIC,
}
/** What `GET /patients` gives beside; it is made anew. */
const IGNORED = 'combinations'

const textsIn = (given: unknown, names: readonly string[], where: string): Fields => {
  if (typeof given !== 'object' || given === null)
    throw new BehaviourError(`${where} is an object of texts`)
  const fields: { [name: string]: Element } = {}
  for (const [name, value] of Object.entries(given)) {
    if (!names.includes(name)) throw new BehaviourError(`${where} has no ${name}`)
    if (typeof value !== 'string') throw new BehaviourError(`${where}.${name} is a text`)
    fields[name] = value
  }
  return fields
}

const valueIn = (name: string, value: unknown): Element => {
  const list = LISTS[name]
  const record = RECORDS[name]
  if (record !== undefined) return textsIn(value, record, name)
  if (list === undefined) {
    const own = textsIn({ [name]: value }, ['Patient_ID', ...PERSON, ...MARKS], 'a patient')
    return own[name] ?? ''
  }
  if (!Array.isArray(value)) throw new BehaviourError(`${name} is a list`)
  return value.map((one: unknown) => textsIn(one, list, name))
}

const fieldsIn = (given: object): Fields =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => name !== IGNORED)
      .map(([name, value]) => [name, valueIn(name, value)]),
  )

const health = (fields: Fields): HealthInsurance => {
  const row = textsOf(HEALTH, fields)
  const known = HEALTH_CLASSES[row.InsuranceProvider_Class]
  if (known === undefined) throw new BehaviourError('InsuranceProvider_Class is not known')
  if (!isDate(row.Certificate_StartDate))
    throw new BehaviourError('Certificate_StartDate is a date')
  return {
    ...row,
    InsuranceProvider_WholeName: row.InsuranceProvider_WholeName || known.name,
    RelationToInsuredPerson: row.RelationToInsuredPerson || '1',
    Certificate_ExpiredDate: row.Certificate_ExpiredDate || OPEN_END,
    Certificate_CheckDate: row.Certificate_CheckDate || row.Certificate_StartDate,
  }
}

const publicOf = (fields: Fields): PublicInsurance => {
  const row = textsOf(PUBLIC, fields)
  const known = PUBLIC_CLASSES[row.PublicInsurance_Class]
  if (known === undefined) throw new BehaviourError('PublicInsurance_Class is not known')
  if (!isDate(row.Certificate_IssuedDate))
    throw new BehaviourError('Certificate_IssuedDate is a date')
  return {
    ...row,
    PublicInsurance_Name: row.PublicInsurance_Name || known,
    Certificate_ExpiredDate: row.Certificate_ExpiredDate || OPEN_END,
    Certificate_CheckDate: row.Certificate_CheckDate || row.Certificate_IssuedDate,
  }
}

/** A seed, as it came, its rows without numbers. Throws `BehaviourError` on what is no patient. */
const patientFrom = (given: object): Patient => {
  const fields = fieldsIn(given)
  const id = patientId(textsOf(['Patient_ID'], fields).Patient_ID)
  if (id === undefined) throw new BehaviourError('Patient_ID has up to five digits')
  const basics = basicsOf(fields)
  if (basics.WholeName === '' || !isDate(basics.BirthDate) || !/^[12]$/.test(basics.Sex))
    throw new BehaviourError('a patient has WholeName, BirthDate (YYYY-MM-DD) and Sex (1 or 2)')
  return {
    Patient_ID: id,
    ...basics,
    ...textsOf(MARKS, { ...NO_MARKS, ...fields }),
    HealthInsurance_Info: listOf(fields, 'HealthInsurance_Info').map(health),
    PublicInsurance_Info: listOf(fields, 'PublicInsurance_Info').map(publicOf),
    combinations: [],
  }
}

/**
 * Puts these patients in the place of all. Throws `BehaviourError` on the first that is none, and then
 * nothing has changed.
 */
export const plant = (given: readonly SeedPatient[], ledger: Ledger): void => {
  const patients = given.map(patientFrom)
  ledger.clear()
  for (const one of patients) ledger.put({ ...one, ...ledger.numbered(one.Patient_ID, one) })
}

/** Parses what came as JSON: a list of objects. What is in them is looked at when they are planted. */
export const readSeeds = (json: unknown): readonly SeedPatient[] => {
  if (!Array.isArray(json)) throw new BehaviourError('a JSON list of patients')
  return json.map((one: unknown) => {
    if (!isSeed(one)) throw new BehaviourError('a patient has Patient_ID, WholeName and more')
    return one
  })
}

const NEEDED = ['Patient_ID', 'WholeName', 'WholeName_inKana', 'BirthDate', 'Sex'] as const

const isSeed = (one: unknown): one is SeedPatient =>
  typeof one === 'object' &&
  one !== null &&
  NEEDED.every((name) => typeof Reflect.get(one, name) === 'string')
