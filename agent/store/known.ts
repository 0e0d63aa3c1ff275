import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { SourceKind } from '../kernel/judgement.ts'
import type {
  Known,
  KnownPatient,
  LastAnswer,
  PatientHistory,
  PatientNumbers,
} from '../kernel/known.ts'
import { OfficialResult } from '../kernel/official.ts'
import type { Subject, Traits } from '../kernel/person.ts'
import { Outcome } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { paidInFullAt } from './follow-ups.ts'
import { isAid } from './insurer.ts'
import { formFor } from './intakes.ts'
import { IS_THEIRS } from './whose.ts'

/** Whom an answer is about, as far as it says. */
export interface Sought {
  readonly questionId: string
  readonly supersedes: string | null
  readonly numbers: PatientNumbers
  readonly subject: Subject
}

/** What a judgement rests on; where it is no longer so, the judgement is made anew. */
export interface Basis {
  /** Ids of the patients whom it may have been about. */
  readonly patients: readonly string[]
  /** Whose history it looked at. */
  readonly patientId: string | null
  /** Newest verification of that patient; 0: none. */
  readonly position: number
}

/** What is known before an answer is judged. */
export interface KnownReads {
  /** Whom it may be about. */
  known(sought: Sought): Known
  /**
   * What was known of a patient, before a verification where one is named, and the position of the
   * patient's newest. What a person doubts is not known.
   */
  historyOf(patientId: string, before?: string): PatientHistory & Pick<Basis, 'position'>
  patient(who: { readonly id: string } | { readonly number: string }): KnownPatient | undefined
}

const PATIENT = `SELECT id, created_at AS firstSeenAt, coalesce(name, '') AS name,
  coalesce(name_kana, '') AS nameKana, coalesce(birthdate, '') AS birthdate,
  coalesce(sex, '') AS sex, identity FROM patients`

/** Of one birth date there are as many as a clinic has patients to a day. */
const OF_A_DAY = 200
/** Who was asked about more often since without a result is as good as new. */
const LOOKED_AT = 20

/**
 * The patients that the numbers point at; where they point at none, those of the identity; where
 * there are none, everybody with this birth date, but nobody who has another number than the one
 * that was sent.
 */
export function candidatesFor(
  sql: Sql,
  { numbers, subject }: Pick<Sought, 'numbers' | 'subject'>,
): Pick<Known, 'patients' | 'by'> {
  const sent = [numbers.asked, numbers.returned].filter((number) => number !== null)
  const numbered = new Map<string, KnownPatient>()
  for (const number of sent) {
    const row = patientWith(sql, number)
    if (row !== undefined) numbered.set(row.id, row)
  }
  if (numbered.size > 0) return { patients: [...numbered.values()], by: 'number' }
  if (subject === 'nobody' || subject === 'unclear') return { patients: [], by: null }
  const ofCard =
    subject.identity === null
      ? []
      : sql<KnownPatient>(`${PATIENT} WHERE identity = ? ORDER BY id LIMIT 2`).all(subject.identity)
  if (ofCard.length > 0) return { patients: ofCard, by: 'card' }
  const ofDay = sql<KnownPatient>(
    `${PATIENT} WHERE birthdate = ? AND (? = 0 OR NOT EXISTS (
       SELECT 1 FROM patient_numbers n WHERE n.patient_id = patients.id))
     ORDER BY id LIMIT ${OF_A_DAY}`,
  ).all(subject.birthdate, sent.length)
  return { patients: ofDay, by: ofDay.length > 0 ? 'birthdate' : null }
}

const patientWith = (sql: Sql, number: string) =>
  sql<KnownPatient>(
    `${PATIENT} WHERE id = (SELECT patient_id FROM patient_numbers WHERE reference_number = ?)`,
  ).get(number)

/** Whether a judgement still rests on what is so. */
export function isStale(
  sql: Sql,
  sought: Pick<Sought, 'numbers' | 'subject'>,
  { patients, patientId, position }: Basis,
): boolean {
  const now = candidatesFor(sql, sought).patients.map(({ id }) => id)
  if (now.length !== patients.length || now.some((id) => !patients.includes(id))) return true
  return patientId !== null && positionOf(sql, patientId) !== position
}

