import type { AuditAction } from '../kernel/audit-actions.ts'
import {
  type CertificateFacts,
  type CertificateListing,
  type CertificateTrial,
  CONFIGURED,
} from '../kernel/certificate.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { IdentityTrial } from '../kernel/line.ts'
import type { Clock } from '../kernel/ports.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'

/** What opens a certificate. Never shown, never logged. */
export interface CertificateSecret {
  readonly pkcs12: Uint8Array
  readonly passphrase: string
}

/** One certificate without its secret. Times are epoch ms. */
export interface StoredCertificate
  extends Pick<CertificateListing, 'id' | 'importedAt' | 'lastTrial'> {
  /** Null: it is the configured one, which nobody stored. */
  readonly facts: CertificateFacts | null
  /** Null: never. */
  readonly activatedAt: number | null
}

/**
 * The clinic's certificates: those that were imported, as they came, and what became of the
 * configured one, whose id is `config`. None is ever deleted. Every verb may throw `STORE_*`.
 */
export interface CertificateRegistry {
  /** One that is here already, by its fingerprint, stays as it is. Gives its id. */
  add(secret: CertificateSecret, facts: CertificateFacts): Promise<string>
  /** The configured one first, then as they were imported. */
  list(): StoredCertificate[]
  /** Undefined for an id that nobody imported. */
  secretOf(id: string): CertificateSecret | undefined
  recordTrial(id: string, lines: readonly IdentityTrial[]): Promise<void>
  /** The one that was activated last; the configured one before anybody did. */
  activeId(): string
  /** On disk once it resolves. */
  activate(id: string): Promise<void>
}

/** The transactions below, in the writer thread. */
interface CertificateWriter {
  add(record: AddRecord): Promise<void>
  recordTrial(record: TrialRecord): Promise<void>
  activate(record: ChangeRecord): Promise<void>
}

interface Row {
  readonly id: string
  readonly importedAt: number
  readonly facts: string
  readonly triedAt: number | null
  readonly trial: string | null
  readonly activatedAt: number | null
}

/** Enough of the fingerprint to be typed by hand; nobody has two certificates that share it. */
const idOf = ({ fingerprint }: CertificateFacts) =>
  fingerprint.replaceAll(':', '').slice(0, 12).toLowerCase()

export function openCertificates(
  sql: Sql,
  writer: CertificateWriter,
  clock: Pick<Clock, 'now'>,
): CertificateRegistry {
  return {
    async add(secret, facts) {
      const id = idOf(facts)
      const at = clock.now()
      await writer.add({ id, at, ...secret, facts: JSON.stringify(facts) })
      return id
    },

    list() {
      const rows = sql<Row>(
        `SELECT id, imported_at AS importedAt, facts, tried_at AS triedAt, trial,
           activated_at AS activatedAt FROM certificates ORDER BY imported_at, id`,
      ).all()
      const configured = rows.find(({ id }) => id === CONFIGURED)
      return [
        {
          id: CONFIGURED,
          importedAt: null,
          facts: null,
          lastTrial: configured === undefined ? null : trialIn(configured),
          activatedAt: configured?.activatedAt ?? null,
        },
        ...rows.filter(({ id }) => id !== CONFIGURED).map(stored),
      ]
    },

    secretOf: (id) =>
      id === CONFIGURED
        ? undefined
        : sql<CertificateSecret>('SELECT pkcs12, passphrase FROM certificates WHERE id = ?').get(
            id,
          ),

    async recordTrial(id, lines) {
      await writer.recordTrial({
        ...change(clock),
        id,
        trial: JSON.stringify(lines.map(({ line, fault }) => ({ line, fault }))),
      })
    },

    activeId: () =>
      sql<{ id: string }>(
        `SELECT id FROM certificates WHERE activated_at IS NOT NULL
         ORDER BY activated_at DESC LIMIT 1`,
      ).get()?.id ?? CONFIGURED,

    async activate(id) {
      await writer.activate({ ...change(clock), id })
    },
  }
}

function change(clock: Pick<Clock, 'now'>) {
  const at = clock.now()
  return { at, auditId: uuidV7(at) }
}

/** What we wrote ourselves; the database’s pages are authenticated. */
const stored = (row: Row): StoredCertificate => ({
  id: row.id,
  importedAt: row.importedAt,
  facts: JSON.parse(row.facts),
  lastTrial: trialIn(row),
  activatedAt: row.activatedAt,
})

const trialIn = ({ triedAt, trial }: Row): CertificateTrial | null =>
  triedAt === null || trial === null ? null : { at: triedAt, lines: JSON.parse(trial) }

interface AddRecord extends CertificateSecret {
  readonly id: string
  readonly at: number
  /** JSON of `CertificateFacts`. */
  readonly facts: string
}

interface ChangeRecord {
  readonly id: string
  readonly at: number
  readonly auditId: string
}

const record = (sql: Sql, action: AuditAction, { id, at, auditId }: ChangeRecord) =>
  audit(sql, { id: auditId, at, actor: 'console', action, subject: id })

const INSERT = `INSERT OR IGNORE INTO certificates (id, imported_at, pkcs12, passphrase, facts)
  VALUES (?, ?, ?, ?, ?)`

/** The configured one has a row too once something became of it: without a secret, without facts. */
function touch(sql: Sql, { id, at }: ChangeRecord): void {
  if (id === CONFIGURED) sql(INSERT).run(id, at, new Uint8Array(), '', '{}')
}

interface TrialRecord extends ChangeRecord {
  /** JSON of what came of it on each line. */
  readonly trial: string
}

/** Part of `transactions`: each is one transaction with its audit record. */
export const certificateTransactions = {
  addCertificate(sql: Sql, { id, at, pkcs12, passphrase, facts }: AddRecord): void {
    sql(INSERT).run(id, at, pkcs12, passphrase, facts)
    // The same certificate in a better container, with its intermediates perhaps: to be tried anew.
    sql(
      `UPDATE certificates SET pkcs12 = ?, passphrase = ?, tried_at = NULL, trial = NULL
       WHERE id = ? AND activated_at IS NULL`,
    ).run(pkcs12, passphrase, id)
    record(sql, 'certificate-import', { id, at, auditId: `${id}/import/${at}` })
  },

  tryCertificate(sql: Sql, c: TrialRecord): void {
    touch(sql, c)
    sql('UPDATE certificates SET tried_at = ?, trial = ? WHERE id = ?').run(c.at, c.trial, c.id)
    record(sql, 'certificate-try', c)
  },

  activateCertificate(sql: Sql, c: ChangeRecord): void {
    touch(sql, c)
    // Never before an earlier one: a clock that was set back must not undo what was chosen last.
    sql(
      `UPDATE certificates SET activated_at =
         max(?, 1 + (SELECT coalesce(max(activated_at), 0) FROM certificates)) WHERE id = ?`,
    ).run(c.at, c.id)
    record(sql, 'certificate-activate', c)
  },
}
