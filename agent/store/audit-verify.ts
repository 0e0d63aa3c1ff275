import { auditHeadOf, auditKeyOf } from './audit.ts'
import {
  type AnchorBreak,
  type AnchorLine,
  anchorHash,
  anchorSummary,
  bindingLines,
} from './audit-anchor.ts'
import { type AuditHead, type ChainedRecord, isSame, linkOf, NO_HASH } from './audit-chain.ts'
import { journalled } from './audit-changes.ts'
import type { Evidence } from './audit-evidence.ts'
import { journalFaults } from './audit-lines.ts'
import { type Base, marksOf } from './audit-marks.ts'
import type { TrailFault, TrailPlace, TrailReport } from './audit-report.ts'
import { linesOfCopy } from './audit-restores.ts'
import type { Sql } from './database.ts'

const BATCH = 2_000
const COLUMNS = 'seq, id, at, actor, action, subject, hash'

/**
 * Goes through the trail and through what lies beside it. `since`: a place up to which it was found
 * whole before; null, or one that is there no more: from the beginning. `sql` sees one moment of the
 * database, later than the anchors in `evidence`. Throws `STORE_*`.
 */
export function verifyTrail(sql: Sql, evidence: Evidence, since: AuditHead | null): TrailReport {
  const key = auditKeyOf(sql)
  const marks = marksOf(sql)
  const start = startOf(sql, marks.base, since)
  const anchor = anchorSummary(evidence.anchor(), evidence.known)
  const anchors = [
    bindingLines(comparedIn(sql, evidence, evidence.anchor), anchor.breaks),
    ...secondOf(sql, evidence, marks.breaks),
  ]
  const walk =
    key === undefined
      ? { ...NO_WALK, notices: ['the database is of a release without a chain'] }
      : walked(sql, key, start, { anchors, isOfCopy: evidence.isOfCopy })
  const upTo = anchor.last?.journal ?? 0
  const takesPlain = key === undefined || marks.isUnchained
  const journal = evidence.isOfCopy
    ? []
    : journalFaults(evidence.journals, { after: journalled(sql), upTo, takesPlain })
  const head = auditHeadOf(sql)
  const faults = [
    ...outsideOf(sql, marks.base),
    ...walk.faults,
    ...cutsOf(sql, evidence, anchor.last, marks.breaks),
    ...anchor.faults,
    ...journal,
    ...marks.faults,
  ]
  return {
    isWhole: faults.length === 0,
    faults,
    notices: [...marks.notices, ...walk.notices, ...noticesOf(evidence, anchor.last, head)],
    checked: walk.checked,
    first: placeAt(sql, 'ASC'),
    last: placeAt(sql, 'DESC'),
    hash: Buffer.from(head.hash).toString('hex'),
    anchorLines: anchor.last?.count ?? 0,
    anchoredSeq: anchor.last?.seq ?? 0,
    waiting: waitingIn(evidence, journalled(sql)),
    isFromBeginning: start.seq === (marks.base?.seq ?? 0),
  }
}

/** Where to begin: what was verified, unless it is there no more, or is not what it was. */
function startOf(sql: Sql, base: Base | undefined, since: AuditHead | null): AuditHead {
  const beginning = base ?? { seq: 0, hash: NO_HASH }
  if (since === null || since.seq <= beginning.seq) return beginning
  const row = sql<{ hash: Uint8Array | null }>('SELECT hash FROM audit WHERE seq = ?').get(
    since.seq,
  )
  return row?.hash && isSame(row.hash, since.hash) ? since : beginning
}

const placeAt = (sql: Sql, order: 'ASC' | 'DESC'): TrailPlace | null =>
  sql<TrailPlace>(`SELECT seq, at FROM audit ORDER BY seq ${order} LIMIT 1`).get() ?? null

/** What was purged does not come back. */
function outsideOf(sql: Sql, base: Base | undefined): TrailFault[] {
  if (base === undefined || base.isAccepted) return []
  const first = placeAt(sql, 'ASC')
  if (first === null || first.seq > base.seq) return []
  return [{ kind: 'inserted', place: `record ${first.seq}; the trail begins after ${base.seq}` }]
}

const cutOf = (
  last: AnchorLine | undefined,
  head: AuditHead,
  anchor = 'the anchor',
): TrailFault[] =>
  last === undefined || last.seq <= head.seq
    ? []
    : [{ kind: 'cut', place: `after record ${head.seq}; ${anchor} knows ${last.seq}` }]

/** By each anchor alone: the one here can be written anew, the second one not. */
function cutsOf(
  sql: Sql,
  evidence: Evidence,
  last: AnchorLine | undefined,
  breaks: readonly AnchorBreak[],
): TrailFault[] {
  if (evidence.isOfCopy) return []
  const head = auditHeadOf(sql)
  const faults = cutOf(last, head)
  for (const lines of secondOf(sql, evidence, breaks))
    faults.push(...cutOf(lastOf(lines), head, 'the second anchor'))
  return faults
}

function lastOf(lines: Lines): AnchorLine | undefined {
  let last: AnchorLine | undefined
  for (const line of lines) last = line
  return last
}

const comparedIn = (sql: Sql, { isOfCopy }: Evidence, lines: Evidence['anchor']) =>
  isOfCopy ? linesOfCopy(sql, lines) : lines()

/**
 * Lines of the second anchor. What the one here says of breaks does not count: whoever writes it anew
 * would switch the second one off.
 */
