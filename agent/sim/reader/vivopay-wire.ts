/**
 * The wire of a simulated ViVOpay NEO reader: frames in 64-byte HID reports. Its own reading of the
 * maker's manual, so that it does not share the mistakes of the driver.
 * [NEO 2 Interface Developer's Guide 80139403-002 rev. 88.1, 2.1 and 2.8]
 */
const HEADER = Buffer.from('ViVOtech2\0', 'latin1')
const REPORT_DATA = 63
const REPORT_LENGTH = REPORT_DATA + 1
const LONGEST_FRAME = 1500

/** Which byte of a command's CRC the reader wants first. Its own answers have the high one first. */
export type CommandCrc = 'low-first' | 'high-first'

/** Why a message is no command. `header` and `crc` have a status of their own. */
export type Defect = 'header' | 'crc' | 'length' | 'padding'

export interface Request {
  readonly command: number
  readonly sub: number
  readonly data: Buffer
}

/** CCITT-FALSE, by the formula for a whole byte at a time. */
function checksum(bytes: Buffer): number {
  let sum = 0xffff
  for (const byte of bytes) {
    let x = (sum >> 8) ^ byte
    x ^= x >> 4
    sum = ((sum << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xffff
  }
  return sum
}

/** Reads the reports of one whole message. `wants` says which CRC a command of the host has. */
export function readCommand(
  message: Buffer,
  wants: (command: number, sub: number) => CommandCrc,
): Request | Defect {
  if (!message.subarray(0, HEADER.length).equals(HEADER)) return 'header'
  const length = message.readUInt16BE(12)
  const end = 14 + length
  if (end + 2 > LONGEST_FRAME || end + 2 > message.length) return 'length'
  if (message.length - (end + 2) >= REPORT_DATA) return 'length'
  if (message.subarray(end + 2).some((byte) => byte !== 0)) return 'padding'
  const command = message.readUInt8(10)
  const sub = message.readUInt8(11)
  const lowFirst = wants(command, sub) === 'low-first'
  const given = lowFirst ? message.readUInt16LE(end) : message.readUInt16BE(end)
  if (given !== checksum(message.subarray(0, end))) return 'crc'
  return { command, sub, data: Buffer.from(message.subarray(14, end)) }
}

/** The reports of one answer. */
export function writeAnswer(command: number, status: number, data: Uint8Array): Buffer[] {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length)
  const body = Buffer.concat([HEADER, Buffer.from([command, status]), length, data])
  const sum = Buffer.alloc(2)
  sum.writeUInt16BE(checksum(body))
  return cut(Buffer.concat([body, sum]))
}

function cut(frame: Buffer): Buffer[] {
  const reports: Buffer[] = []
  for (let at = 0; at < frame.length; at += REPORT_DATA) {
    const isFirst = at === 0
    const isLast = at + REPORT_DATA >= frame.length
    const report = Buffer.alloc(REPORT_LENGTH)
    report[0] = isFirst ? (isLast ? 1 : 2) : isLast ? 4 : 3
    frame.copy(report, 1, at)
    reports.push(report)
  }
  return reports
}

/** Collects the reports of the host into messages; `object` gets what no host may send. */
export function openCollector(
  take: (message: Buffer) => void,
  object: (why: string) => void,
): (report: Uint8Array) => void {
  let collected: Buffer | undefined
  const begin = (part: Buffer): Buffer => {
    if (collected !== undefined) object('a command that was not ended')
    return part
  }
  const goOn = (part: Buffer): Buffer | undefined => {
    if (collected === undefined) object('a part without its first one')
    return collected && Buffer.concat([collected, part])
  }
  const end = (message: Buffer | undefined) => {
    collected = undefined
    if (message !== undefined) take(message)
  }
  return (report) => {
    if (report.length !== REPORT_LENGTH) return object(`a report of ${report.length} bytes`)
    const part = Buffer.from(report.subarray(1))
    switch (report[0]) {
      case 1:
        return end(begin(part))
      case 2:
        collected = begin(part)
        return
      case 3:
        collected = goOn(part)
        return
      case 4:
        return end(goOn(part))
      default:
        return object(`a report with the id ${report[0]}`)
    }
  }
}
