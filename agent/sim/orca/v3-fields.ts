import type { Fields } from '../patients/element.ts'
import { combine, resolve } from './combinations.ts'
import type { HealthInsurance, Patient, PublicInsurance } from './patient.ts'
import { assistanceName } from './patientget.ts'
import type { Entry, Staged } from './staging.ts'
import { messageOf, TROUBLES, type Trouble, WARNINGS, type Warning } from './troubles.ts'

type Entries = Pick<Staged, 'health' | 'public'>

/** The patient's rows as they are, without any mode. */
export const plainEntries = (patient: Patient): Entries => ({
  health: patient.HealthInsurance_Info.map((row) => ({ mode: '', row })),
  public: patient.PublicInsurance_Info.map((row) => ({ mode: '', row })),
})

const healthFields = ({ mode, row }: Entry<HealthInsurance>): Fields => ({
  InsuranceProvider_Mode: mode,
  ...row,
  HealthInsuredPerson_Assistance_Name: assistanceName(row),
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

const combinationsFields = (patient: Patient, today: string): readonly Fields[] =>
  resolve(patient, today).map(({ number, health, publics, rate, period }) => ({
    Insurance_Combination_Number: number,
    Insurance_Combination_Rate_Admission: rate,
    Insurance_Combination_Rate_Outpatient: rate,
    Insurance_Combination_StartDate: period.from,
    Insurance_Combination_ExpiredDate: period.to,
    ...(health === undefined
      ? {}
      : {
          InsuranceProvider_Id: health.InsuranceProvider_Id,
          InsuranceProvider_Class: health.InsuranceProvider_Class,
          InsuranceProvider_Number: health.InsuranceProvider_Number,
          InsuranceProvider_WholeName: health.InsuranceProvider_WholeName,
          HealthInsuredPerson_Symbol: health.HealthInsuredPerson_Symbol,
          HealthInsuredPerson_Number: health.HealthInsuredPerson_Number,
          HealthInsuredPerson_Branch_Number: health.HealthInsuredPerson_Branch_Number,
          HealthInsuredPerson_Assistance: health.HealthInsuredPerson_Assistance,
          HealthInsuredPerson_Assistance_Name: assistanceName(health),
          RelationToInsuredPerson: health.RelationToInsuredPerson,
        }),
    PublicInsurance_Information: publics.map((row) => ({
      PublicInsurance_Id: row.PublicInsurance_Id,
      PublicInsurance_Class: row.PublicInsurance_Class,
      PublicInsurance_Name: row.PublicInsurance_Name,
      PublicInsurer_Number: row.PublicInsurer_Number,
      PublicInsuredPerson_Number: row.PublicInsuredPerson_Number,
    })),
  }))

/** Rows and combinations of an answer: with these entries instead of those of the patient. */
export const insuranceAnswer = (patient: Patient, entries: Entries, today: string): Fields => {
  const after = {
    HealthInsurance_Info: entries.health
      .filter(({ mode }) => mode !== 'Delete')
      .map(({ row }) => row),
    PublicInsurance_Info: entries.public
      .filter(({ mode }) => mode !== 'Delete')
      .map(({ row }) => row),
  }
  const then = { ...patient, ...after, combinations: combine(after, patient.combinations) }
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
      HealthInsurance_Combination_Info: combinationsFields(then, today),
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