function* secondOf(
  sql: Sql,
  evidence: Evidence,
  breaks: readonly AnchorBreak[],
): Generator<Lines, undefined> {
  const { second } = evidence
  if (second === null) return
  const lines = comparedIn(sql, evidence, second)
  yield bindingLines(lines, [...breaks, ...anchorSummary(second(), 0).breaks])
}

interface Walk {
  readonly faults: readonly TrailFault[]
  readonly notices: readonly string[]
  readonly checked: number
}
const NO_WALK: Walk = { faults: [], notices: [], checked: 0 }

/**
 * Every record from `start` on, up to the first that is not what it was. What an older release appended
 * is not chained yet and in no anchor: that one writes none. The anchor of a copy may know those records
 * as the next start has chained them.
 */
function walked(
  sql: Sql,
  key: Uint8Array,
  start: AuditHead,
  { anchors, isOfCopy }: { readonly anchors: readonly Lines[]; readonly isOfCopy: boolean },
): Walk {
  const compares = anchors.map((lines) => comparing(lines, start.seq))
  const chained = newestChained(sql)
  let { seq, hash } = start
  let checked = 0
  for (const row of recordsAfter(sql, seq)) {
    const link = linkOf(key, hash, row.seq, row)
    const isChained = row.seq <= chained
    if (isChained && !isSame(link, row.hash ?? NO_HASH))
      return { faults: [whatIsWrong(sql, key, { seq, hash }, row)], notices: [], checked }
    const known = isChained || isOfCopy ? link : NO_HASH
    const told = compares.flatMap((compare) => compare(row.seq, known))
    if (told.length > 0) return { faults: told, notices: [], checked }
    seq = row.seq
    hash = link
    checked += isChained ? 1 : 0
  }
  const plain = rowsAfter(sql, chained)[0]
  const notices = plain === undefined ? [] : [`not chained yet from record ${plain.seq} on`]
  return { faults: [], notices, checked }
}

type Lines = Generator<AnchorLine, undefined>

/** Records behind it are an older release's; whoever inserts has chained records behind. */
const newestChained = (sql: Sql): number =>
  sql<{ seq: number }>(
    'SELECT seq FROM audit WHERE hash IS NOT NULL ORDER BY seq DESC LIMIT 1',
  ).get()?.seq ?? 0

function* recordsAfter(sql: Sql, after: number): Generator<ChainedRecord, undefined> {
  let seq = after
  for (let rows = rowsAfter(sql, seq); rows.length > 0; rows = rowsAfter(sql, seq))
    for (const row of rows) {
      yield row
      seq = row.seq
    }
}

const rowsAfter = (sql: Sql, seq: number): ChainedRecord[] =>
  sql<ChainedRecord>(`SELECT ${COLUMNS} FROM audit WHERE seq > ? ORDER BY seq LIMIT ${BATCH}`).all(
    seq,
  )

/** Whether the lines of an anchor agree, record by record. */
function comparing(lines: Lines, after: number) {
  let line = lines.next().value
  const pass = () => {
    line = lines.next().value
  }
  while (line !== undefined && line.seq <= after) pass()
  return (seq: number, hash: Uint8Array): TrailFault[] => {
    while (line !== undefined && line.seq <= seq) {
      if (line.seq < seq || anchorHash(hash) !== line.hash)
        return [{ kind: 'anchor-disagrees', place: `record ${line.seq}, line ${line.count}` }]
      pass()
    }
    return []
  }
}

/** How far behind a record that stands at another's place is looked for. */
const LOOKED_AT = 64

/** What became of the trail where `row` is not what should follow `head`: the likeliest, for a person. */
function whatIsWrong(sql: Sql, key: Uint8Array, head: AuditHead, row: ChainedRecord): TrailFault {
  const next = head.seq + 1
  const place = `record ${row.seq}`
  if (row.hash === null) return { kind: 'inserted', place }
  if (row.seq > next) return { kind: 'missing', place: `records ${next} to ${row.seq - 1}` }
  const following = rowsAfter(sql, row.seq).slice(0, LOOKED_AT)
  const hashes = [row, ...following].flatMap(({ hash }) => (hash === null ? [] : [hash]))
  const isLink = (hash: Uint8Array) => hashes.some((one) => isSame(one, hash))
  const original = following.find((one) => isLink(linkOf(key, head.hash, row.seq, one)))
  if (original === undefined) return { kind: 'changed', place }
  const behind = linkOf(key, head.hash, row.seq, original)
  const isMoved = isLink(linkOf(key, behind, original.seq, row)) || original !== following[0]
  return { kind: isMoved ? 'swapped' : 'inserted', place }
}

const waitingIn = ({ journals }: Evidence, after: number): number =>
  new Set(
    journals.flatMap(({ lines }) =>
      lines.filter(({ n }) => n > after || n === 0).map(({ text }) => text),
    ),
  ).size

function noticesOf(
  { journals, second }: Evidence,
  last: AnchorLine | undefined,
  head: AuditHead,
): string[] {
  const torn = journals.reduce((sum, { tornBytes }) => sum + tornBytes, 0)
  const behind = head.seq - (last?.seq ?? 0)
  return [
    ...(torn > 0 ? [`${torn} bytes at the end of a journal are no whole line`] : []),
    ...(behind > 0 ? [`the newest ${behind} records are not in the anchor yet`] : []),
    ...(second === null ? ['there is no second anchor to compare with'] : []),
  ]
}
