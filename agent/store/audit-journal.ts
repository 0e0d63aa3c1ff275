import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { Value } from 'typebox/value'
import { AgentError, asFault, codeOf } from '../kernel/errors.ts'
import type { Log } from '../kernel/ports.ts'
import { AuditRecord } from './transactions.ts'

/**
 * Audit of reads. A line is written (to the kernel, not yet to the disk) before the answer leaves,
 * so it survives our crash; within a second a batch is made durable in the database and the
 * journal is emptied. A read never waits for an fsync. Holds ids and actions, no patient data.
 */
export interface AuditJournal {
  /** Throws `AUDIT_UNAVAILABLE` when neither journal nor database can take it. */
  write(record: AuditRecord): Promise<void>
  /** What is written but not yet in the database becomes durable. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Half of what the contract allows, so that a slow commit still fits into its second. */
const FLUSH_AFTER_MS = 500

/** Beyond this the database has refused for so long that reads are refused too. */
const PENDING_LIMIT = 100_000

export async function openAuditJournal(
  path: string,
  ingest: (records: readonly AuditRecord[]) => Promise<void>,
  log: Log,
): Promise<AuditJournal> {
  const leftOver = existsSync(path) ? parse(readFileSync(path, 'utf8'), log) : []
  if (leftOver.length > 0) await ingest(leftOver)
  const file = openSync(path, 'a', 0o600)
  ftruncateSync(file)

  let pending: AuditRecord[] = []
  let timer: NodeJS.Timeout | undefined
  let flushing = Promise.resolve()

  const ingestPending = async () => {
    const batch = pending
    pending = []
    try {
      await ingest(batch)
      if (pending.length === 0) ftruncateSync(file)
    } catch (error) {
      // The journal still holds them; the next flush, or the next start, tries again.
      pending = [...batch, ...pending]
      log.error({ code: asFault(error).code, records: pending.length }, 'audit-flush-failed')
    }
  }
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    flushing = flushing.then(() => (pending.length > 0 ? ingestPending() : undefined))
    return flushing
  }
  const unavailable = (cause: unknown) =>
    new AgentError('AUDIT_UNAVAILABLE', `audit journal: ${codeOf(cause)}`, { cause })

  return {
    async write(record) {
      if (pending.length >= PENDING_LIMIT) throw unavailable(undefined)
      try {
        writeSync(file, `${JSON.stringify(record)}\n`)
      } catch (cause) {
        await ingest([record]).catch((error) => {
          throw unavailable(asFault(error))
        })
        log.error({ code: codeOf(cause) }, 'audit-journal-failed')
        return
      }
      pending.push(record)
      timer ??= setTimeout(flush, FLUSH_AFTER_MS)
    },
    flush,
    async close() {
      await flush()
      closeSync(file)
    },
  }
}

/** A line that a power cut tore is no record: counted, not guessed at. */
function parse(text: string, log: Log): AuditRecord[] {
  const lines = text.split('\n').filter((line) => line !== '')
  const records = lines.map(parseLine).filter((record) => record !== undefined)
  if (records.length < lines.length)
    log.warn({ lines: lines.length - records.length }, 'audit-journal-torn')
  return records
}

function parseLine(line: string): AuditRecord | undefined {
  try {
    const record: unknown = JSON.parse(line)
    return Value.Check(AuditRecord, record) ? record : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
