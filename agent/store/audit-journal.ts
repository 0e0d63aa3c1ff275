import { constants, copyFileSync, rmSync } from 'node:fs'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { Log } from '../kernel/ports.ts'
import type { AuditRecord } from './audit-chain.ts'
import { type JournalFile, openJournalFile, openReserve } from './audit-file.ts'
import { journalFaults, type NumberedLine, numbered } from './audit-lines.ts'
import type { TrailFault } from './audit-report.ts'

/**
 * Audit of reads. A line is written (to the kernel, not yet to the disk) before the answer leaves,
 * so it survives our crash; within a second a batch is made durable in the database and the file
 * is emptied. A read never waits for an fsync. Two files take turns, so that one can be emptied
 * while the other is written; a third one has its room already, for when the disk has none left.
 * They hold ids and actions, no patient data.
 */
export interface AuditJournal {
  /** Throws `AUDIT_UNAVAILABLE` when neither journal nor database can take it. */
  write(record: AuditRecord): Promise<void>
  /** Whether the last record could be written. */
  isWritable(): boolean
  /** Number of the newest line that no loss of power takes any more. */
  durable(): number
  /** How many records are in the file and not yet in the database. */
  pending(): number
  close(): Promise<void>
}

export interface JournalOptions {
  /** Of the first file; the others are named after it. */
  readonly path: string
  readonly key: Uint8Array
  /** Number of the newest line that is in the database. */
  readonly after: number
  /** Number of the newest line that the anchor saw. */
  readonly upTo: number
  /** A release whose journal had no numbers has run since. */
  readonly takesPlain: boolean
  /** Room that is taken beforehand; 0: none. */
  readonly reserveBytes: number
  /** Gets records as JSON texts, as they stand in the file. */
  readonly ingest: (lines: readonly string[]) => Promise<unknown>
  readonly log: Log
  /** What is wrong with what a process before this one left. */
  readonly onFault: (fault: TrailFault) => void
  /** Of lines that the database does not take, more are on disk. */
  readonly onDurable: () => void
  /** How much of the reserve is in use, bytes; 0: it is free again. */
  readonly onReserve: (usedBytes: number) => void
}

/** Half of what the contract allows, so that a slow commit still fits into its second. */
const FLUSH_AFTER_MS = 500
/** One transaction of a flush: short enough not to hold up a question for long. */
const BATCH = 2_000
/** Beyond this the database has refused for so long that reads are refused too. */
const PENDING_LIMIT = 100_000

/** Takes what a crash left behind with the next flush. Throws `STORE_FAILED`. */
export function openAuditJournal(options: JournalOptions): AuditJournal {
  const { ingest, log } = options
  const files = openFiles(options)
  const queue: NumberedLine[] = leftIn(files, options)
  /** Numbers are given in the order of the queue, so what is ingested is a run from its start. */
  let newest = Math.max(options.after, options.upTo, ...queue.map(({ n }) => n))
  let durable = options.after
  let timer: NodeJS.Timeout | undefined
  let flushing = Promise.resolve()
  let [isWritable, isClosed] = [true, false]
  /** Of the last flush: said once, not twice a second while a disk is full. */
  let failure: string | null = null

  const flush = async () => {
    files.turn()
    const upTo = newest
    try {
      await ingestUpTo(upTo, queue, ingest)
      durable = Math.max(durable, upTo)
      files.empty(upTo)
      failure = null
    } catch (error) {
      // The files still hold them; the next flush, or the next start, tries again.
      const { code } = asFault(error)
      if (code !== failure) log.error({ code, records: queue.length }, 'audit-flush-failed')
      failure = code
      if ((await files.sync()) && upTo > durable) {
        durable = upTo
        options.onDurable()
      }
    }
    if (queue.length > 0) schedule()
  }
  const schedule = () => {
    if (isClosed) return
    timer ??= setTimeout(() => {
      timer = undefined
      flushing = flush()
    }, FLUSH_AFTER_MS)
  }
  if (queue.length > 0) schedule()

  const write = async (record: AuditRecord) => {
    if (queue.length >= PENDING_LIMIT) throw unavailable('the database takes no audit records')
    const taken = files.append(newest + 1, record)
    if (typeof taken !== 'string') {
      newest += 1
      queue.push(taken)
      return schedule()
    }
    log.error({ code: taken }, 'audit-journal-failed')
    await ingestAlone(record, ingest, taken)
  }

  return {
    isWritable: () => isWritable,
    durable: () => durable,
    pending: () => queue.length,
    async write(record) {
      isWritable = false
      await write(record)
      isWritable = true
    },
    async close() {
      if (isClosed) return
      isClosed = true
      clearTimeout(timer)
      await flushing
      for (let turn = 0; turn < 2 && queue.length > 0; turn += 1) await flush()
      files.close()
    },
  }
}

