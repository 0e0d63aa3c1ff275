import type { CardKey } from '../kernel/person.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { LastKnown, Outcome } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { IS_THEIRS } from './whose.ts'

/**
 * The newest verification that the official side decided, of the patient whom a question was about:
 * the one who has the number that was sent, else the one whose card it is. Null where that is not
 * one person, or the number and the card do not speak of the same.
 */
export function lastKnownOf(
  sql: Sql,
  patientNumber: string | null,
  card: CardKey | null,
): LastKnown | null {
  const id = patientOf(sql, patientNumber, card)
  if (id === null) return null
  const last = sql<{ id: string; endedAt: number; outcome: Outcome }>(
    `SELECT id, ended_at AS endedAt, outcome FROM verifications v
     WHERE patient_id = ? AND outcome NOT IN ('offline', 'failed', 'pending') AND ${IS_THEIRS}
     ORDER BY position DESC LIMIT 1`,
  ).get(id)
  if (last === undefined) return null
  return { id: last.id, at: toRfc3339(last.endedAt), outcome: last.outcome }
}

function patientOf(sql: Sql, number: string | null, card: CardKey | null): string | null {
  const held = card === null ? [] : holdersOf(sql, card)
  const numbered = number === null ? undefined : patientWith(sql, number)
  if (numbered === undefined) return held.length === 1 ? (held[0] ?? null) : null
  const isOtherDay = card !== null && numbered.birthdate !== card.birthdate
  const isOtherCard = held.length > 0 && !held.includes(numbered.id)
  return isOtherDay || isOtherCard ? null : numbered.id
}

const patientWith = (sql: Sql, number: string) =>
  sql<{ id: string; birthdate: string }>(
    `SELECT id, coalesce(birthdate, '') AS birthdate FROM patients
     WHERE id = (SELECT patient_id FROM patient_numbers WHERE reference_number = ?)`,
  ).get(number)

/**
 * Whose identity begins as the card says. A branch that one of the two does not name says nothing:
 * a family on one card is told apart by birth date, and twins without branches are two candidates.
 */
function holdersOf(sql: Sql, { card, branch, birthdate }: CardKey): string[] {
  const rows = sql<{ id: string; identity: string }>(
    'SELECT id, identity FROM patients WHERE identity >= ? AND identity < ? AND birthdate = ?',
  ).all(card, `${card.slice(0, -1)}}`, birthdate)
  return rows
    .filter(({ identity }) => {
      const [known = ''] = identity.slice(card.length).split('|')
      return known === '' || branch === '' || known === branch
    })
    .map(({ id }) => id)
}
