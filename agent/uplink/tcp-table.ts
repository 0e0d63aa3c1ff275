import { readFileSync } from 'node:fs'
import { isIPv4, type Socket } from 'node:net'
import { endianness } from 'node:os'
import { codeOf } from '../kernel/errors.ts'

/**
 * How many bytes of a connection the other end has not acknowledged; null where the system does not
 * say. A connection that the other end has forgotten while its line lives (half-open) shows in this
 * alone: what we send on it is never received. Where nothing else is on its way, keep-alive probes
 * count, from the second one in a row that is not answered. [proc(5), /proc/net/tcp: tx_queue, and
 * timeout, which are the probes]
 */
export function unacknowledgedBytes(socket: Socket): number | null {
  const { localAddress, localPort, remoteAddress, remotePort } = socket
  if (localAddress === undefined || localPort === undefined) return null
  if (remoteAddress === undefined || remotePort === undefined) return null
  const file = isIPv4(remoteAddress) ? '/proc/self/net/tcp' : '/proc/self/net/tcp6'
  return queueOf(
    tableIn(file),
    { address: localAddress, port: localPort },
    { address: remoteAddress, port: remotePort },
  )
}

export interface End {
  readonly address: string
  readonly port: number
}

/** By both ends whole: lines have addresses of their own, and may have one local port in common. */
export function queueOf(table: string, local: End, remote: End): number | null {
  const ends = `${inTable(local)} ${inTable(remote)}`
  const row = new RegExp(`^ *\\d+: ${ends} [0-9A-F]{2} ([0-9A-F]{8}):.*$`, 'm').exec(table)
  const [whole, queue] = row ?? []
  if (whole === undefined || queue === undefined) return null
  // sl local rem st tx:rx tr:when retrnsmt uid timeout inode
  const probes = Number(whole.trim().split(/ +/)[8] ?? 0)
  return Number.parseInt(queue, 16) + (probes >= PROBES_IN_A_ROW ? probes : 0)
}

/** One may be on its way, or lost. */
const PROBES_IN_A_ROW = 2

/** An address is written as words of four bytes in the machine’s own order. */
function inTable({ address, port }: End): string {
  const words = wordsOf(address).map((word) => {
    const bytes = Buffer.alloc(4)
    if (endianness() === 'LE') bytes.writeUInt32LE(word)
    else bytes.writeUInt32BE(word)
    return bytes.toString('hex').toUpperCase()
  })
  return `${words.join('')}:${hex(port)}`
}

/** Each of 32 bits, the first one first. */
function wordsOf(address: string): number[] {
  if (isIPv4(address)) return [Buffer.from(address.split('.').map(Number)).readUInt32BE()]
  const [head = [], tail = []] = normal(address)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16))
  return [0, 2, 4, 6].map((at) => (groups[at] ?? 0) * 2 ** 16 + (groups[at + 1] ?? 0))
}

/** In hexadecimal groups throughout, without zone. [RFC 5952; an IPv4 address may stand in it] */
const normal = (address: string) =>
  new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1)

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')

/** Empty where there is no such file: another system, or one that hides it. */
function tableIn(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}
