import type { Sql } from './database.ts'
import type { Feed } from './feed.ts'
import type { Hold } from './hold-state.ts'

/** The newest word of a person that it is somebody’s. */
const RELEASE = `SELECT max(position) AS position FROM events
  WHERE type = 'note' AND verification_id = ? AND CAST(body AS TEXT) ->> '$.note.kind' = 'release'`

/** An item as it is after what people decided on its verification: held, released, nobody’s. */
export function asDecided(
  sql: Sql,
  feed: Feed,
  item: Uint8Array | undefined,
  hold: Hold | undefined,
): Uint8Array | undefined {
  if (item === undefined || hold === undefined || hold.position === null) return item
  const event = parsed(item)
  const release = sql<{ position: number | null }>(RELEASE).get(hold.verificationId)?.position
  const note = release == null ? undefined : feed.item(release)
  const verification = {
    ...(note === undefined ? event : parsed(note)).verification,
    held: hold.state !== 'released',
    ...(hold.state === 'rejected' && { patient: null }),
  }
  return Buffer.from(JSON.stringify({ ...event, verification }))
}

/** What the store wrote itself. */
const parsed = (item: Uint8Array): { readonly verification: Readonly<Record<string, unknown>> } =>
  JSON.parse(Buffer.from(item).toString())
