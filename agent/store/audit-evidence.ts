import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { type AnchorLine, anchorLine } from './audit-anchor.ts'
import { anchored } from './audit-changes.ts'
import { JOURNALS, type JournalReading, journalReading, NOTHING_READ } from './audit-lines.ts'
import type { Sql } from './database.ts'

/** What lies beside a database and speaks of its audit trail. */
export interface Evidence {
  /** Each time from the start on; undefined: a line that is none of ours. */
  readonly anchor: () => Iterable<AnchorLine | undefined>
  /** How many lines the database had heard of before the files were looked at. */
  readonly known: number
  /** The anchors may know more than the database, and of its journals nothing is asked. */
  readonly isOfCopy: boolean
  /** Null: there is no second place, or it is not there now. */
  readonly second: (() => Iterable<AnchorLine | undefined>) | null
  readonly journals: readonly JournalReading[]
}

/**
 * Reads the journals now; of the anchors what is there now, when they are gone through. `sql` must see
 * the database as it is now, not as it was before. Throws what the disk says.
 */
export function evidenceOf(
  sql: Sql,
  path: string,
  second: string | null,
  key: Uint8Array,
): Evidence {
  const known = anchored(sql)
  return {
    ...evidenceForCopy(path, second, key),
    known,
    isOfCopy: false,
    journals: JOURNALS.map((suffix, file) => {
      const name = `${path}${suffix}`
      return existsSync(name) ? journalReading(key, file, readFileSync(name)) : NOTHING_READ
    }),
  }
}

/** For a copy of the database at `path`, from an earlier time. */
export function evidenceForCopy(path: string, second: string | null, key: Uint8Array): Evidence {
  return {
    known: 0,
    isOfCopy: true,
    anchor: anchorLinesIn(anchorPath(path), key),
    second: second === null || !existsSync(second) ? null : anchorLinesIn(second, key),
    journals: [],
  }
}

/** What is there now, each time from the start on. Throws what the disk says. */
export function anchorLinesIn(
  path: string,
  key: Uint8Array,
): () => Iterable<AnchorLine | undefined> {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return () => (bytes === 0 ? [] : linesOf(path, bytes, key))
}

export const anchorPath = (path: string): string => `${path}.audit.anchor`

const CHUNK_BYTES = 65_536

/** Whole lines only: what is behind the last one was torn by a power cut. */
function* linesOf(
  path: string,
  bytes: number,
  key: Uint8Array,
): Generator<AnchorLine | undefined, undefined> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest = ''
    for (let at = 0; at < bytes; ) {
      const read = readSync(file, chunk, 0, Math.min(chunk.length, bytes - at), at)
      if (read === 0) return
      at += read
      const texts = `${rest}${chunk.toString('latin1', 0, read)}`.split('\n')
      rest = texts.pop() ?? ''
      for (const text of texts) yield anchorLine(key, text)
    }
  } finally {
    closeSync(file)
  }
}
