import { uuidV7 } from '../kernel/ids.ts'
import type { PatientLink } from '../kernel/verification.ts'
import type { Sql } from './database.ts'

/** Who an answer speaks of, in the official strings. */
export interface Person {
  readonly name: string
  readonly nameKana: string
  readonly birthdate: string
  readonly sex: string
  /** Insurer, symbol, number, branch, birth date and kana, normalised: one person on one card. */
  readonly identity: string
}

/** The clinic's numbers for the person: as sent with the question, and as returned (照会番号). */
export interface PatientNumbers {
  readonly asked: string | null
  readonly returned: string | null
}

interface PatientRow {
  readonly id: string
  readonly birthdate: string | null
}

/**
 * Links an accepted verification to the clinic's record of a person, inside the caller's
 * transaction. A number or an identity that points at one patient links; two candidates, or a known
 * number with another birth date, link nothing: identity is for a person to decide.
 */
export function linkPatient(
  sql: Sql,
  verificationId: string,
  at: number,
  numbers: PatientNumbers,
  person: Person | null,
): PatientLink | null {
  const candidates = candidatesFor(sql, numbers, person)
  if (candidates === 'contradiction' || candidates.length > 1) return null
  const known = candidates[0]?.id
  if (known === undefined && person === null) return null
  const id = known ?? createPatient(sql, at, person)
  for (const number of [numbers.asked, numbers.returned])
    if (number !== null && person !== null)
      sql('INSERT OR IGNORE INTO patient_numbers (reference_number, patient_id) VALUES (?, ?)').run(
        number,
        id,
      )
  sql('INSERT INTO patient_links (verification_id, patient_id, at, by) VALUES (?, ?, ?, ?)').run(
    verificationId,
    id,
    at,
    'agent',
  )
  return {
    id,
    referenceNumber: referenceNumber(sql, id, numbers),
    firstSeenHere: known === undefined,
  }
}

function candidatesFor(
  sql: Sql,
  numbers: PatientNumbers,
  person: Person | null,
): readonly PatientRow[] | 'contradiction' {
  const byNumber = new Map<string, PatientRow>()
  for (const number of [numbers.asked, numbers.returned]) {
    if (number === null) continue
    const row = sql<PatientRow>(
      `SELECT p.id, p.birthdate FROM patient_numbers n JOIN patients p ON p.id = n.patient_id
       WHERE n.reference_number = ?`,
    ).get(number)
    if (row !== undefined) byNumber.set(row.id, row)
  }
  const numbered = [...byNumber.values()]
  if (person === null) return numbered
  if (numbered.some(({ birthdate }) => birthdate !== null && birthdate !== person.birthdate))
    return 'contradiction'
  if (numbered.length > 0) return numbered
  return sql<PatientRow>('SELECT id, birthdate FROM patients WHERE identity = ? LIMIT 2').all(
    person.identity,
  )
}

function createPatient(sql: Sql, at: number, person: Person | null): string {
  const id = uuidV7(at)
  sql(
    `INSERT INTO patients (id, created_at, name, name_kana, birthdate, sex, identity)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    at,
    person?.name ?? null,
    person?.nameKana ?? null,
    person?.birthdate ?? null,
    person?.sex ?? null,
    person?.identity ?? null,
  )
  return id
}

function referenceNumber(sql: Sql, patientId: string, numbers: PatientNumbers): string | null {
  const row = sql<{ n: string }>(
    `SELECT reference_number AS n FROM patient_numbers WHERE patient_id = ?
     ORDER BY reference_number = ? DESC, reference_number = ? DESC LIMIT 1`,
  ).get(patientId, numbers.asked, numbers.returned)
  return row?.n ?? null
}