const positionOf = (sql: Sql, patientId: string) =>
  sql<{ position: number | null }>(
    'SELECT max(position) AS position FROM verifications WHERE patient_id = ?',
  ).get(patientId)?.position ?? 0

export function openKnown(sql: Sql): KnownReads {
  return {
    known(sought) {
      return {
        ...candidatesFor(sql, sought),
        intake: intakeTraits(sql, sought.questionId),
        paidInFullAt: paidInFullAt(sql, sought.supersedes, sought.numbers.asked),
      }
    },
    historyOf(patientId, before) {
      const end = before === undefined ? NEVER : placeOf(sql, before)
      return {
        last: lastAnswerOf(sql, patientId, end),
        lastVisitAt: lastVisitOf(sql, patientId, end),
        position: positionOf(sql, patientId),
      }
    },
    patient: (who) =>
      'id' in who
        ? sql<KnownPatient>(`${PATIENT} WHERE id = ?`).get(who.id)
        : patientWith(sql, who.number),
  }
}

function intakeTraits(sql: Sql, questionId: string): Traits | null {
  const form = formFor(sql, questionId)
  if (form === undefined) return null
  const { name, nameKana = '', birthdate, sex } = form
  return { name, nameKana, birthdate, sex }
}

/** Behind every position. */
const NEVER = Number.MAX_SAFE_INTEGER

const placeOf = (sql: Sql, verificationId: string) =>
  sql<{ position: number }>('SELECT position FROM verifications WHERE id = ?').get(verificationId)
    ?.position ?? NEVER

const lastVisitOf = (sql: Sql, patientId: string, end: number) =>
  sql<{ at: number }>(
    `SELECT coalesce(received_at, ended_at) AS at FROM verifications v
     WHERE patient_id = ? AND position < ? AND (received_at IS NULL OR received_at > 0) AND ${IS_THEIRS}
     ORDER BY position DESC LIMIT 1`,
  ).get(patientId, end)?.at ?? null

/** A stored verification as far as it is looked back at. */
const Answered = Type.Object({
  verification: Type.Object({
    source: Type.Object({ kind: SourceKind }),
    outcome: Outcome,
    results: Type.Array(OfficialResult),
  }),
})

interface AnsweredRow {
  readonly verificationId: string
  readonly at: number
  readonly body: Uint8Array
}

/**
 * The newest that held and names an insurer: what an expired card still says is no news. Where none
 * does, the newest with a result.
 */
function lastAnswerOf(sql: Sql, patientId: string, end: number): LastAnswer | null {
  let newest: LastAnswer | null = null
  for (const position of answeredPositions(sql, patientId, end)) {
    const answer = answerAt(sql, position)
    if (answer === undefined || answer.results.length === 0) continue
    if (isCurrent(answer)) return answer
    newest ??= answer
  }
  return newest
}

/** Newest first, one after the other: nearly always the first says it, and a regular has hundreds. */
function* answeredPositions(sql: Sql, patientId: string, end: number): Generator<number> {
  let before = end
  for (let looked = 0; looked < LOOKED_AT; looked += 1) {
    const row = sql<{ position: number }>(
      `SELECT position FROM verifications v
       WHERE patient_id = ? AND position < ? AND outcome NOT IN ('offline', 'failed', 'pending')
         AND ${IS_THEIRS}
       ORDER BY position DESC LIMIT 1`,
    ).get(patientId, before)
    if (row === undefined) return
    before = row.position
    yield before
  }
}

const isCurrent = ({ outcome, results }: LastAnswer) =>
  outcome !== 'invalid' && results.some((one) => !isAid(one) && one.insurerNumber?.trim())

function answerAt(sql: Sql, position: number): LastAnswer | undefined {
  const row = sql<AnsweredRow>(
    'SELECT verification_id AS verificationId, at, body FROM events WHERE position = ?',
  ).get(position)
  if (row === undefined) return undefined
  const event: unknown = JSON.parse(Buffer.from(row.body).toString())
  if (!Check(Answered, event)) return undefined
  const { verificationId, at } = row
  const { source, outcome, results } = event.verification
  return { verificationId, at, source: source.kind, outcome, results }
}
