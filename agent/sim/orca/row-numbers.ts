import { combine, numberOf } from './combinations.ts'
import type { Insurances } from './patient.ts'

const ROW_DIGITS = 10

/** A row that has no number yet. */
export const NEW_ID = '0'.repeat(ROW_DIGITS)

/** Whether this stands for a row that has no number yet. */
export const isNewId = (id: string): boolean => /^0*$/.test(id)

/** The numbers of insurance rows, patient by patient. */
export interface RowNumbers {
  /** The rows with numbers in the place of zeros, and their combinations. Numbers are never reused. */
  give(patient: string, rows: Insurances): Insurances
  forget(patient: string): void
  clear(): void
}

interface Last {
  health: number
  public: number
}

const written = (number: number) => String(number).padStart(ROW_DIGITS, '0')

export const openRowNumbers = (): RowNumbers => {
  const patients = new Map<string, Last>()
  const give = (patient: string, rows: Insurances): Insurances => {
    const last = patients.get(patient) ?? { health: 0, public: 0 }
    patients.set(patient, last)
    const numbered = (kind: keyof Last, id: string): string => {
      const number = isNewId(id) ? last[kind] + 1 : Number(id)
      last[kind] = Math.max(last[kind], number)
      return written(number)
    }
    const all = {
      HealthInsurance_Info: rows.HealthInsurance_Info.map((row) => ({
        ...row,
        InsuranceProvider_Id: numbered('health', row.InsuranceProvider_Id),
      })),
      PublicInsurance_Info: rows.PublicInsurance_Info.map((row) => ({
        ...row,
        PublicInsurance_Id: numbered('public', row.PublicInsurance_Id),
      })),
    }
    // A new combination of an older row comes in the middle of them.
    const combinations = [...combine(all, rows.combinations)].sort(
      (one, other) => numberOf(one) - numberOf(other),
    )
    return { ...all, combinations }
  }
  return {
    give,
    forget: (patient) => {
      patients.delete(patient)
    },
    clear: () => patients.clear(),
  }
}
