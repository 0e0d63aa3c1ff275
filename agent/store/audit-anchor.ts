import { type AuditHead, macOf } from './audit-chain.ts'
import type { TrailFault } from './audit-report.ts'

/**
 * A line of the anchor: how far the trail had come, kept in a file that is only ever appended to.
 * head: it went on. break: the database is not the one that the lines before were about, as a record
 * in it says; they hold up to `seq`. begin: what was before was purged or set aside.
 */
export interface AnchorLine {
  /** From 1 on, without a gap. */
  readonly count: number
  readonly kind: 'head' | 'break' | 'begin'
  readonly seq: number
  /** The first 128 bits of the record's hash, base64url. */
  readonly hash: string
  /** Number of the newest line of the journal that was on disk. */
  readonly journal: number
  /** Epoch ms. */
  readonly at: number
}

export const anchorHash = (hash: Uint8Array): string =>
  Buffer.from(hash).toString('base64url').slice(0, 22)

/** As it stands in the file, without its line end. */
export function anchorText(key: Uint8Array, line: AnchorLine): string {
  const text = `${line.count} ${line.kind} ${line.seq} ${line.hash} ${line.journal} ${line.at}`
  return `${text} ${macOf(key, 'anchor', text)}`
}

const FORM = /^(\d+) (head|break|begin) (\d+) (\S{22}) (\d+) (\d+) \S{22}$/

/** Undefined: none of ours. */
export function anchorLine(key: Uint8Array, text: string): AnchorLine | undefined {
  const [, count, kind, seq, hash = '', journal, at] = FORM.exec(text) ?? []
  if (kind !== 'head' && kind !== 'break' && kind !== 'begin') return undefined
  const line: AnchorLine = {
    count: Number(count),
    kind,
    seq: Number(seq),
    hash,
    journal: Number(journal),
    at: Number(at),
  }
  return anchorText(key, line) === text ? line : undefined
}

/** From which time on the lines before hold only up to a record. */
export interface AnchorBreak {
  /** Epoch ms. */
  readonly at: number
  readonly seq: number
}

/** What an anchor says as a whole. */
export interface AnchorSummary {
  readonly faults: readonly TrailFault[]
  readonly last: AnchorLine | undefined
  readonly breaks: readonly AnchorBreak[]
}

/** `lines`: undefined is one that is none of ours; `known`: how many the database has heard of. */
export function anchorSummary(
  lines: Iterable<AnchorLine | undefined>,
  known: number,
): AnchorSummary {
  const breaks: AnchorBreak[] = []
  let last: AnchorLine | undefined
  let number = 0
  let foreign = 0
  let broken = 0
  for (const line of lines) {
    number += 1
    if (line === undefined) foreign += 1
    else if (line.kind !== 'head') breaks.push({ at: line.at, seq: line.seq })
    if (broken === 0 && !follows(last, line, number)) broken = number
    last = line ?? last
  }
  if (number > 0 && foreign === number)
    return found(last, breaks, 'other-database', 'every line of the anchor is under another key')
  if (broken > 0) return found(last, breaks, 'anchor-changed', `line ${broken} of the anchor`)
  if ((last?.count ?? 0) < known)
    return found(last, breaks, 'anchor-cut', `it ends at line ${last?.count ?? 0} of ${known}`)
  return { faults: [], last, breaks }
}

const found = (
  last: AnchorLine | undefined,
  breaks: AnchorSummary['breaks'],
  kind: TrailFault['kind'],
  place: string,
): AnchorSummary => ({ faults: [{ kind, place }], last, breaks })

/** What is purged or set aside goes with everything before it; a hole is none of ours. */
function follows(
  last: AnchorLine | undefined,
  line: AnchorLine | undefined,
  number: number,
): boolean {
  if (line === undefined) return false
  if (number === 1) return line.count === 1 || line.kind === 'begin'
  return last === undefined || line.count === last.count + 1
}

/** Those lines that the database must agree with; by their records, in order. */
export function* bindingLines(
  lines: Iterable<AnchorLine | undefined>,
  breaks: readonly AnchorBreak[],
): Generator<AnchorLine, undefined> {
  for (const line of lines)
    if (line !== undefined && !breaks.some(({ at, seq }) => at > line.at && seq < line.seq))
      yield line
}

/** Why a database is not the one that the anchor was about; null: it is. */
export function breakOf(
  last: AnchorLine | undefined,
  known: number,
  head: AuditHead,
  hashAt: (seq: number) => Uint8Array | undefined,
): TrailFault | null {
  if (last === undefined || last.count < known)
    return known === 0
      ? null
      : { kind: 'anchor-cut', place: `it ends at line ${last?.count ?? 0} of ${known}` }
  if (last.seq > head.seq)
    return { kind: 'cut', place: `after record ${head.seq}; the anchor knows ${last.seq}` }
  const hash = hashAt(last.seq)
  // What was purged meanwhile cannot be compared.
  if (hash === undefined || anchorHash(hash) === last.hash) return null
  return { kind: 'anchor-disagrees', place: `record ${last.seq}, line ${last.count} of the anchor` }
}
