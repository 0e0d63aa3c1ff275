import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { AgentError, asFault, codeOf } from '../kernel/errors.ts'
import type { Log } from '../kernel/ports.ts'

/** Who did what to what; ids and words, no patient data. `at` is epoch ms. */
const AuditRecord = Type.Object({
  id: Type.String(),
  at: Type.Integer(),
  /** Id of a consumer or of a member of staff, `agent`, or `console`. */
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
})
export type AuditRecord = Static<typeof AuditRecord>

/**
 * Audit of reads. A line is written (to the kernel, not yet to the disk) before the answer leaves,
 * so it survives our crash; within a second a batch is made durable in the database and the file
 * is emptied. A read never waits for an fsync. Two files take turns, so that one can be emptied
 * while the other is written. They hold ids and actions, no patient data.
 */
export interface AuditJournal {
  /** Throws `AUDIT_UNAVAILABLE` when neither journal nor database can take it. */
  write(record: AuditRecord): Promise<void>
  /** Whether the last record could be written. */
  isWritable(): boolean
  close(): Promise<void>
}

/** Half of what the contract allows, so that a slow commit still fits into its second. */
const FLUSH_AFTER_MS = 500
/** One transaction of a flush: short enough not to hold up a question for long. */
const BATCH = 2_000
/** Beyond this the database has refused for so long that reads are refused too. */
const PENDING_LIMIT = 100_000

/** Gets records as JSON texts, as they stand in the file. */
type Ingest = (lines: readonly string[]) => Promise<unknown>

/** Takes what a crash left behind with the next flush. Throws `STORE_FAILED`. */
export function openAuditJournal(path: string, ingest: Ingest, log: Log): AuditJournal {
  let active = openJournalFile(path, log)
  let other = openJournalFile(`${path}.2`, log)
  let timer: NodeJS.Timeout | undefined
  let flushing = Promise.resolve()
  let isWritable = true
  let isClosed = false
  /** Of the last flush: said once, not twice a second while a disk is full. */
  let failure: string | null = null

  const waiting = () => active.pending.length + other.pending.length
  const flush = async () => {
    if (other.pending.length === 0) [active, other] = [other, active]
    try {
      while (other.pending.length > 0) {
        await ingest(other.pending.slice(0, BATCH))
        other.pending.splice(0, BATCH)
      }
      other.empty()
      failure = null
    } catch (error) {
      // The files still hold them; the next flush, or the next start, tries again.
      const { code } = asFault(error)
      if (code !== failure) log.error({ code, records: waiting() }, 'audit-flush-failed')
      failure = code
    }
    if (waiting() > 0) schedule()
  }
  const schedule = () => {
    if (isClosed) return
    timer ??= setTimeout(() => {
      timer = undefined
      flushing = flush()
    }, FLUSH_AFTER_MS)
  }
  if (waiting() > 0) schedule()

  const write = async (record: AuditRecord) => {
    if (waiting() >= PENDING_LIMIT) throw unavailable('the database takes no audit records')
    const line = JSON.stringify(record)
    const failed = active.append(line)
    if (failed === undefined) return schedule()
    log.error({ code: failed }, 'audit-journal-failed')
    await ingest([line]).catch((error) => {
      throw unavailable(`journal: ${failed}`, asFault(error))
    })
  }

  return {
    isWritable: () => isWritable,
    async write(record) {
      isWritable = false
      await write(record)
      isWritable = true
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await flushing
      for (let turn = 0; turn < 2 && waiting() > 0; turn += 1) await flush()
      active.close()
      other.close()
    },
  }
}

const unavailable = (why: string, cause?: unknown) =>
  new AgentError('AUDIT_UNAVAILABLE', `audit: ${why}`, { cause })

interface JournalFile {
  /** In the file, not yet in the database. */
  readonly pending: string[]
  /** What the file system said when it did not take the line. */
  append(line: string): string | undefined
  empty(): void
  close(): void
}

function openJournalFile(path: string, log: Log): JournalFile {
  const pending = existsSync(path) ? readJournal(path, log) : []
  const file = attempt(path, () => openSync(path, 'a', 0o600))
  // A line that was cut short must not swallow the next one.
  let begin = pending.length > 0 ? '\n' : ''
  return {
    pending,
    append(line) {
      const bytes = Buffer.from(`${begin}${line}\n`)
      try {
        begin = '\n'
        if (writeSync(file, bytes) < bytes.length) return 'ENOSPC'
        begin = ''
        pending.push(line)
        return undefined
      } catch (error) {
        const code = codeOf(error)
        if (code === '') throw error
        return code
      }
    },
    empty: () => ftruncateSync(file),
    close: () => closeSync(file),
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new AgentError('STORE_FAILED', `${path}: ${codeOf(cause)}`, { cause })
  }
}

/** A line that a power cut tore is no record: counted, not guessed at. */
function readJournal(path: string, log: Log): string[] {
  const lines = attempt(path, () => readFileSync(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
  const records = lines.filter(isRecord)
  if (records.length < lines.length)
    log.warn({ lines: lines.length - records.length }, 'audit-journal-torn')
  return records
}

function isRecord(line: string): boolean {
  try {
    return Check(AuditRecord, JSON.parse(line))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
