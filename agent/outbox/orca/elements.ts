import type { Traits } from '../../kernel/person.ts'
import { recordIn, recordsIn, textIn, type Xml2Record } from '../../xmlmsg/xml2.ts'
import { fromOrcaDate, isHealthClass } from './codes.ts'

/** Texts under ORCA’s own element names. Absent and '' are the same: ORCA leaves out what is empty. */
export type Elements = Readonly<Record<string, string>>

/** A patient as `patientgetv2` shows it. */
export interface OrcaPatient {
  readonly number: string
  readonly elements: Elements
  /** One a combination; the same insurance comes in several, with and without 公費. */
  readonly insurances: readonly Elements[]
  readonly publics: readonly Elements[]
}

/** The rows of `patientmodv32`: every insurance and every 公費 once, ended ones too. */
export interface Rows {
  readonly health: readonly Elements[]
  readonly publics: readonly Elements[]
}

export const valueIn = (elements: Elements, name: string): string =>
  Object.hasOwn(elements, name) ? (elements[name] ?? '') : ''

/** `patientinfores`, where it holds a patient. */
export function patientOf(answer: Xml2Record): OrcaPatient {
  const information = recordIn(answer, 'Patient_Information')
  const home = textsOf(recordIn(information, 'Home_Address_Information'))
  const combinations = recordsIn(information, 'HealthInsurance_Information')
  return {
    number: textIn(information, 'Patient_ID'),
    elements: {
      ...textsOf(information),
      ...home,
      // The official side has the address in one.
      WholeAddress1: valueIn(home, 'WholeAddress1') + valueIn(home, 'WholeAddress2'),
    },
    insurances: combinations.map(textsOf).filter(isHealth),
    publics: combinations.flatMap((one) =>
      recordsIn(one, 'PublicInsurance_Information').map(textsOf),
    ),
  }
}

/** `patientmodv3res2`. */
export const rowsOf = (answer: Xml2Record): Rows => ({
  health: rowsIn(answer, 'HealthInsurance_Information', 'HealthInsurance_Info'),
  publics: rowsIn(answer, 'PublicInsurance_Information', 'PublicInsurance_Info'),
})

const rowsIn = (answer: Xml2Record, information: string, rows: string) =>
  recordsIn(recordIn(answer, information), rows).map(textsOf)

/** Whom ORCA speaks of, in official strings. */
export const traitsOf = (elements: Elements): Traits => ({
  name: valueIn(elements, 'WholeName'),
  nameKana: valueIn(elements, 'WholeName_inKana'),
  birthdate: fromOrcaDate(valueIn(elements, 'BirthDate')),
  sex: valueIn(elements, 'Sex'),
})

/** Whether this is a health insurance, not self-pay and not 公費 alone. */
export const isHealth = (row: Elements) => {
  const code = valueIn(row, 'InsuranceProvider_Class')
  return code !== '' && isHealthClass(code)
}

export function textsOf(record: Xml2Record): Elements {
  const names = Object.keys(record).filter((name) => textIn(record, name) !== '')
  return Object.fromEntries(names.map((name) => [name, textIn(record, name)]))
}
