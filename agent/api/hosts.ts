import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import { AgentError } from '../kernel/errors.ts'

/** Where a listener is, taken apart. `host` without brackets. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:8480` or `[::1]:8480`. Throws `CONFIG_INVALID`. */
export function placeOf(address: string): Place {
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address) ?? []
  const host = six ?? four
  if (host === undefined || isIP(host) === 0) {
    throw new AgentError('CONFIG_INVALID', `no IP address and port: ${address}`)
  }
  return { host, port: Number(port) }
}

const literal = (host: string) => (isIP(host) === 6 ? `[${host}]` : host)

/** `http://[::1]:8480`. */
export const urlOf = ({ host, port }: Place, secure: boolean): string =>
  `http${secure ? 's' : ''}://${literal(host)}:${port}`

const isLoopback = (host: string) => host === '::1' || /^127\./.test(host)
const isWildcard = (host: string) => host === '0.0.0.0' || host === '::'

/**
 * Decides whether a Host header names a listener. Compared whole, as text: a prefix or suffix
 * match is how DNS rebinding got into other local servers.
 */
export function hostRule(
  place: Place,
  secure: boolean,
  further: readonly string[],
): (host: string, socket: Socket) => boolean {
  const isEverywhere = isWildcard(place.host)
  const hasLoopback = isEverywhere || isLoopback(place.host)
  const own = [place.host, ...(hasLoopback ? ['localhost', '127.0.0.1', '::1'] : [])]
  const names = new Set(further.map((name) => name.toLowerCase()))
  for (const host of own) for (const name of named(host, place.port, secure)) names.add(name)
  return (host, socket) => {
    const given = host.toLowerCase()
    if (names.has(given)) return true
    // On a wildcard the literal that the client dialled is this machine's; no name can forge it.
    return isEverywhere && named(bare(socket.localAddress), place.port, secure).includes(given)
  }
}

/** With its port, and without where the scheme implies it. */
function named(host: string, port: number, secure: boolean): string[] {
  const name = literal(host).toLowerCase()
  return port === (secure ? 443 : 80) ? [name, `${name}:${port}`] : [`${name}:${port}`]
}

/** A peer's address without zone, and an IPv4 one without its IPv6 coat (`::ffff:192.0.2.1`). */
export function bare(address: string | undefined): string {
  const plain = (address ?? '').split('%', 1)[0] ?? ''
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? plain
}

export const sourceOf = (request: IncomingMessage): string => bare(request.socket.remoteAddress)

/** Whether an address is one of `entries` (addresses or CIDR blocks). Throws `CONFIG_INVALID`. */
export function sourceRule(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const entry of entries) {
    const [network = '', prefix] = entry.split('/')
    const address = bare(network)
    const family = familyOf(address)
    try {
      if (prefix === undefined) list.addAddress(address, family)
      else list.addSubnet(address, Number(prefix), family)
    } catch (cause) {
      throw new AgentError('CONFIG_INVALID', `no address or CIDR block: ${entry}`, { cause })
    }
  }
  return (address) => isIP(address) !== 0 && list.check(address, familyOf(address))
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
