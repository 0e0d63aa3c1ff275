import type { Fields } from '../patients/element.ts'
import { type Answer, type Clinic, headOf, todayOf } from './clinic.ts'
import { resolve } from './combinations.ts'
import { recordOf } from './fields.ts'
import type { Basics, Patient } from './patient.ts'
import { publicShareFields } from './shared-fields.ts'
import { messageOf, TROUBLES, type Trouble, WARNINGS, type Warning } from './troubles.ts'

export const ROOT = 'patientmodres'
/** [source: API page of patientmodv2] */
const MOST_COMBINATIONS = 20

/** The end of a call: a trouble, or the patient as it is now. */
export type End =
  | { readonly is: 'trouble'; readonly trouble: Trouble }
  | {
      readonly is: 'done'
      readonly patient: Patient
      readonly message: string
      readonly warnings: readonly Warning[]
    }

export interface Request {
  readonly fields: Fields
  readonly client: string
  /** As it is kept, or as it came where it can be none. */
  readonly id: string
  readonly basics: Basics
}

const combinationFields = (patient: Patient, today: string): readonly Fields[] =>
  resolve(patient, today)
    .slice(-MOST_COMBINATIONS)
    .map(({ number, health, publics }) => {
      const { InsuranceProvider_Id: _, Certificate_CheckDate: __, ...insurance } = health ?? {}
      return {
        Insurance_Combination_Number: number,
        ...insurance,
        PublicInsurance_Information: publics.map(publicShareFields),
      }
    })

/** In the order of the API page. */
const patientFields = (patient: Patient, today: string): Fields => ({
  Patient_ID: patient.Patient_ID,
  WholeName: patient.WholeName,
  WholeName_inKana: patient.WholeName_inKana,
  BirthDate: patient.BirthDate,
  Sex: patient.Sex,
  HouseHolder_WholeName: patient.HouseHolder_WholeName,
  Relationship: patient.Relationship,
  Occupation: patient.Occupation,
  CellularNumber: patient.CellularNumber,
  FaxNumber: patient.FaxNumber,
  EmailAddress: patient.EmailAddress,
  Home_Address_Information: patient.Home_Address_Information,
  WorkPlace_Information: patient.WorkPlace_Information,
  Contraindication1: patient.Contraindication1,
  Contraindication2: patient.Contraindication2,
  Allergy1: patient.Allergy1,
  Allergy2: patient.Allergy2,
  Infection1: patient.Infection1,
  Infection2: patient.Infection2,
  Comment1: patient.Comment1,
  Comment2: patient.Comment2,
  HealthInsurance_Information: combinationFields(patient, today),
  Personally_Information: patient.Personally_Information,
  Payment_Information: patient.Payment_Information,
  Condition_Information: patient.Condition_Information,
})

/** What was sent, as an answer holds it: its one insurance is a list there. */
const echoOf = (fields: Fields): Fields => {
  const { Mod_Key: _, HealthInsurance_Information: sent, ...person } = fields
  const { Rate_Class: __, ...insurance } = recordOf(fields, 'HealthInsurance_Information')
  return { ...person, ...(sent === undefined ? {} : { HealthInsurance_Information: [insurance] }) }
}

/** Where a trouble ends a call, what was sent comes back. */
export const answerTo = (end: End, request: Request, clinic: Clinic): Answer => {
  if (end.is === 'trouble') {
    return {
      root: ROOT,
      fields: {
        ...headOf(clinic, TROUBLES[end.trouble.kind].v2, messageOf(end.trouble), 'Acceptance_Info'),
        Patient_Information: echoOf(request.fields),
      },
    }
  }
  const { patient, warnings, message } = end
  const { Reskey = '', ...head } = headOf(clinic, warnings[0] ?? '00', message, 'Acceptance_Info')
  return {
    root: ROOT,
    fields: {
      ...head,
      ...Object.fromEntries(
        warnings.slice(0, 5).map((code, at) => [`Api_Warning_Message${at + 1}`, WARNINGS[code]]),
      ),
      Reskey,
      Patient_Information: patientFields(patient, todayOf(clinic)),
    },
  }
}
