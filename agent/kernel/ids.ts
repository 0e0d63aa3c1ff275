import { randomBytes } from 'node:crypto'

/**
 * A UUID version 7: its first 48 bits are `nowMs` (epoch ms, not negative), so that ids sort by
 * time to the millisecond; the rest is random. [RFC 9562, section 5.7]
 */
export function uuidV7(nowMs: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Math.trunc(nowMs), 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
