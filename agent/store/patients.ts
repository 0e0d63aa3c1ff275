import { uuidV7 } from '../kernel/ids.ts'
import type { Link, PatientNumbers } from '../kernel/known.ts'
import { compareNames } from '../kernel/names.ts'
import {
  contradicts,
  isOtherSex,
  type Person,
  type Subject,
  type Traits,
} from '../kernel/person.ts'
import type { PatientLink } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { candidatesFor } from './known.ts'

export interface LinkRecord {
  readonly verificationId: string
  readonly at: number
  readonly numbers: PatientNumbers
  readonly subject: Subject
  /** As it was judged. */
  readonly link: Link
  /** Who said so: `agent`, or a person. */
  readonly by: string
}

/**
 * Links a verification to the clinic's record of a person as it was judged, inside the caller's
 * transaction.
 */
export function linkPatient(
  sql: Sql,
  record: LinkRecord,
): Omit<PatientLink, 'insurerChanged'> | null {
  const { verificationId, at, numbers, by } = record
  const found = foundFor(sql, record)
  if (found === null) return null
  const { id, isNew } = found
  const isOfPerson = record.subject !== 'nobody'
  for (const number of isOfPerson ? [numbers.asked, numbers.returned] : [])
    if (number !== null)
      sql('INSERT OR IGNORE INTO patient_numbers (reference_number, patient_id) VALUES (?, ?)').run(
        number,
        id,
      )
  sql('INSERT INTO patient_links (verification_id, patient_id, at, by) VALUES (?, ?, ?, ?)').run(
    verificationId,
    id,
    at,
    by,
  )
  const name = sql<{ name: string }>('SELECT name FROM patients WHERE id = ?').get(id)?.name
  return {
    id,
    referenceNumber: referenceNumber(sql, id, numbers),
    firstSeenHere: isNew,
    name: name || null,
  }
}

function foundFor(
  sql: Sql,
  { at, numbers, subject, link }: LinkRecord,
): { readonly id: string; readonly isNew: boolean } | null {
  if (link.is === 'none') return null
  if (link.is === 'known') {
    if (link.renamed !== null) rename(sql, link.patientId, link.renamed)
    if (subject !== 'nobody' && subject !== 'unclear' && subject.identity !== null)
      sql('UPDATE patients SET identity = ? WHERE id = ? AND identity IS NOT ?').run(
        subject.identity,
        link.patientId,
        subject.identity,
      )
    return { id: link.patientId, isNew: false }
  }
  if (subject === 'nobody' || subject === 'unclear') return null
  const known = whoIsThereNow(sql, numbers, subject)
  if (known === null) return null
  if (known !== 'nobody') return { id: known, isNew: false }
  const id = uuidV7(at)
  sql(
    `INSERT INTO patients (id, created_at, name, name_kana, birthdate, sex, identity)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(id, at, subject.name, subject.nameKana, subject.birthdate, subject.sex, subject.identity)
  return { id, isNew: true }
}

/**
 * A verification is nobody's from now on, and so is a number that came with it alone: the clinic took
 * it down for somebody else.
 */
export function unlinkPatient(sql: Sql, verificationId: string): void {
  const linked = sql<{ patientId: string | null; number: string | null }>(
    'SELECT patient_id AS patientId, patient_number AS number FROM verifications WHERE id = ?',
  ).get(verificationId)
  if (linked === undefined || linked.patientId === null) return
  const { patientId, number } = linked
  sql('UPDATE verifications SET patient_id = NULL WHERE id = ?').run(verificationId)
  sql(
    `DELETE FROM patient_numbers WHERE reference_number = ? AND patient_id = ? AND NOT EXISTS (
       SELECT 1 FROM verifications WHERE patient_number = ? AND patient_id = ?)`,
  ).run(number, patientId, number, patientId)
}

/**
 * Nobody was there when it was judged; another result of the same transaction may have been the first
 * to speak of the person since. Null: it is not clear who that is.
 */
function whoIsThereNow(
  sql: Sql,
  numbers: PatientNumbers,
  person: Person,
): string | null | 'nobody' {
  const { patients, by } = candidatesFor(sql, { numbers, subject: person })
  const isSame = (one: Traits) =>
    compareNames(one, person) === 'same' && !isOtherSex(one.sex, person.sex)
  const fitting = by === 'birthdate' ? patients.filter(isSame) : patients
  const [known, ...others] = fitting
  if (known === undefined) return 'nobody'
  const isOther = by === 'number' && contradicts(known, person)
  return others.length > 0 || isOther ? null : known.id
}

const rename = (sql: Sql, id: string, { name, nameKana, birthdate, sex }: Partial<Traits>) =>
  sql(
    `UPDATE patients SET name = coalesce(?, name), name_kana = coalesce(?, name_kana),
       birthdate = coalesce(?, birthdate), sex = coalesce(?, sex) WHERE id = ?`,
  ).run(name ?? null, nameKana ?? null, birthdate ?? null, sex ?? null, id)

function referenceNumber(sql: Sql, patientId: string, numbers: PatientNumbers): string | null {
  const row = sql<{ n: string }>(
    `SELECT reference_number AS n FROM patient_numbers WHERE patient_id = ?
     ORDER BY reference_number = ? DESC, reference_number = ? DESC LIMIT 1`,
  ).get(patientId, numbers.asked, numbers.returned)
  return row?.n ?? null
}
