import type { Fields } from '../patients/element.ts'
import { assistancesOf } from './classes.ts'
import type { HealthInsurance, Patient, PublicInsurance } from './patient.ts'

/** The person, as much as answers hold that are not about it. */
export const personFields = (patient: Patient): Fields => ({
  Patient_ID: patient.Patient_ID,
  WholeName: patient.WholeName,
  WholeName_inKana: patient.WholeName_inKana,
  BirthDate: patient.BirthDate,
  Sex: patient.Sex,
  Home_Address_Information: patient.Home_Address_Information,
})

export const assistanceName = (row: HealthInsurance): string =>
  assistancesOf(row.InsuranceProvider_Class)[row.HealthInsuredPerson_Assistance] ?? ''

/** An insurance from its class to the day of its acquisition. */
export const insuranceFields = (row: HealthInsurance): Fields => ({
  InsuranceProvider_Class: row.InsuranceProvider_Class,
  InsuranceProvider_Number: row.InsuranceProvider_Number,
  InsuranceProvider_WholeName: row.InsuranceProvider_WholeName,
  HealthInsuredPerson_Symbol: row.HealthInsuredPerson_Symbol,
  HealthInsuredPerson_Number: row.HealthInsuredPerson_Number,
  HealthInsuredPerson_Branch_Number: row.HealthInsuredPerson_Branch_Number,
  HealthInsuredPerson_Continuation: row.HealthInsuredPerson_Continuation,
  HealthInsuredPerson_Assistance: row.HealthInsuredPerson_Assistance,
  HealthInsuredPerson_Assistance_Name: assistanceName(row),
  RelationToInsuredPerson: row.RelationToInsuredPerson,
  HealthInsuredPerson_WholeName: row.HealthInsuredPerson_WholeName,
  Certificate_StartDate: row.Certificate_StartDate,
  Certificate_ExpiredDate: row.Certificate_ExpiredDate,
  Certificate_GetDate: row.Certificate_GetDate,
})

/** One public insurance in a combination; what the patient pays of it is not played. */
export const publicShareFields = (row: PublicInsurance): Fields => ({
  PublicInsurance_Class: row.PublicInsurance_Class,
  PublicInsurance_Name: row.PublicInsurance_Name,
  PublicInsurer_Number: row.PublicInsurer_Number,
  PublicInsuredPerson_Number: row.PublicInsuredPerson_Number,
  Rate_Admission: '0.00',
  Money_Admission: '     0',
  Rate_Outpatient: '0.00',
  Money_Outpatient: '     0',
  Certificate_IssuedDate: row.Certificate_IssuedDate,
  Certificate_ExpiredDate: row.Certificate_ExpiredDate,
})
