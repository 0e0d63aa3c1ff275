import type { Element, Fields } from '../patients/element.ts'
import { isList } from './fields.ts'
import {
  CONDITION,
  HEALTH,
  HOME,
  MOST_HEALTH,
  MOST_PUBLIC,
  NOTES,
  PAYMENT,
  PERSONALLY,
  PUBLIC,
  WORKPLACE,
} from './patient.ts'

/** What may be in a record, in the order of the API page. A pair is a list and how long it may be. */
export interface Shape {
  readonly [name: string]: 'text' | Shape | readonly [Shape, number]
}

const texts = (...names: string[]): Shape =>
  Object.fromEntries(names.map((name) => [name, 'text' as const]))

/** `patientmodreq`. [source: list of requests on the API page of patientmodv2, 2020-12-23] */
export const PATIENTMODREQ: Shape = {
  ...texts(
    'Mod_Key',
    'Patient_ID',
    'WholeName',
    'WholeName_inKana',
    'BirthDate',
    'Sex',
    'HouseHolder_WholeName',
    'Relationship',
    'Occupation',
    'CellularNumber',
    'FaxNumber',
    'EmailAddress',
  ),
  Home_Address_Information: texts(...HOME),
  WorkPlace_Information: texts(...WORKPLACE),
  ...texts(...NOTES),
  HealthInsurance_Information: {
    ...texts(
      'InsuranceProvider_Class',
      'InsuranceProvider_Number',
      'InsuranceProvider_WholeName',
      'HealthInsuredPerson_Symbol',
      'HealthInsuredPerson_Number',
      'HealthInsuredPerson_Branch_Number',
      'HealthInsuredPerson_Continuation',
      'HealthInsuredPerson_Assistance',
      'RelationToInsuredPerson',
      'Rate_Class',
      'HealthInsuredPerson_WholeName',
      'Certificate_StartDate',
      'Certificate_ExpiredDate',
      'Certificate_GetDate',
    ),
    PublicInsurance_Information: [
      texts(
        'PublicInsurance_Class',
        'PublicInsurance_Name',
        'PublicInsurer_Number',
        'PublicInsuredPerson_Number',
        'Certificate_IssuedDate',
        'Certificate_ExpiredDate',
      ),
      4,
    ],
  },
  Personally_Information: texts(...PERSONALLY),
  Payment_Information: texts(...PAYMENT),
  Condition_Information: texts(...CONDITION),
}

/**
 * `patientmodv3req2`: rows as they are kept, in any order of their elements. [source: code and recorded
 * answers of the public Ruby client]
 */
export const PATIENTMODV3REQ2: Shape = {
  ...texts('Request_Number', 'Karte_Uid', 'Orca_Uid', 'Base_Date', 'Select_Answer'),
  Patient_Information: {
    ...texts('Patient_ID', 'WholeName', 'WholeName_inKana', 'BirthDate', 'Sex'),
    Home_Address_Information: texts(...HOME),
  },
  HealthInsurance_Information: {
    HealthInsurance_Info: [
      texts(
        'InsuranceProvider_Mode',
        ...HEALTH,
        'HealthInsuredPerson_Assistance_Name',
        'Rate_Class',
      ),
      MOST_HEALTH,
    ],
  },
  PublicInsurance_Information: {
    PublicInsurance_Info: [texts('PublicInsurance_Mode', ...PUBLIC), MOST_PUBLIC],
  },
  Patient_Select_Information: texts('Patient_Select', 'Patient_Select_Message', 'Select_Answer'),
}

/** `medicalv3req7`. [source: as above] */
export const MEDICALV3REQ7: Shape = {
  ...texts('Request_Number', 'Karte_Uid', 'Orca_Uid', 'Select_Answer'),
  Delete_Information: texts('Delete_Class', 'Delete_Karte_Uid', 'Delete_Orca_Uid'),
}

/** `insuranceinfreq`, and the request of system01lstv2. */
export const MASTERREQ: Shape = texts('Request_Number', 'Base_Date')

/** `patientlst2req`. [source: API page of patientlst2v2] */
export const PATIENTLST2REQ: Shape = { Patient_ID_Information: [texts('Patient_ID'), 100] }

/** `patientlst3req`. [source: API page of patientlst3v2] */
export const PATIENTLST3REQ: Shape = texts(
  'WholeName',
  'Birth_StartDate',
  'Birth_EndDate',
  'Sex',
  'InOut',
)

/** `appointlstreq`. [source: API page of appointlstv2] */
export const APPOINTLSTREQ: Shape = texts(
  'Appointment_Date',
  'Medical_Information',
  'Physician_Code',
)

const isPair = (shape: Shape[string]): shape is readonly [Shape, number] => Array.isArray(shape)

const listMisfit = (
  name: string,
  value: Element,
  [shape, most]: readonly [Shape, number],
  ordered: boolean,
): string | undefined => {
  // An empty text is how some write an empty list.
  if (value === '') return undefined
  if (typeof value === 'string' || !isList(value)) return `${name} is an array`
  if (value.length > most) return `${name} has more than ${most} records`
  return value.map((one) => misfit(one, shape, ordered)).find((wrong) => wrong !== undefined)
}

const valueMisfit = (
  name: string,
  value: Element,
  shape: Shape[string],
  ordered: boolean,
): string | undefined => {
  if (shape === 'text') return typeof value === 'string' ? undefined : `${name} is a text`
  if (isPair(shape)) return listMisfit(name, value, shape, ordered)
  return typeof value === 'string' || isList(value)
    ? `${name} is a record`
    : misfit(value, shape, ordered)
}

/** What does not fit the shape: an unknown name, another kind, and, where `ordered`, the order. */
export const misfit = (fields: Fields, shape: Shape, ordered: boolean): string | undefined => {
  const order = Object.keys(shape)
  let last = -1
  for (const [name, value] of Object.entries(fields)) {
    const place = order.indexOf(name)
    const known = shape[name]
    if (place < 0 || known === undefined) return `${name} is not known`
    if (ordered && place < last) return `${name} is out of order`
    last = place
    const wrong = valueMisfit(name, value, known, ordered)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