/** Past the files, which do not take it: `failed` says why. */
const ingestAlone = (record: AuditRecord, ingest: JournalOptions['ingest'], failed: string) =>
  ingest([JSON.stringify({ n: 0, ...record })]).catch((error) => {
    throw unavailable(`journal: ${failed}`, asFault(error))
  })

const unavailable = (why: string, cause?: unknown) =>
  new AgentError('AUDIT_UNAVAILABLE', `audit: ${why}`, { cause })

/** What is ingested leaves the queue. */
async function ingestUpTo(
  upTo: number,
  queue: NumberedLine[],
  ingest: JournalOptions['ingest'],
): Promise<void> {
  const next = () => queue.slice(0, BATCH).filter(({ n }) => n <= upTo)
  for (let batch = next(); batch.length > 0; batch = next()) {
    await ingest(batch.map(({ text }) => text))
    queue.splice(0, batch.length)
  }
}

/** What a process before this one left, in order, with what is wrong with it told. */
function leftIn({ readings }: JournalFiles, options: JournalOptions): NumberedLine[] {
  const faults = journalFaults(readings, options)
  for (const fault of faults) options.onFault(fault)
  if (faults.length > 0) setAside(options)
  for (const [file, { tornBytes }] of readings.entries())
    if (tornBytes > 0) options.log.warn({ file: file + 1, bytes: tornBytes }, 'audit-journal-torn')
  return readings
    .flatMap(({ lines }) => lines)
    .filter(({ n }) => n > 0 || options.takesPlain)
    .sort((one, other) => one.n - other.n)
}

/** What is not as it was written is emptied like the rest; who looks into it needs it. */
function setAside({ path, log }: JournalOptions): void {
  for (const name of [path, `${path}.2`, `${path}.reserve`])
    try {
      // Never through a link that somebody put there: what is copied may be theirs, and we root.
      rmSync(`${name}.broken`, { force: true })
      copyFileSync(name, `${name}.broken`, constants.COPYFILE_EXCL)
    } catch (error) {
      log.error({ code: codeIn(error) }, 'audit-journal-not-set-aside')
    }
}

interface JournalFiles {
  readonly readings: readonly JournalFile['reading'][]
  /** The code of what none of them could do; the line as it was taken. */
  append(n: number, record: AuditRecord): NumberedLine | string
  /** Has new lines go to the other file, where that one is empty. */
  turn(): void
  /** Empties what holds no line beyond this number: those are in the database. */
  empty(upTo: number): void
  /** Whether every line is on disk. */
  sync(): Promise<boolean>
  close(): void
}

function openFiles({ path, key, reserveBytes, log, onReserve }: JournalOptions): JournalFiles {
  const first = openJournalFile(path, 0, key)
  const second = openJournalFile(`${path}.2`, 1, key)
  const reserve = openReserve(`${path}.reserve`, 2, reserveBytes, key)
  const all = [first, second, reserve]
  if (!reserve.isEmpty()) onReserve(reserve.usedBytes())
  const last = new Map(
    all.map((file) => [file, Math.max(0, ...file.reading.lines.map(({ n }) => n))]),
  )
  let active = first
  const put = (file: JournalFile, n: number, record: AuditRecord) => {
    const line = numbered(key, all.indexOf(file), n, record)
    const refused = file.append(line.text)
    if (refused !== undefined) return refused
    last.set(file, n)
    return line
  }
  return {
    readings: all.map(({ reading }) => reading),
    append(n, record) {
      const taken = put(active, n, record)
      if (typeof taken !== 'string') return taken
      const kept = put(reserve, n, record)
      if (typeof kept === 'string') return taken
      onReserve(reserve.usedBytes())
      return kept
    },
    turn() {
      const other = active === first ? second : first
      if (other.isEmpty()) active = other
    },
    empty(upTo) {
      for (const file of all) {
        if (file.isEmpty() || (last.get(file) ?? 0) > upTo) continue
        file.empty()
        if (file === reserve) onReserve(0)
      }
    },
    async sync() {
      try {
        await Promise.all(all.map((file) => file.sync()))
        return true
      } catch (error) {
        log.error({ code: codeIn(error) }, 'audit-journal-not-synced')
        return false
      }
    },
    close() {
      for (const file of all) file.close()
    },
  }
}

/** What this file system says now; anything else is a bug. */
function codeIn(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}
