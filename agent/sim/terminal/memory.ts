import type { Values } from '../gateway/rules.ts'
import type { CardFace, Patient } from '../patients/element.ts'
import { patients, patientsByCardFace } from '../patients.ts'
import type { Line } from './request.ts'

/** A bulk question that was accepted. */
export interface Reception {
  readonly number: string
  readonly header: Values
  readonly lines: readonly Line[]
  /** Fetches that find it still processing. */
  pendingFetches: number
}

/** What the official side keeps between requests. */
export interface Memory {
  /** `at` is YYYYMMDDHHmmss. */
  receive(
    asked: { readonly header: Values; readonly lines: readonly Line[] },
    at: string,
  ): Reception
  reception(number: string): Reception | undefined
  /** Keeps 照会番号 for the one whom the card face, without birth date, names. */
  register(patient: Patient, referenceNumber: string): void
  referenceNumber(patient: Patient): string | undefined
}

/** Everyone who is insured like this; a registration names no birth date. */
export const insuredAs = (asked: Omit<CardFace, 'birthdate'>): readonly Patient[] =>
  patients.filter((one) =>
    patientsByCardFace({ ...asked, birthdate: one.cardFace.birthdate }).includes(one),
  )

export const openMemory = (pendingFetches: number): Memory => {
  const receptions = new Map<string, Reception>()
  const references = new Map<Patient, string>()
  return {
    receive: ({ header, lines }, at) => {
      const number = `${at}${String(receptions.size + 1).padStart(5, '0')}`
      const reception = { number, header, lines, pendingFetches }
      receptions.set(number, reception)
      return reception
    },
    reception: (number) => receptions.get(number),
    register: (patient, referenceNumber) => references.set(patient, referenceNumber),
    referenceNumber: (patient) => references.get(patient),
  }
}
