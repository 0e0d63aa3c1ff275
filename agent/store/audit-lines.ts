import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { AuditRecord, macOf } from './audit-chain.ts'
import type { TrailFault } from './audit-report.ts'

/** A line of a journal file, numbered over all of them, so that none can go or come unseen. */
export const JournalLine = Type.Object({
  n: Type.Integer({ minimum: 1 }),
  ...AuditRecord.properties,
  mac: Type.String(),
})

/** One record as it stands in a file, and as the database gets it. */
export interface NumberedLine {
  /** 0: written by a release whose journal had no numbers, or taken by no journal. */
  readonly n: number
  readonly text: string
}

/** `file`: which of the journals it stands in, so that it cannot be moved to another. */
export function numbered(
  key: Uint8Array,
  file: number,
  n: number,
  { id, at, actor, action, subject }: AuditRecord,
): NumberedLine {
  const mac = macOf(key, 'journal', JSON.stringify([file, n, id, at, actor, action, subject]))
  return { n, text: JSON.stringify({ n, id, at, actor, action, subject, mac }) }
}

/** What a journal file held. */
export interface JournalReading {
  /** As they stand there. */
  readonly lines: readonly NumberedLine[]
  /** Numbers of lines of the file, from 1 on, that are none of ours. */
  readonly foreign: readonly number[]
  /** What whole lines take; what is behind them was torn by a power cut, and is no record. */
  readonly wholeBytes: number
  readonly tornBytes: number
}

export const NOTHING_READ: JournalReading = { lines: [], foreign: [], wholeBytes: 0, tornBytes: 0 }

/** `bytes`: the whole file; `file`: its place in `JOURNALS`. */
export function journalReading(key: Uint8Array, file: number, bytes: Uint8Array): JournalReading {
  const nul = bytes.indexOf(0)
  const used = nul === -1 ? bytes : bytes.subarray(0, nul)
  const wholeBytes = used.lastIndexOf(0x0a) + 1
  const texts = Buffer.from(used.subarray(0, wholeBytes)).toString('utf8').split('\n').slice(0, -1)
  const lines = texts.map((text) => lineIn(key, file, text))
  return {
    lines: lines.filter((line) => line !== undefined),
    foreign: lines.flatMap((line, index) => (line === undefined ? [index + 1] : [])),
    wholeBytes,
    tornBytes: used.length - wholeBytes,
  }
}

function lineIn(key: Uint8Array, file: number, text: string): NumberedLine | undefined {
  const value = parsed(text)
  // What is written otherwise than we write it was written by somebody else.
  if (Check(JournalLine, value))
    return numbered(key, file, value.n, value).text === text ? { n: value.n, text } : undefined
  return Check(AuditRecord, value) ? { n: 0, text } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * What is wrong with the journal: `after` is the newest number that is in the database, `upTo` the
 * newest that the anchor saw on disk. What comes after that may be lost with the power.
 */
export function journalFaults(
  readings: readonly JournalReading[],
  { after, upTo, takesPlain }: { after: number; upTo: number; takesPlain: boolean },
): TrailFault[] {
  const faults: TrailFault[] = readings.flatMap(({ foreign }, file) =>
    foreign.map((line) => ({ kind: 'journal-changed', place: `${JOURNALS[file]} line ${line}` })),
  )
  for (const [file, { lines }] of readings.entries()) {
    const plain = lines.filter(({ n }) => n === 0).length
    if (plain > 0 && !takesPlain)
      faults.push({ kind: 'journal-inserted', place: `${JOURNALS[file]}, ${plain} lines` })
    const own = lines.filter(({ n }) => n > 0)
    const turned = own.find(({ n }, at) => n <= (own[at - 1]?.n ?? 0))
    if (turned !== undefined)
      faults.push({ kind: 'journal-swapped', place: `${JOURNALS[file]}, record ${turned.n}` })
  }
  const known = new Set(readings.flatMap(({ lines }) => lines.map(({ n }) => n)))
  const newest = Math.max(upTo, after, ...known)
  for (let n = after + 1; n <= newest; n += 1)
    if (!known.has(n)) {
      faults.push({ kind: 'journal-missing', place: `record ${n} of the journal` })
      break
    }
  return faults
}

/** As they are named in what is told. */
export const JOURNALS = ['.audit', '.audit.2', '.audit.reserve'] as const
