import { readFileSync } from 'node:fs'
import { isIPv4, type Socket } from 'node:net'
import { codeOf } from '../kernel/errors.ts'

/**
 * How many bytes of a connection the other end has not acknowledged; null where the system does not
 * say. A connection that the other end has forgotten while its line lives (half-open) shows in this
 * alone: what we send on it is never received. Where nothing else is on its way, keep-alive probes
 * count, from the second one in a row that is not answered. [proc(5), /proc/net/tcp: tx_queue, and
 * timeout, which are the probes]
 */
export function unacknowledgedBytes(socket: Socket): number | null {
  const { localPort, remotePort, remoteAddress } = socket
  if (localPort === undefined || remotePort === undefined || remoteAddress === undefined)
    return null
  const file = isIPv4(remoteAddress) ? '/proc/self/net/tcp' : '/proc/self/net/tcp6'
  return queueOf(tableIn(file), localPort, remotePort)
}

/** By the two ports: of two connections to one port of the gateway each has its own local one. */
export function queueOf(table: string, localPort: number, remotePort: number): number | null {
  const ends = `[0-9A-F]+:${hex(localPort)} [0-9A-F]+:${hex(remotePort)}`
  const row = new RegExp(`^ *\\d+: ${ends} [0-9A-F]{2} ([0-9A-F]{8}):.*$`, 'm').exec(table)
  const [whole, queue] = row ?? []
  if (whole === undefined || queue === undefined) return null
  // sl local rem st tx:rx tr:when retrnsmt uid timeout inode
  const probes = Number(whole.trim().split(/ +/)[8] ?? 0)
  return Number.parseInt(queue, 16) + (probes >= PROBES_IN_A_ROW ? probes : 0)
}

/** One may be on its way, or lost. */
const PROBES_IN_A_ROW = 2

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
