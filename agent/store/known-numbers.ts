import { plain } from '../kernel/person.ts'
import type { Sql } from './database.ts'

/**
 * Whether a patient has this number: of the clinic, or on the card of an identity, where width and
 * leading zeros say nothing.
 */
export function isKnownNumber(sql: Sql, number: string): boolean {
  const written = plain(number)
  const isPatients = sql(
    'SELECT 1 FROM patient_numbers WHERE reference_number IN (?, ?) LIMIT 1',
  ).get(number, written)
  if (isPatients !== undefined) return true
  const onCard = written.replace(/^0+(?=.)/, '')
  return sql('SELECT 1 FROM patients WHERE insured_number = ? LIMIT 1').get(onCard) !== undefined
}
