import { audit, auditHeadOf, auditKeyOf } from '../../../agent/store/audit.ts'
import { adoptUnchained } from '../../../agent/store/audit-adopt.ts'
import { anchorHash, anchorLine, anchorText } from '../../../agent/store/audit-anchor.ts'
import { auditTransactions } from '../../../agent/store/audit-changes.ts'
import type { Evidence } from '../../../agent/store/audit-evidence.ts'
import { journalReading, numbered } from '../../../agent/store/audit-lines.ts'
import type { TrailReport } from '../../../agent/store/audit-report.ts'
import { verifyTrail } from '../../../agent/store/audit-verify.ts'
import { type Connection, connect, type Sql, statements } from '../../../agent/store/database.ts'
import { migrate } from '../../../agent/store/migrate.ts'

const RECORDS = 48
const PURGED = 10
const ANCHORED_EVERY = 4
const WAITING = 6

/** A trail with everything that lies beside it, as bytes that can be changed. */
export interface World {
  readonly db: Connection
  readonly sql: Sql
  readonly known: number
  anchor: Buffer
  readonly journals: Buffer[]
}

const record = (n: number) => ({
  id: `id-${n}`,
  at: 1_790_000_000_000 + n * 1_000,
  actor: n % 3 === 0 ? 'agent' : 'c1',
  action: 'events' as const,
  subject: `v${n}..v${n + 1}`,
})

/** `isPurged`: its beginning was removed by the agent itself. */
export function makeWorld(isPurged: boolean): World {
  const db = connect(':memory:', 'read-write')
  migrate(db)
  const sql = statements(db)
  adoptUnchained(sql, 0)
  const key = auditKeyOf(sql) ?? new Uint8Array()
  const lines: string[] = []
  const anchorNow = (journal: number) => {
    const { seq, hash } = auditHeadOf(sql)
    const count = lines.length + 1
    const line = { count, kind: 'head', seq, hash: anchorHash(hash), journal, at: seq } as const
    lines.push(anchorText(key, line))
  }
  for (let n = 1; n <= RECORDS; n += 1) {
    audit(sql, record(n))
    if (n % ANCHORED_EVERY === 0) anchorNow(0)
  }
  if (isPurged)
    auditTransactions.purgeAudit(sql, {
      before: record(PURGED).at,
      at: record(RECORDS + 1).at,
      actor: 'agent',
    })
  anchorNow(WAITING)
  const journals = [0, 1, 2].map((file) =>
    [1, 2]
      .map((turn) => file * 2 + turn)
      .map((n) => `${numbered(key, file, n, record(1_000 + n)).text}\n`)
      .join(''),
  )
  return {
    db,
    sql,
    known: lines.length,
    anchor: Buffer.from(lines.map((line) => `${line}\n`).join('')),
    journals: journals.map((text) => Buffer.from(text)),
  }
}

function evidenceIn({ sql, known, anchor, journals }: World): Evidence {
  const key = auditKeyOf(sql) ?? new Uint8Array()
  const texts = anchor.toString('latin1').split('\n').slice(0, -1)
  return {
    known,
    isOfCopy: false,
    anchor: () => texts.map((text) => anchorLine(key, text)),
    second: null,
    journals: journals.map((bytes, file) => journalReading(key, file, bytes)),
  }
}

export const look = (world: World): TrailReport => verifyTrail(world.sql, evidenceIn(world), null)

/**
 * What can be seen without a chain: numbers without a gap, an anchor that ends at the newest record,
 * lines that are JSON. The control: it must miss.
 */
export function lookWithoutChain({ sql, anchor, journals }: World): boolean {
  const rows = sql<{ seq: number }>('SELECT seq FROM audit ORDER BY seq').all()
  const gap = rows.some(({ seq }, at) => at > 0 && seq !== (rows[at - 1]?.seq ?? 0) + 1)
  const last = anchor.toString('latin1').trimEnd().split('\n').at(-1)?.split(' ')[2]
  return !gap && Number(last) === rows.at(-1)?.seq && journals.every(isJson)
}

function isJson(bytes: Buffer): boolean {
  try {
    for (const line of bytes.toString().trimEnd().split('\n')) JSON.parse(line)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
