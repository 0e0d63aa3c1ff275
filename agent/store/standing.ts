import type { Sql } from './database.ts'
import type { Items } from './items.ts'

/** Items of the feed as they stand: held where a person has doubted their verification since. */
export interface Standing {
  /** As `Items.at`. */
  at(position: number, ahead: number): Uint8Array | undefined
  /** Positions of a range, the first exclusive, that a person doubts. */
  doubtedIn(after: number, to: number): readonly number[]
  /** To be called after each commit of a note: it may be a person's word on whose a verification is. */
  noted(): void
}

/**
 * Where a verification stands in the feed that a person doubts, or said is somebody else's: in its own
 * event, and in releases before that. Few; those that the judgement held say so themselves.
 */
const DOUBTED = `SELECT v.position FROM holds h JOIN verifications v ON v.id = h.verification_id
   WHERE h.state <> 'released' AND h.position IS NOT NULL
   UNION ALL
   SELECT n.position FROM holds h CROSS JOIN events n ON n.verification_id = h.verification_id
   WHERE h.state <> 'released' AND h.position IS NOT NULL AND n.type = 'note'
     AND CAST(n.body AS TEXT) ->> '$.note.kind' = 'release'
   ORDER BY 1`

export function openStanding(sql: Sql, items: Items): Standing {
  const read = () =>
    new Set(
      sql<{ position: number }>(DOUBTED)
        .all()
        .map((row) => row.position),
    )
  let doubted = read()
  return {
    at(position, ahead) {
      const item = items.at(position, ahead)
      return item !== undefined && doubted.has(position) ? held(item) : item
    },
    doubtedIn: (after, to) => [...doubted].filter((one) => one > after && one <= to),
    noted() {
      doubted = read()
    },
  }
}

/** What the store wrote itself. */
function held(item: Uint8Array): Uint8Array {
  const event: { readonly verification: object } = JSON.parse(Buffer.from(item).toString())
  const verification = { ...event.verification, held: true }
  return Buffer.from(JSON.stringify({ ...event, verification }))
}
