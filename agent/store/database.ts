import Database from 'better-sqlite3'
import { AgentError, codeOf } from '../kernel/errors.ts'

export type Connection = Database.Database

/** A 32-byte key, raw: no passphrase is stretched, so that opening costs nothing. */
export const STORE_KEY_BYTES = 32

/** How long a connection waits for another one's lock, ms. */
export const BUSY_MS = 2_000

/**
 * Opens one encrypted connection (ChaCha20-Poly1305 pages; agent/decisions/0004). Throws
 * `STORE_KEY_WRONG` when the file is no database under this key.
 */
export function openDatabase(
  path: string,
  key: Uint8Array,
  mode: 'read-only' | 'read-write',
): Connection {
  const db = connect(path, mode)
  try {
    db.pragma("cipher = 'chacha20'")
    db.pragma(`key = 'raw:${Buffer.from(key).toString('hex')}'`)
    // Temporary tables would otherwise reach the disk in plain text.
    db.pragma('temp_store = MEMORY')
    db.pragma(`busy_timeout = ${BUSY_MS}`)
    // What is deleted is overwritten: a free page would otherwise keep it, under a key that lives on.
    db.pragma('secure_delete = ON')
    db.pragma('foreign_keys = ON')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    throw storeFault(error, 'STORE_KEY_WRONG')
  }
}

/** Opens without a key. Throws `STORE_FAILED` where the folder is missing or closed to us. */
export function connect(path: string, mode: 'read-only' | 'read-write'): Connection {
  try {
    return new Database(path, { readonly: mode === 'read-only', timeout: 0 })
  } catch (error) {
    // better-sqlite3 throws a TypeError for a missing folder.
    if (error instanceof TypeError)
      throw new AgentError('STORE_FAILED', `no folder for ${path}`, { cause: error })
    throw storeFault(error)
  }
}

/**
 * Wraps an SQLite error that an operator can act on; anything else is a bug and passes. Pages that
 * do not decrypt mean a wrong key while opening, and damage once the key has opened the file.
 */
export function storeFault(
  error: unknown,
  undecipherable: 'STORE_KEY_WRONG' | 'STORE_CORRUPT' = 'STORE_CORRUPT',
): unknown {
  const code = codeOf(error)
  const wrap = (fault: 'STORE_FULL' | 'STORE_FAILED' | 'STORE_CORRUPT' | 'STORE_KEY_WRONG') =>
    new AgentError(fault, `database: ${code}`, { cause: error, facts: { sqlite: code } })
  if (code.startsWith('SQLITE_NOTADB')) return wrap(undecipherable)
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return wrap('STORE_FULL')
  if (code.startsWith('SQLITE_CORRUPT')) return wrap('STORE_CORRUPT')
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY|BUSY|LOCKED|NOMEM|PERM)/.test(code))
    return wrap('STORE_FAILED')
  // Of the files beside it, of which one may be on a share or a stick: what a system call says (ERR_* is Node's).
  if (/^E[A-Z0-9]+$/.test(code)) return wrap('STORE_FAILED')
  return error
}

export interface Statement<Row> {
  get(...values: unknown[]): Row | undefined
  all(...values: unknown[]): Row[]
  run(...values: unknown[]): {
    readonly lastInsertRowid: number | bigint
    readonly changes: number
  }
}

/** Given what a statement was refused with, and the same once more. */
export type OnFault = (fault: AgentError, again: () => void) => void

/**
 * Prepares each statement once per connection; errors of SQLite come out as `STORE_*`. The row
 * type is the caller's word for what its own SQL selects.
 */
export function statements(db: Connection, onFault: OnFault = () => {}) {
  const cache = new Map<string, Statement<unknown>>()
  const guard = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      const fault = storeFault(error)
      if (fault instanceof AgentError) onFault(fault, () => void again(work))
      throw fault
    }
  }
  return <Row = unknown>(sql: string): Statement<Row> => {
    const known =
      cache.get(sql) ??
      guarded(
        guard(() => db.prepare<unknown[], unknown>(sql)),
        guard,
      )
    cache.set(sql, known)
    return known as Statement<Row>
  }
}
export type Sql = ReturnType<typeof statements>

function again(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    throw storeFault(error)
  }
}

function guarded(
  statement: Database.Statement<unknown[], unknown>,
  guard: <T>(work: () => T) => T,
): Statement<unknown> {
  return {
    get: (...values) => guard(() => statement.get(...values)),
    all: (...values) => guard(() => statement.all(...values)),
    run: (...values) => guard(() => statement.run(...values)),
  }
}
