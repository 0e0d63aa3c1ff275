import { closeSync, fsyncSync, openSync } from 'node:fs'
import { Check } from 'typebox/value'
import type { Census, RestoreGap } from '../kernel/backup.ts'
import { AgentError } from '../kernel/errors.ts'
import { SinkSettings } from '../kernel/sink.ts'
import { audit } from './audit.ts'
import { type Connection, openDatabase, type Sql, statements, storeFault } from './database.ts'
import { holdBackDeliveries } from './deliveries.ts'
import { migrate, newEpoch } from './migrate.ts'
import { BOX_IDENTITY, RESTORED } from './restored.ts'
import { vendorAccessTransactions } from './vendor-access.ts'

/**
 * Whole copies of the store, for backups. All of this is synchronous and reads every page: it belongs
 * into a thread of its own. Every verb may throw `STORE_*`.
 */

/**
 * Copies the store at `path`, which may be in use, to the new file `to` under another key. A snapshot:
 * commits go on meanwhile, and pages that are free are not copied. What would open more than this copy
 * is left out: the clinic's certificates with their private keys, and the key of the machine to its
 * other backups.
 */
export function copyStore(path: string, key: Uint8Array, to: string, toKey: Uint8Array): Census {
  const before = using(openDatabase(path, key, 'read-only'), (db) => {
    const position = positionOf(statements(db))
    db.prepare('VACUUM INTO ?').run(to)
    return position
  })
  return using(openScratch(to, key), (db) => {
    db.pragma('secure_delete = ON')
    db.transaction(() => {
      db.prepare("DELETE FROM certificates WHERE id <> 'config'").run()
      db.prepare('UPDATE certificates SET activated_at = NULL').run()
      db.prepare('DELETE FROM meta WHERE key = ?').run(BOX_IDENTITY)
    })()
    rekey(db, toKey)
    const census = censusOf(db)
    if (census.position < before)
      throw new AgentError('STORE_CORRUPT', 'the copy of the store lacks its newest events')
    return census
  })
}

/** Tries a copy: every page, every index, every reference. Empty: it is whole. */
export function examineCopy(
  path: string,
  key: Uint8Array,
): { readonly census: Census; readonly wrong: readonly string[] } {
  return using(openDatabase(path, key, 'read-only'), (db) => {
    const integrity = db.pragma('integrity_check(1)', { simple: true })
    const references = db.prepare('PRAGMA foreign_key_check').all()
    return {
      census: censusOf(db),
      wrong: [
        ...(integrity === 'ok' ? [] : ['integrity']),
        ...(references.length === 0 ? [] : ['references']),
      ],
    }
  })
}

/** What a copy that was adopted needs of its new machine. */
export interface Adopted {
  /** Folders that files are pushed into. */
  readonly folders: readonly string[]
}

/** A copy becomes a store that was restored. */
export interface RestoreRecord {
  readonly path: string
  readonly key: Uint8Array
  /** Of the machine on which it is to live. */
  readonly newKey: Uint8Array
  readonly gap: RestoreGap
  readonly auditId: string
}

/**
 * Begins a new epoch, holds back what was on its way (it may have arrived since), signs everybody out and
 * ends the access of the support vendor, writes down what is missing, and puts the file under the key of its
 * new machine. On disk when it returns. Throws also `STORE_NEWER`.
 */
export function adoptCopy({ path, key, newKey, gap, auditId }: RestoreRecord): Adopted {
  const adopted = using(openScratch(path, key), (db) => {
    migrate(db)
    const sql = statements(db)
    db.transaction(() => {
      const set = sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
      set.run('epoch', newEpoch())
      set.run(RESTORED, JSON.stringify(gap))
      holdBackDeliveries(sql)
      closeDoors(sql, gap.to)
      // Of backups that the machine before this one kept.
      sql("DELETE FROM job_runs WHERE job = 'backup'").run()
      recordRestore(sql, auditId, gap)
    })()
    rekey(db, newKey)
    return { folders: foldersPushedTo(sql) }
  })
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
  return adopted
}

/** Who was let in when the copy was made may have been shown the door since. */
function closeDoors(sql: Sql, at: number): void {
  sql('DELETE FROM sessions').run()
  const by = { id: 'console', name: 'restore' }
  for (const { id } of sql<{ id: string }>(
    'SELECT id FROM vendor_access WHERE closed_at IS NULL',
  ).all())
    vendorAccessTransactions.endVendorAccess(sql, { id, at, by })
}

const foldersPushedTo = (sql: Sql): string[] =>
  sql<{ sink: string }>('SELECT sink FROM consumers WHERE sink IS NOT NULL')
    .all()
    .flatMap(({ sink }) => {
      const settings: unknown = JSON.parse(sink)
      return Check(SinkSettings, settings) && settings.kind === 'face-folder' ? settings.folder : []
    })

const recordRestore = (sql: Sql, id: string, { to }: RestoreGap) =>
  audit(sql, { id, at: to, actor: 'console', action: 'restore', subject: 'store' })

/** Whoever kills us throws the file away: no journal, no flush. */
function openScratch(path: string, key: Uint8Array): Connection {
  const db = openDatabase(path, key, 'read-write')
  db.pragma('journal_mode = OFF')
  db.pragma('synchronous = OFF')
  return db
}

const rekey = (db: Connection, key: Uint8Array) =>
  db.pragma(`rekey = 'raw:${Buffer.from(key).toString('hex')}'`)

function using<T>(db: Connection, work: (db: Connection) => T): T {
  try {
    return work(db)
  } catch (error) {
    throw storeFault(error)
  } finally {
    db.close()
  }
}

const positionOf = (sql: Sql) =>
  sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0

function censusOf(db: Connection): Census {
  const sql = statements(db)
  const tables = sql<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
  ).all()
  const count = (name: string) =>
    sql<{ n: number }>(`SELECT count(*) AS n FROM "${name}"`).get()?.n ?? 0
  return {
    schema: Number(db.pragma('user_version', { simple: true })),
    epoch: sql<{ value: string }>("SELECT value FROM meta WHERE key = 'epoch'").get()?.value ?? '',
    position: positionOf(sql),
    lastEventAt:
      sql<{ at: number }>('SELECT at FROM events ORDER BY position DESC LIMIT 1').get()?.at ?? null,
    rows: Object.fromEntries(tables.map(({ name }) => [name, count(name)])),
  }
}
