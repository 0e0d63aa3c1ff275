import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Sql } from './database.ts'
import { isAid, plainNumber } from './insurer.ts'
import { IS_THEIRS } from './whose.ts'

/** A verification as far as it says how a patient is insured. */
const Said = Type.Object({
  official: Type.Union([
    Type.Object({
      header: Type.Object({ referenceClassification: Type.Optional(Type.String()) }),
    }),
    Type.Null(),
  ]),
  results: Type.Array(
    Type.Object({
      insuredCardClassification: Type.Optional(Type.String()),
      insurerNumber: Type.Optional(Type.String()),
      insuredIdentificationNumber: Type.Optional(Type.String()),
    }),
  ),
})
type Said = Static<typeof Said>
type Result = Said['results'][number]

/** A My Number card was asked about: the answer is everything that the patient has. */
const isOfPerson = ({ official }: Said) => official?.header.referenceClassification === '1'

const isSameCard = (one: Result, other: Result) =>
  plainNumber(one.insurerNumber) === plainNumber(other.insurerNumber) &&
  plainNumber(one.insuredIdentificationNumber) === plainNumber(other.insuredIdentificationNumber)

/** Whether a later valid answer says what holds now of a card. */
const speaksOf = (later: Said, card: Result): boolean =>
  later.results.some((one) => isSameCard(one, card) || isAid(one) === isAid(card)) ||
  (isOfPerson(later) && later.results.length > 0)

/** The newest of a patient are enough: who was asked about more often since has been seen. */
const LOOKED_AT = 20

const SAID = `SELECT CAST(e.body AS TEXT) ->> '$.verification' AS verification
  FROM verifications v JOIN events e ON e.position = v.position`
const VALID = `v.outcome IN ('valid', 'valid-unregistered') AND ${IS_THEIRS}`

interface Row {
  readonly verification: string
}

function saidIn({ verification }: Row): Said[] {
  const said: unknown = JSON.parse(verification)
  return Check(Said, said) ? [said] : []
}

/**
 * Whether later valid verifications of the same patient say how every card of this one stands now,
 * so that a target which keeps a state is spared the older one. A question about one card does not
 * speak of another, and an invalid answer brings nothing in an older one's place: what a target
 * comes to hold does not depend on how late its deliveries were.
 */
export function isSuperseded(sql: Sql, patientId: string, verificationId: string): boolean {
  const later = sql<Row>(
    `${SAID} WHERE v.patient_id = ? AND v.position > (
       SELECT position FROM verifications WHERE id = ?) AND ${VALID}
     ORDER BY v.position DESC LIMIT ${LOOKED_AT}`,
  )
    .all(patientId, verificationId)
    .flatMap(saidIn)
  if (later.length === 0) return false
  const [own] = sql<Row>(`${SAID} WHERE v.id = ?`).all(verificationId).flatMap(saidIn)
  if (own === undefined) return false
  return own.results.every((card) => later.some((said) => speaksOf(said, card)))
}
