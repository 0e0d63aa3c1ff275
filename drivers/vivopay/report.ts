import { frameBytes } from './frame.ts'

/** One HID report: its id, then 63 bytes. */
export const REPORT_BYTES = 64
const DATA_BYTES = REPORT_BYTES - 1

/**
 * What the id of a report says about the frame in it; any other id is to be ignored. Only `single`
 * and `last` hold padding. [NEO 2 Interface Developer's Guide 80139403-002 rev. 88.1, 2.8.1]
 */
const reportIds = { single: 0x01, first: 0x02, middle: 0x03, last: 0x04 } as const

/** Cuts a frame into reports, the last one padded with zeros. */
export function toReports(frame: Uint8Array): Uint8Array[] {
  const count = Math.ceil(frame.length / DATA_BYTES)
  return Array.from({ length: count }, (_, at) => {
    const report = new Uint8Array(REPORT_BYTES)
    report[0] = idOf(at, count)
    report.set(frame.subarray(at * DATA_BYTES, (at + 1) * DATA_BYTES), 1)
    return report
  })
}

function idOf(at: number, count: number): number {
  if (count === 1) return reportIds.single
  if (at === 0) return reportIds.first
  return at === count - 1 ? reportIds.last : reportIds.middle
}

/** What has come of one more report. */
export type Assembled =
  /** Nothing yet, or noise. */
  | { readonly is: 'nothing' }
  /** A frame began here and cannot be had whole any more. */
  | { readonly is: 'broken' }
  /** As many bytes as its head says; its CRC is not checked. */
  | { readonly is: 'frame'; readonly bytes: Uint8Array }

const nothing: Assembled = { is: 'nothing' }
const broken: Assembled = { is: 'broken' }

/**
 * Puts frames together from reports. Reports that are none of the protocol's are passed over, also
 * between the parts of a frame; a part that is lost, doubled or out of order breaks its frame.
 */
export function openAssembler(): (report: Uint8Array) => Assembled {
  let parts: Uint8Array[] = []
  let total = 0

  const begin = (part: Uint8Array, fits: (bytes: number) => boolean): Assembled | undefined => {
    const bytes = frameBytes(part)
    if (bytes === undefined) return nothing
    parts = []
    if (!fits(bytes)) return broken
    parts = [part]
    total = bytes
    return undefined
  }
  const append = (part: Uint8Array, fits: (before: number) => boolean): Assembled | undefined => {
    if (parts.length === 0) return nothing
    const before = parts.length * DATA_BYTES
    parts.push(part)
    if (fits(before)) return undefined
    parts = []
    return broken
  }
  const finish = (): Assembled => {
    const bytes = Uint8Array.from(Buffer.concat(parts))
    parts = []
    // With the padding known, no single wrong byte passes for another frame.
    const padded = bytes.subarray(total).every((byte) => byte === 0)
    return padded ? { is: 'frame', bytes: bytes.subarray(0, total) } : broken
  }

  return (report) => {
    const part = report.subarray(1)
    if (part.length !== DATA_BYTES) return nothing
    switch (report[0]) {
      case reportIds.single:
        return begin(part, (bytes) => bytes <= DATA_BYTES) ?? finish()
      case reportIds.first:
        return begin(part, (bytes) => bytes > DATA_BYTES) ?? nothing
      case reportIds.middle:
        return append(part, (before) => total > before + DATA_BYTES) ?? nothing
      case reportIds.last:
        return append(part, (before) => total > before && total <= before + DATA_BYTES) ?? finish()
      default:
        return nothing
    }
  }
}
