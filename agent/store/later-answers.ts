import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Sql } from './database.ts'
import { isAid, plainNumber } from './insurer.ts'

/** An answer, or the lack of one, as far as it says which insurance it is about. */
export interface Answered {
  /** Of what was typed, and of what came back. */
  readonly kinds: readonly ('aid' | 'insurance')[]
  /** A My Number card was asked about: the answer is everything that the patient has. */
  readonly isOfPerson: boolean
}

const Results = Type.Array(
  Type.Object({
    insurerNumber: Type.Optional(Type.String()),
    insuredCardClassification: Type.Optional(Type.String()),
  }),
)

/** A 公費負担者番号 of 医療扶助: law 12, eight digits. [eligibility messages, 2.4] */
const isAidNumber = (number: string) => /^12\d{6}$/.test(plainNumber(number))

const kindOf = (result: Static<typeof Results>[number]) =>
  isAid(result) || isAidNumber(result.insurerNumber ?? '') ? 'aid' : 'insurance'

/** Undefined where the question has not ended. */
export function answeredOf(sql: Sql, verificationId: string): Answered | undefined {
  const row = sql<{ typed: string | null; results: string; by: string | null }>(
    `SELECT q.body ->> '$.face.insurerNumber' AS typed,
       CAST(e.body AS TEXT) ->> '$.verification.results' AS results,
       CAST(e.body AS TEXT) ->> '$.verification.official.header.referenceClassification' AS by
     FROM verifications v JOIN questions q ON q.id = v.id JOIN events e ON e.position = v.position
     WHERE v.id = ?`,
  ).get(verificationId)
  if (row === undefined) return undefined
  const results: unknown = JSON.parse(row.results)
  const kinds = Check(Results, results) ? results.map(kindOf) : []
  if (row.typed !== null) kinds.push(kindOf({ insurerNumber: row.typed }))
  return { kinds, isOfPerson: row.by === '1' }
}

/**
 * Whether a later answer about the same patient says what an earlier question asked. One about 医療扶助
 * says nothing of an insurance; a card without an answer may have been about both.
 */
export const speaksOf = (later: Answered, earlier: Answered): boolean =>
  later.isOfPerson ||
  earlier.kinds.length === 0 ||
  later.kinds.some((kind) => earlier.kinds.includes(kind))
