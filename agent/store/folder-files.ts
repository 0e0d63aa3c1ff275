import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { FolderRole } from '../kernel/terminal.ts'
import type { Sql } from './database.ts'

/** A file that was dealt with, by what it is known by. */
export interface FileRecord {
  readonly role: FolderRole
  readonly name: string
  readonly sizeBytes: number
  /** Hex. */
  readonly sha256: string
  readonly at: number
  /**
   * `taken`: its events are in the feed; `passed`: nothing for us; `owed`: one of these, and the
   * receipt computer has not got it yet. `removed`, once it was taken away: if it comes again, it
   * is for the receipt computer again, and no new event.
   */
  readonly became: 'taken' | 'passed' | 'owed' | 'removed'
}

export interface FolderBeginning {
  readonly role: FolderRole
  readonly at: number
  /** Names of the files that lay there from earlier days, a line each, deflated. */
  readonly leftovers: Uint8Array
}

/** What is remembered of the official terminal's folders, so that each file is taken once. */
export interface FolderFiles {
  names(role: FolderRole): Iterable<string>
  holds(role: FolderRole, sha256: string, sizeBytes: number): boolean
  /** As `holds`, but only under this name. */
  holdsUnder(role: FolderRole, sha256: string, name: string): boolean
  firstAt(role: FolderRole): number | undefined
  begin(role: FolderRole, at: number, leftovers: readonly string[]): Promise<void>
  /** Remembers a file that is nothing for us. */
  pass(record: FileRecord): Promise<void>
  /** It was taken away; coming again it is dealt with again, from the call on and not from its end. */
  removed(role: FolderRole, name: string): Promise<void>
}

/** The transactions below, in the writer thread. */
interface FolderWriter {
  begin(record: FolderBeginning): Promise<void>
  pass(record: FileRecord): Promise<void>
  remove(record: Pick<FileRecord, 'role' | 'name'>): Promise<void>
}

export const folderTransactions = {
  beginFolder(sql: Sql, { role, at, leftovers }: FolderBeginning): void {
    sql('INSERT OR IGNORE INTO folders (role, first_at, leftovers) VALUES (?, ?, ?)').run(
      role,
      at,
      leftovers,
    )
  },

  passFile: (sql: Sql, record: FileRecord): void => rememberFile(sql, record),

  removeFile(sql: Sql, { role, name }: Pick<FileRecord, 'role' | 'name'>): void {
    sql("UPDATE folder_files SET became = 'removed' WHERE role = ? AND name = ?").run(role, name)
  },
}

/** Within the transaction that makes of the file what it became. */
export function rememberFile(sql: Sql, file: FileRecord): void {
  sql(
    `INSERT INTO folder_files (role, name, sha256, size_bytes, at, became)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET became = excluded.became WHERE became IN ('owed', 'removed')`,
  ).run(file.role, file.name, Buffer.from(file.sha256, 'hex'), file.sizeBytes, file.at, file.became)
}

/** Whether this content has its events, under any name. */
export const knowsFile = (
  sql: Sql,
  { role, sha256, sizeBytes }: Pick<FileRecord, 'role' | 'sha256' | 'sizeBytes'>,
): boolean =>
  sql('SELECT 1 FROM folder_files WHERE sha256 = ? AND role = ? AND size_bytes = ?').get(
    Buffer.from(sha256, 'hex'),
    role,
    sizeBytes,
  ) !== undefined

export function openFolderFiles(sql: Sql, write: FolderWriter): FolderFiles {
  /** Taken away, and not yet remembered so. */
  const going = new Set<string>()
  const placeOf = (role: FolderRole, name: string) => `${role}/${name}`
  return {
    *names(role) {
      const begun = sql<{ leftovers: Uint8Array }>(
        'SELECT leftovers FROM folders WHERE role = ?',
      ).get(role)
      if (begun !== undefined) yield* inflated(begun.leftovers)
      for (const { name } of sql<{ name: string }>(
        "SELECT DISTINCT name FROM folder_files WHERE role = ? AND became NOT IN ('owed', 'removed')",
      ).all(role))
        yield name
    },
    holds: (role, sha256, sizeBytes) =>
      sql(
        `SELECT 1 FROM folder_files
         WHERE sha256 = ? AND role = ? AND size_bytes = ? AND became NOT IN ('owed', 'removed')`,
      ).get(Buffer.from(sha256, 'hex'), role, sizeBytes) !== undefined,
    holdsUnder: (role, sha256, name) =>
      !going.has(placeOf(role, name)) &&
      sql(
        `SELECT 1 FROM folder_files
         WHERE role = ? AND name = ? AND sha256 = ? AND became NOT IN ('owed', 'removed')`,
      ).get(role, name, Buffer.from(sha256, 'hex')) !== undefined,
    firstAt: (role) =>
      sql<{ firstAt: number }>('SELECT first_at AS firstAt FROM folders WHERE role = ?').get(role)
        ?.firstAt,
    begin: (role, at, leftovers) =>
      write.begin({ role, at, leftovers: deflateRawSync(leftovers.join('\n'), { level: 1 }) }),
    pass: write.pass,
    async removed(role, name) {
      going.add(placeOf(role, name))
      await write.remove({ role, name })
      going.delete(placeOf(role, name))
    },
  }
}

function inflated(leftovers: Uint8Array): string[] {
  const text = inflateRawSync(leftovers).toString('utf8')
  return text === '' ? [] : text.split('\n')
}
