import { asFault } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Closer } from '../kernel/lifecycle.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import { auditHeadOf, auditKeyOf } from './audit.ts'
import { breakOf } from './audit-anchor.ts'
import { type AnchorFile, openAnchorFile, refusal } from './audit-anchor-file.ts'
import { type AnchorPlace, startAnchoring } from './audit-anchoring.ts'
import { type AuditHead, NO_HASH } from './audit-chain.ts'
import { anchored, journalled } from './audit-changes.ts'
import { anchorPath } from './audit-evidence.ts'
import { type AuditJournal, openAuditJournal } from './audit-journal.ts'
import { brokenText } from './audit-marks.ts'
import type { TrailFault } from './audit-report.ts'
import { newRestore } from './audit-restores.ts'
import { type AuditTrail, openAuditTrail } from './audit-trail.ts'
import type { Sql } from './database.ts'
import type { WriterThread } from './writer-thread.ts'

/** What the audit tells while it runs. */
export interface AuditObserver {
  /** What a start found: it is in the audit, or, on a disk that takes nothing, will be found again. */
  broken(fault: TrailFault): void
  /** What an anchor could not take; null: it can. */
  anchor(place: AnchorPlace, code: string | null): void
  /** How much of the room that was taken beforehand is in use, bytes; 0: the disk takes records again. */
  reserve(usedBytes: number): void
}

export interface AuditOptions {
  /** Room for records on a full disk; 0: none is taken. */
  readonly reserveBytes: number
  /** A second anchor, on another disk or a share; null: none. */
  readonly second: string | null
  readonly observe: AuditObserver
}

export interface AuditParts extends AuditOptions {
  readonly path: string
  readonly key: Uint8Array
  readonly sql: Sql
  /** Whether `sql` still reads. */
  readonly isOpen: () => boolean
  readonly writer: Pick<WriterThread, 'adopted' | 'anchored'>
  readonly commit: WriterThread['commit']
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

export interface OpenedAudit {
  readonly journal: AuditJournal
  readonly trail: AuditTrail
  /** Something was committed. */
  changed(): void
}

/** Compares what is there with what lies beside it, and goes on. Throws `STORE_*`. */
export async function openAudit(parts: AuditParts, closer: Closer): Promise<OpenedAudit> {
  const { path, key, sql, writer, commit, clock, log, onBug, observe, second } = parts
  const chainKey = auditKeyOf(sql)
  if (chainKey === undefined) throw new Error('the writer made no key of the audit')
  const file = openAnchorFile(anchorPath(path), chainKey, anchored(sql), clock)
  const broken = await lookBack(parts, file)
  const told = (fault: TrailFault) => {
    log.error({ kind: fault.kind, place: fault.place }, 'audit-broken')
    observe.broken(fault)
  }
  if (broken !== null) told(broken)
  const found: TrailFault[] = []
  const journal = openAuditJournal({
    path: `${path}.audit`,
    key: chainKey,
    after: journalled(sql),
    upTo: journalOf(file),
    takesPlain: writer.adopted > 0,
    reserveBytes: parts.reserveBytes,
    ingest: (lines) => commit('auditReads', `[${lines.join()}]`),
    log,
    onFault: (fault) => found.push(fault),
    onDurable: () => anchoring.changed(),
    onReserve: observe.reserve,
  })
  const anchoring = startAnchoring({
    file,
    second,
    key: chainKey,
    state: () =>
      parts.isOpen() ? { head: auditHeadOf(sql), journal: journal.durable() } : undefined,
    clock,
    log,
    onAnchored: writer.anchored,
    observe: observe.anchor,
    onBug,
  })
  closer.add('audit anchor', {
    close: async () => {
      const lines = await anchoring.close()
      if (parts.isOpen() && lines > anchored(sql)) await commit('auditAnchored', lines)
    },
  })
  closer.add('audit journal', journal)
  for (const fault of found) {
    told(fault)
    await recorded(parts, fault)
  }
  anchoring.changed()
  const start = { path, key, second }
  const anew = () => anchoring.anew()
  const trail = openAuditTrail({ sql, start, commit, clock, onBug, anew })
  closer.add('audit trail', trail)
  return { journal, trail, changed: () => anchoring.changed() }
}

/** What cannot be read now says nothing; the first line that cannot be written tells. */
function journalOf(file: AnchorFile): number {
  try {
    return file.last()?.journal ?? 0
  } catch (error) {
    refusal(error)
    return 0
  }
}

/** Whether the database is the one that the anchor was about. What is not is recorded, and goes on. */
async function lookBack(parts: AuditParts, file: AnchorFile): Promise<TrailFault | null> {
  const { path, sql, observe } = parts
  try {
    // Before the file is looked at, which sets aside what it cannot read.
    const restored = newRestore(sql, path)
    const broken = brokenIn(sql, file)
    const journal = Math.max(file.last()?.journal ?? 0, journalled(sql))
    if (broken !== null) await passOver(parts, file, { broken, restored, journal })
    if (restored === undefined) return broken
    // From now on the anchor knows it, and it explains nothing any more.
    await file.append('head', { head: headAt(sql, restored), journal })
    return null
  } catch (error) {
    const code = refusal(error)
    observe.anchor('anchor', code)
    parts.log.error({ place: 'anchor', code }, 'audit-anchor-failed')
    return null
  }
}

function brokenIn(sql: Sql, file: AnchorFile): TrailFault | null {
  const last = file.last()
  const known = anchored(sql)
  if (file.isForeign()) return foreign(known)
  return breakOf(last, known, auditHeadOf(sql), (seq) => hashAt(sql, seq))
}

interface Found {
  readonly broken: TrailFault
  /** The record that explains it. */
  readonly restored: number | undefined
  readonly journal: number
}

/** Lines of before hold no longer; what nothing explains is recorded. */
async function passOver(
  parts: AuditParts,
  file: AnchorFile,
  { broken, restored, journal }: Found,
): Promise<void> {
  const { sql, commit } = parts
  const common =
    restored === undefined ? heldBy(broken, auditHeadOf(sql)) : headAt(sql, restored - 1)
  await commit('auditJournalled', journal)
  if (restored === undefined) await recorded(parts, broken)
  await file.append('break', { head: common, journal })
}

const foreign = (known: number): TrailFault =>
  known === 0
    ? { kind: 'other-database', place: 'the anchor is of a database that is not here' }
    : { kind: 'anchor-changed', place: 'the last line of the anchor' }

const hashAt = (sql: Sql, seq: number): Uint8Array | undefined =>
  sql<{ hash: Uint8Array | null }>('SELECT hash FROM audit WHERE seq = ?').get(seq)?.hash ??
  undefined

const headAt = (sql: Sql, seq: number): AuditHead => ({ seq, hash: hashAt(sql, seq) ?? NO_HASH })

/** Up to where lines before still hold. */
const heldBy = ({ kind }: TrailFault, head: AuditHead): AuditHead =>
  kind === 'anchor-disagrees' ? { seq: 0, hash: NO_HASH } : head

async function recorded({ commit, clock, log }: AuditParts, fault: TrailFault): Promise<void> {
  const at = clock.now()
  const subject = brokenText(fault)
  try {
    await commit('auditEvent', {
      id: uuidV7(at),
      at,
      actor: 'agent',
      action: 'audit-broken',
      subject,
    })
  } catch (error) {
    log.error({ code: asFault(error).code }, 'audit-broken-not-recorded')
  }
}

/** For commands, which are over before anything is told. */
export const unobserved: AuditOptions = {
  reserveBytes: 0,
  second: null,
  observe: { broken() {}, anchor() {}, reserve() {} },
}
