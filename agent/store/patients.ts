import { uuidV7 } from '../kernel/ids.ts'
import { contradicts, type Person, type Subject } from '../kernel/person.ts'
import type { PatientLink } from '../kernel/verification.ts'
import type { Sql } from './database.ts'

/** The clinic's numbers for the person: as sent with the question, and as returned (照会番号). */
export interface PatientNumbers {
  readonly asked: string | null
  readonly returned: string | null
}

interface PatientRow {
  readonly id: string
  readonly name: string
  readonly nameKana: string
  readonly birthdate: string
  readonly sex: string
}

/**
 * Links an accepted verification to the clinic's record of a person, inside the caller's
 * transaction. A number or an identity that points at one patient links; two candidates, or a
 * patient whom the answer contradicts, link nothing: identity is for a person to decide. Neither
 * does an answer that nothing could find again.
 */
export function linkPatient(
  sql: Sql,
  verificationId: string,
  at: number,
  numbers: PatientNumbers,
  subject: Subject,
): Omit<PatientLink, 'insurerChanged'> | null {
  if (subject === 'unclear') return null
  const person = subject === 'nobody' ? null : subject
  const sent = [numbers.asked, numbers.returned].filter((number) => number !== null)
  const candidates = candidatesFor(sql, sent, person)
  if (candidates.length > 1) return null
  const [known] = candidates
  if (known !== undefined && person !== null && contradicts(known, person)) return null
  const isFindable = person !== null && (sent.length > 0 || person.identity !== null)
  const id = known?.id ?? (isFindable ? createPatient(sql, at, person) : undefined)
  if (id === undefined) return null
  for (const number of person === null ? [] : sent)
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
    name: null,
  }
}

/** The patients that the numbers point at; where they point at none, those of the identity. */
function candidatesFor(sql: Sql, sent: readonly string[], person: Person | null): PatientRow[] {
  const numbered = new Map<string, PatientRow>()
  for (const number of sent) {
    const row = sql<PatientRow>(
      `${PATIENT} WHERE id = (SELECT patient_id FROM patient_numbers WHERE reference_number = ?)`,
    ).get(number)
    if (row !== undefined) numbered.set(row.id, row)
  }
  if (numbered.size > 0 || person === null || person.identity === null)
    return [...numbered.values()]
  return sql<PatientRow>(`${PATIENT} WHERE identity = ? LIMIT 2`).all(person.identity)
}

const PATIENT = `SELECT id, coalesce(name, '') AS name, coalesce(name_kana, '') AS nameKana,
  coalesce(birthdate, '') AS birthdate, coalesce(sex, '') AS sex FROM patients`

function createPatient(sql: Sql, at: number, person: Person): string {
  const id = uuidV7(at)
  sql(
    `INSERT INTO patients (id, created_at, name, name_kana, birthdate, sex, identity)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, at, person.name, person.nameKana, person.birthdate, person.sex, person.identity)
  return id
}

function referenceNumber(sql: Sql, patientId: string, numbers: PatientNumbers): string | null {
  const row = sql<{ n: string }>(
    `SELECT reference_number AS n FROM patient_numbers WHERE patient_id = ?
     ORDER BY reference_number = ? DESC, reference_number = ? DESC LIMIT 1`,
  ).get(patientId, numbers.asked, numbers.returned)
  return row?.n ?? null
}
