import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { CardFace } from '../kernel/card-face.ts'
import type { Sql } from './database.ts'
import { isAid } from './insurer.ts'
import { IS_THEIRS, ownerOf } from './whose.ts'

/** Who came more often without a card in the answer is asked for it. */
const LOOKED_AT = 20

const Results = Type.Array(
  Type.Object({
    insuredCardClassification: Type.Optional(Type.String()),
    insurerNumber: Type.Optional(Type.String()),
    insuredCardSymbol: Type.Optional(Type.String()),
    insuredIdentificationNumber: Type.Optional(Type.String()),
    insuredBranchNumber: Type.Optional(Type.String()),
    birthdate: Type.Optional(Type.String()),
  }),
)

/** `Reads.answeredCard`. */
export function answeredCardOf(sql: Sql, patientNumber: string): CardFace | null {
  const owner = ownerOf(sql, patientNumber)
  for (const outcomes of [VALID, NOT_VALID])
    for (const position of positionsOf(sql, owner, outcomes)) {
      const card = cardIn(resultsAt(sql, position))
      if (card !== null) return card
    }
  return null
}

const VALID = "'valid', 'valid-unregistered'"
const NOT_VALID = "'invalid', 'invalid-new-exists'"

/** Newest first, one after the other: nearly always the first has a card, and a regular has hundreds. */
function* positionsOf(
  sql: Sql,
  [column, value]: ReturnType<typeof ownerOf>,
  outcomes: string,
): Generator<number> {
  let before = Number.MAX_SAFE_INTEGER
  for (let looked = 0; looked < LOOKED_AT; looked += 1) {
    const row = sql<{ position: number }>(
      `SELECT v.position FROM verifications v
       WHERE v.${column} = ? AND v.position < ? AND ${IS_THEIRS} AND v.outcome IN (${outcomes})
       ORDER BY v.position DESC LIMIT 1`,
    ).get(value, before)
    if (row === undefined) return
    before = row.position
    yield before
  }
}

function resultsAt(sql: Sql, position: number): unknown {
  const row = sql<{ results: string | null }>(
    `SELECT CAST(body AS TEXT) ->> '$.verification.results' AS results
     FROM events WHERE position = ?`,
  ).get(position)
  return JSON.parse(row?.results ?? '[]')
}

/** The health insurance; a card of 医療扶助 is asked about at its own counter. */
function cardIn(results: unknown): CardFace | null {
  if (!Check(Results, results)) return null
  const card = results.find((one) => !isAid(one) && isWhole(one))
  if (card === undefined) return null
  const { insurerNumber = '', insuredIdentificationNumber = '', birthdate = '' } = card
  return {
    insurerNumber: insurerNumber.trim(),
    ...(card.insuredCardSymbol && { insuredCardSymbol: card.insuredCardSymbol }),
    insuredIdentificationNumber,
    ...(card.insuredBranchNumber && { insuredBranchNumber: card.insuredBranchNumber }),
    birthdate,
  }
}

const isWhole = (one: Static<typeof Results>[number]) =>
  Boolean(one.insurerNumber?.trim() && one.insuredIdentificationNumber && one.birthdate)
