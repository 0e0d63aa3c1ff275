import type { Insurances, Patient } from './patient.ts'
import { openRowNumbers } from './row-numbers.ts'

/** Every patient of the clinic, by number. */
export interface Ledger {
  get(id: string): Patient | undefined
  /** Keeps this patient; one of the same number is replaced. */
  put(patient: Patient): void
  remove(id: string): void
  /** In the order of their first registration. */
  all(): readonly Patient[]
  /** Whether another patient has this name, sex and birth date. */
  hasTwin(patient: Pick<Patient, 'Patient_ID' | 'WholeName' | 'Sex' | 'BirthDate'>): boolean
  /** The next number that is free; `wentRound` when it began anew from 1. Undefined: none is free. */
  nextId(): { readonly id: string; readonly wentRound: boolean } | undefined
  /** The rows with numbers in the place of zeros, and their combinations. Numbers are never reused. */
  numbered(id: string, rows: Insurances): Insurances
  clear(): void
}

const ID_DIGITS = 5
const MOST_PATIENTS = 10 ** ID_DIGITS - 1

/** The number of a patient as it is kept; undefined for one that can be none. */
export const patientId = (text: string): string | undefined =>
  /^\d{1,5}$/.test(text) && !/^0*$/.test(text) ? text.padStart(ID_DIGITS, '0') : undefined

const twinKey = ({ WholeName, Sex, BirthDate }: Pick<Patient, 'WholeName' | 'Sex' | 'BirthDate'>) =>
  `${WholeName}\n${Sex}\n${BirthDate}`

/** `lastNumber` is the last that the numbering gave. */
export const openLedger = (lastNumber: number): Ledger => {
  const patients = new Map<string, Patient>()
  const twins = new Map<string, Set<string>>()
  const numbers = openRowNumbers()
  let lastId = lastNumber

  const forget = (patient: Patient) => {
    const key = twinKey(patient)
    const ids = twins.get(key)
    ids?.delete(patient.Patient_ID)
    if (ids?.size === 0) twins.delete(key)
  }
  const next = (): string | undefined => {
    for (let tried = 0; tried < MOST_PATIENTS; tried += 1) {
      lastId = lastId >= MOST_PATIENTS ? 1 : lastId + 1
      const id = String(lastId).padStart(ID_DIGITS, '0')
      if (!patients.has(id)) return id
    }
    return undefined
  }
  return {
    get: (id) => patients.get(id),
    put: (patient) => {
      const before = patients.get(patient.Patient_ID)
      if (before !== undefined) forget(before)
      patients.set(patient.Patient_ID, patient)
      const key = twinKey(patient)
      const ids = twins.get(key) ?? new Set()
      twins.set(key, ids.add(patient.Patient_ID))
    },
    remove: (id) => {
      const before = patients.get(id)
      if (before !== undefined) forget(before)
      patients.delete(id)
      numbers.forget(id)
    },
    all: () => [...patients.values()],
    hasTwin: (patient) => {
      const ids = twins.get(twinKey(patient))
      return ids !== undefined && (ids.size > 1 || !ids.has(patient.Patient_ID))
    },
    nextId: () => {
      const before = lastId
      const id = next()
      return id === undefined ? undefined : { id, wentRound: lastId <= before }
    },
    numbered: numbers.give,
    clear: () => {
      patients.clear()
      twins.clear()
      numbers.clear()
      lastId = lastNumber
    },
  }
}
