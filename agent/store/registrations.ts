import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import type { Accepted, Actor } from './questions.ts'
import { firstIdAt } from './reads.ts'

export interface RegistrationRecord {
  readonly id: string
  readonly at: number
  /** JSON of who is registered under which number. */
  readonly body: string
  readonly key: RequestKey | null
  readonly actor: Actor
}

export interface StoredRegistration {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly body: string
  /** JSON of what came of it; null while it is asked. */
  readonly result: string | null
}

export interface RegistrationEnd {
  readonly id: string
  readonly at: number
  /** JSON. */
  readonly result: string
}

/** 照会番号登録: patient numbers that the official side is to know. */
export interface Registrations {
  /** On disk once it resolves, before anything is asked; the same key and body find the first one. */
  add(record: RegistrationRecord): Promise<Accepted>
  /** The first end stays. */
  end(record: RegistrationEnd): Promise<void>
  find(id: string): StoredRegistration | undefined
  /** Those that have no result, oldest first. */
  open(): StoredRegistration[]
  /** Ids of those that were made from `fromMs` to before `toMs`, epoch ms. */
  made(fromMs: number, toMs: number): string[]
}

/** The transactions below, in the writer thread. */
interface RegistrationWriter {
  add(record: RegistrationRecord): Promise<Accepted>
  end(record: RegistrationEnd): Promise<void>
}

const REGISTRATION = 'SELECT id, at, body, result FROM registrations'

export const registrationTransactions = {
  addRegistration(sql: Sql, { id, at, body, key, actor }: RegistrationRecord): Accepted {
    const known = recall(sql, key, at)
    if (known !== undefined) return { id: known, isNew: false }
    sql('INSERT INTO registrations (id, at, body) VALUES (?, ?, ?)').run(id, at, body)
    remember(sql, key, at, id)
    audit(sql, { id: `${id}/register`, at, actor, action: 'register', subject: id })
    return { id, isNew: true }
  },

  endRegistration(sql: Sql, { id, at, result }: RegistrationEnd): void {
    sql('UPDATE registrations SET ended_at = ?, result = ? WHERE id = ? AND ended_at IS NULL').run(
      at,
      result,
      id,
    )
    audit(sql, { id: `${id}/registered`, at, actor: 'agent', action: 'registered', subject: id })
  },
}

export function openRegistrations(sql: Sql, write: RegistrationWriter): Registrations {
  return {
    ...write,
    find: (id) => sql<StoredRegistration>(`${REGISTRATION} WHERE id = ?`).get(id),
    open: () => sql<StoredRegistration>(`${REGISTRATION} WHERE ended_at IS NULL ORDER BY at`).all(),
    made: (fromMs, toMs) =>
      sql<{ id: string }>('SELECT id FROM registrations WHERE id >= ? AND id < ?')
        .all(firstIdAt(fromMs), firstIdAt(toMs))
        .map(({ id }) => id),
  }
}
