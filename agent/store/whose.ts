import type { Sql } from './database.ts'

/**
 * The column of `verifications`, and its value, by which those of a patient number are found: of the
 * patient who has this number. Where no patient has it, those that were asked with it: one that was
 * asked with a patient's number but is linked elsewhere is not theirs.
 */
export function ownerOf(
  sql: Sql,
  patientNumber: string,
): readonly ['patient_id' | 'patient_number', string] {
  const patient = sql<{ id: string }>(
    'SELECT patient_id AS id FROM patient_numbers WHERE reference_number = ?',
  ).get(patientNumber)
  return patient === undefined ? ['patient_number', patientNumber] : ['patient_id', patient.id]
}

/** Of `verifications v`: it is not open whose it is, and nobody said that it is of somebody else. */
export const IS_THEIRS = `NOT EXISTS (SELECT 1 FROM holds h
  WHERE h.verification_id = v.id AND h.state <> 'released')`
