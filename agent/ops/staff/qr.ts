import { Square } from './qr-square.ts'

/** Data and correction codewords of a block, and blocks, by version; L. [ISO/IEC 18004, table 9] */
const VERSIONS = [
  { total: 26, correction: 7, blocks: 1 },
  { total: 44, correction: 10, blocks: 1 },
  { total: 70, correction: 15, blocks: 1 },
  { total: 100, correction: 20, blocks: 1 },
  { total: 134, correction: 26, blocks: 1 },
  { total: 172, correction: 18, blocks: 2 },
  { total: 196, correction: 20, blocks: 2 },
  { total: 242, correction: 24, blocks: 2 },
  { total: 292, correction: 30, blocks: 2 },
  { total: 346, correction: 18, blocks: 4 },
  { total: 404, correction: 20, blocks: 4 },
  { total: 466, correction: 24, blocks: 4 },
  { total: 532, correction: 26, blocks: 4 },
] as const
type Version = (typeof VERSIONS)[number] & { readonly number: number }

/**
 * The QR code of a short text, byte mode, error correction L: rows of 0 and 1 (dark) with line ends,
 * without the quiet zone. Throws a RangeError beyond 425 bytes. [ISO/IEC 18004]
 */
export function pictureOf(text: string): string {
  const bytes = Buffer.from(text)
  const version = versionFor(bytes.length)
  const square = new Square(version.number)
  square.fill(interleaved(version, dataOf(version, bytes)))
  return square.masked()
}

/** Four bits of mode, and a length of eight bits, or of sixteen from version 10 on. */
const headBits = (number: number) => (number < 10 ? 12 : 20)
const roomOf = ({ total, correction, blocks }: Omit<Version, 'number'>) =>
  total - correction * blocks

function versionFor(bytes: number): Version {
  const at = VERSIONS.findIndex((one, n) => bytes * 8 + headBits(n + 1) <= roomOf(one) * 8)
  const found = VERSIONS[at]
  if (found === undefined) throw new RangeError(`${bytes} bytes do not fit a QR code`)
  return { ...found, number: at + 1 }
}

function dataOf(version: Version, bytes: Uint8Array): number[] {
  const head = `0100${bytes.length.toString(2).padStart(headBits(version.number) - 4, '0')}`
  const bits = head + [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const room = roomOf(version)
  const ended = `${bits}0000`.slice(0, room * 8)
  const whole = ended.padEnd(Math.ceil(ended.length / 8) * 8, '0')
  const data = whole.match(/.{8}/g)?.map((octet) => Number.parseInt(octet, 2)) ?? []
  const pads = Array.from({ length: room - data.length }, (_, at) => (at % 2 === 0 ? 0xec : 0x11))
  return [...data, ...pads]
}

/** Blocks of data, the longer ones last, then their corrections, each taken in turns. */
function interleaved({ total, correction, blocks }: Version, data: readonly number[]): number[] {
  const short = Math.floor(total / blocks) - correction
  const shorts = blocks - (total % blocks)
  const parts: number[][] = []
  for (let n = 0, at = 0; n < blocks; n += 1) {
    const length = short + (n < shorts ? 0 : 1)
    parts.push(data.slice(at, at + length))
    at += length
  }
  const corrections = parts.map((part) => correctionOf(part, correction))
  return [...inTurns(parts), ...inTurns(corrections)]
}

const inTurns = (parts: readonly (readonly number[])[]): number[] =>
  Array.from({ length: Math.max(...parts.map(({ length }) => length)) }, (_, at) =>
    parts.flatMap((part) => part[at] ?? []),
  ).flat()

/** Product in GF(256) over x^8 + x^4 + x^3 + x^2 + 1. */
function product(one: number, other: number): number {
  let sum = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    sum = (sum << 1) ^ ((sum >>> 7) * 0x11d)
    sum ^= ((other >>> bit) & 1) * one
  }
  return sum
}

/** The remainder of the data by the generator of that degree. */
function correctionOf(data: readonly number[], degree: number): number[] {
  let generator = [1]
  for (let n = 0, root = 1; n < degree; n += 1, root = product(root, 2)) {
    const times = generator.map((factor) => product(factor, root))
    generator = [...generator, 0].map((factor, at) => factor ^ (times[at - 1] ?? 0))
  }
  const [, ...factors] = generator
  let rest = factors.map(() => 0)
  for (const byte of data) {
    const [first = 0, ...others] = rest
    const lead = byte ^ first
    rest = factors.map((factor, at) => (others[at] ?? 0) ^ product(factor, lead))
  }
  return rest
}
