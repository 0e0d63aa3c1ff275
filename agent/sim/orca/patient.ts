import type { Fields } from '../patients/element.ts'
import { recordOf, type Texts, textsOf } from './fields.ts'

/*
 * Names are those of the wire throughout, in its order; '' is what is not set. Dates are YYYY-MM-DD.
 */

/** What is noted of a person. */
export const NOTES = [
  'Contraindication1',
  'Contraindication2',
  'Allergy1',
  'Allergy2',
  'Infection1',
  'Infection2',
  'Comment1',
  'Comment2',
] as const

export const PERSON = [
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
  ...NOTES,
] as const

export const HOME = [
  'Address_ZipCode',
  'WholeAddress1',
  'WholeAddress2',
  'PhoneNumber1',
  'PhoneNumber2',
] as const

export const WORKPLACE = [
  'WholeName',
  'Address_ZipCode',
  'WholeAddress1',
  'WholeAddress2',
  'PhoneNumber',
] as const

export const PAYMENT = ['Reduction_Reason', 'Discount', 'Ic_Code'] as const
export const CONDITION = ['Condition1', 'Condition2', 'Condition3'] as const
export const PERSONALLY = ['Pregnant_Class'] as const

/** What only ORCA's own screen sets. */
export const MARKS = ['NickName', 'TestPatient_Flag', 'Death_Flag'] as const

export const HEALTH = [
  'InsuranceProvider_Id',
  'InsuranceProvider_Class',
  'InsuranceProvider_Number',
  'InsuranceProvider_WholeName',
  'HealthInsuredPerson_Symbol',
  'HealthInsuredPerson_Number',
  'HealthInsuredPerson_Branch_Number',
  'HealthInsuredPerson_Continuation',
  'HealthInsuredPerson_Assistance',
  'RelationToInsuredPerson',
  'HealthInsuredPerson_WholeName',
  'Certificate_StartDate',
  'Certificate_ExpiredDate',
  'Certificate_GetDate',
  'Certificate_CheckDate',
] as const

export const PUBLIC = [
  'PublicInsurance_Id',
  'PublicInsurance_Class',
  'PublicInsurance_Name',
  'PublicInsurer_Number',
  'PublicInsuredPerson_Number',
  'Certificate_IssuedDate',
  'Certificate_ExpiredDate',
  'Certificate_CheckDate',
] as const

/** Rows of one patient. [source: codes 64 and 65 on the API page of patientmodv2] */
export const MOST_HEALTH = 40
export const MOST_PUBLIC = 60

export type Person = Texts<(typeof PERSON)[number]>
export type Marks = Texts<(typeof MARKS)[number]>
export type HealthInsurance = Texts<(typeof HEALTH)[number]>
export type PublicInsurance = Texts<(typeof PUBLIC)[number]>

/** Which insurance goes together. Numbers stay once they are given. */
export interface Combination {
  readonly Insurance_Combination_Number: string
  /** '' where there is only public insurance. */
  readonly InsuranceProvider_Id: string
  readonly PublicInsurance_Ids: readonly string[]
}

export interface Basics extends Person {
  readonly Home_Address_Information: Texts<(typeof HOME)[number]>
  readonly WorkPlace_Information: Texts<(typeof WORKPLACE)[number]>
  readonly Payment_Information: Texts<(typeof PAYMENT)[number]>
  readonly Condition_Information: Texts<(typeof CONDITION)[number]>
  readonly Personally_Information: Texts<(typeof PERSONALLY)[number]>
}

export interface Insurances {
  readonly HealthInsurance_Info: readonly HealthInsurance[]
  readonly PublicInsurance_Info: readonly PublicInsurance[]
  /** Of a patient who is kept, in the order of their numbers: the newest last. */
  readonly combinations: readonly Combination[]
}

/** A patient as the simulator keeps it. */
export interface Patient extends Basics, Marks, Insurances {
  readonly Patient_ID: string
}

/** What the fields of a request say about the person, unchecked. */
export const basicsOf = (fields: Fields): Basics => ({
  ...textsOf(PERSON, fields),
  Home_Address_Information: textsOf(HOME, recordOf(fields, 'Home_Address_Information')),
  WorkPlace_Information: textsOf(WORKPLACE, recordOf(fields, 'WorkPlace_Information')),
  Payment_Information: textsOf(PAYMENT, recordOf(fields, 'Payment_Information')),
  Condition_Information: textsOf(CONDITION, recordOf(fields, 'Condition_Information')),
  Personally_Information: textsOf(PERSONALLY, recordOf(fields, 'Personally_Information')),
})

export const NO_MARKS: Marks = { NickName: '', TestPatient_Flag: '0', Death_Flag: '' }
