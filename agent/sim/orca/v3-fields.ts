import type { Fields } from '../patients/element.ts'
import { combine, type Resolved, resolve } from './combinations.ts'
import type { HealthInsurance, Patient, PublicInsurance } from './patient.ts'
import { assistanceName, insuranceFields, publicShareFields } from './shared-fields.ts'
import type { Entry, Staged } from './staging.ts'
import { messageOf, TROUBLES, type Trouble, WARNINGS, type Warning } from './troubles.ts'

type Entries = Pick<Staged, 'health' | 'public'>

/** The patient's rows as they are, without any mode. */
export const plainEntries = (patient: Patient): Entries => ({
  health: patient.HealthInsurance_Info.map((row) => ({ mode: '', row })),
  public: patient.PublicInsurance_Info.map((row) => ({ mode: '', row })),
})

/** In the order of the recorded answers. */
const healthFields = ({ mode, row }: Entry<HealthInsurance>): Fields => ({
  InsuranceProvider_Mode: mode,
  InsuranceProvider_Id: row.InsuranceProvider_Id,
  ...insuranceFields(row),
  Certificate_CheckDate: row.Certificate_CheckDate,
})

const publicFields = ({ mode, row }: Entry<PublicInsurance>): Fields => ({
  PublicInsurance_Mode: mode,
  ...row,
})

/** The newest begin the list, as in the recorded answers. */
const newestFirst = <Row>(
  entries: readonly Entry<Row>[],
  startOf: (row: Row) => string,
): readonly Entry<Row>[] =>
  [...entries].sort((a, b) => startOf(b.row).localeCompare(startOf(a.row)))

const combinationInsurance = (row: HealthInsurance): Fields => ({
  InsuranceProvider_Id: row.InsuranceProvider_Id,
  InsuranceProvider_Class: row.InsuranceProvider_Class,
  InsuranceProvider_Number: row.InsuranceProvider_Number,
  InsuranceProvider_WholeName: row.InsuranceProvider_WholeName,
  HealthInsuredPerson_Symbol: row.HealthInsuredPerson_Symbol,
  HealthInsuredPerson_Number: row.HealthInsuredPerson_Number,
  HealthInsuredPerson_Branch_Number: row.HealthInsuredPerson_Branch_Number,
  HealthInsuredPerson_Assistance: row.HealthInsuredPerson_Assistance,
  HealthInsuredPerson_Assistance_Name: assistanceName(row),
  RelationToInsuredPerson: row.RelationToInsuredPerson,
})

const combinationFields = (
  mode: '' | 'New' | 'Delete',
  { number, health, publics, rate, period }: Resolved,
): Fields => ({
  Insurance_Combination_Mode: mode,
  Insurance_Combination_Number: number,
  Insurance_Combination_Rate_Admission: rate,
  Insurance_Combination_Rate_Outpatient: rate,
  Insurance_Combination_StartDate: period.from,
  Insurance_Combination_ExpiredDate: period.to,
  ...(health === undefined ? {} : combinationInsurance(health)),
  PublicInsurance_Info: publics.map((row) => {
    const {
      Certificate_IssuedDate: _,
      Certificate_ExpiredDate: __,
      ...rest
    } = publicShareFields(row)
    return { PublicInsurance_Id: row.PublicInsurance_Id, ...rest }
  }),
})

/** The combinations as they will be, and those that will be gone. */
const combinationsFields = (before: Patient, after: Patient, today: string): readonly Fields[] => {
  const had = new Set(before.combinations.map((one) => one.Insurance_Combination_Number))
  const has = new Set(after.combinations.map((one) => one.Insurance_Combination_Number))
  return [
    ...resolve(after, today).map((one) => combinationFields(had.has(one.number) ? '' : 'New', one)),
    ...resolve(before, today)
      .filter(({ number }) => !has.has(number))
      .map((one) => combinationFields('Delete', one)),
  ]
}

/** Rows and combinations of an answer: with these entries instead of those of the patient. */
export const insuranceAnswer = (patient: Patient, entries: Entries, today: string): Fields => {
  const rows = {
    HealthInsurance_Info: entries.health
      .filter(({ mode }) => mode !== 'Delete')
      .map(({ row }) => row),
    PublicInsurance_Info: entries.public
      .filter(({ mode }) => mode !== 'Delete')
      .map(({ row }) => row),
  }
  const then = { ...patient, ...rows, combinations: combine(rows, patient.combinations) }
  return {
    HealthInsurance_Information: {
      HealthInsurance_Info: newestFirst(entries.health, (row) => row.Certificate_StartDate).map(
        healthFields,
      ),
    },
    PublicInsurance_Information: {
      PublicInsurance_Info: newestFirst(entries.public, (row) => row.Certificate_IssuedDate).map(
        publicFields,
      ),
    },
    HealthInsurance_Combination_Information: {
      HealthInsurance_Combination_Info: combinationsFields(patient, then, today),
    },
  }
}

/** Why a submission is in error (E50). */
export const troublesAnswer = (troubles: readonly Trouble[]): Fields => ({
  Patient_Message_Information: {
    Patient_Message_Info: troubles.map((trouble) => ({
      Patient_Result: TROUBLES[trouble.kind].v3,
      Patient_Result_Message: messageOf(trouble),
    })),
  },
})

/** What a person should look at (W00). */
export const warningsAnswer = (warnings: readonly Warning[]): Fields =>
  warnings.length === 0
    ? {}
    : {
        Patient_Warning_Information: {
          Patient_Warning_Info: warnings.map((code) => ({
            Patient_Warning: code,
            Patient_Warning_Message: WARNINGS[code],
          })),
        },
      }
