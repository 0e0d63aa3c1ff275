import { once } from 'node:events'
import { BlockList, isIP, SocketAddress } from 'node:net'
import { networkInterfaces } from 'node:os'
import { codeOf } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { askIp, type IpAddress, linksIn, monitorNetwork } from './iproute.ts'

/** Where a line’s connections start, as the configuration says it. */
export interface SourceSettings {
  readonly address: string | null
  readonly interface: string | null
  /** CIDR, `2001:db8::/32`: of an interface’s addresses only those inside count. */
  readonly prefix: string | null
  readonly family: 4 | 6
}

export interface OwnAddress {
  readonly address: string
  readonly family: 4 | 6
  readonly prefixLength: number
  /** A socket may start from it: neither tentative nor refused as a duplicate. */
  readonly isBindable: boolean
  /** A line may choose it by itself: of global scope, not deprecated and not temporary either. */
  readonly isUsable: boolean
}

export interface NetworkInterface {
  readonly name: string
  /** Switched on, and with a carrier. A TUN device has one while somebody holds its other end. */
  readonly isUp: boolean
  /** As the kernel lists them: of IPv6, the newest of a scope first. */
  readonly addresses: readonly OwnAddress[]
}

/** What a line may start from now. */
export interface SourceState {
  readonly address: string | null
  /** Kept with a fault, where it is known. */
  readonly interface: string | null
  readonly prefixLength: number | null
  readonly fault: 'LINE_LINK_DOWN' | 'LINE_ADDRESS_MISSING' | null
}

/** Where `ip` cannot be asked: what the C library knows, without links that are down. */
export async function readNetwork(): Promise<readonly NetworkInterface[]> {
  const answer = await askIp(['address', 'show'])
  return answer.is === 'answer' ? parseLinks(answer.value) : fromSystem()
}

/** From what `ip -j address` printed. */
export const parseLinks = (value: unknown): readonly NetworkInterface[] =>
  linksIn(value).map(({ ifname, flags, addr_info: addresses = [] }) => ({
    name: ifname,
    // Right after a cable is lost or put in, LOWER_UP and NO-CARRIER stand together for a moment.
    isUp: flags.includes('UP') && flags.includes('LOWER_UP') && !flags.includes('NO-CARRIER'),
    addresses: addresses.flatMap(ownAddress),
  }))

function ownAddress(one: IpAddress): OwnAddress[] {
  const { family, local: address, prefixlen: prefixLength } = one
  if (address === undefined || prefixLength === undefined) return []
  if (family !== 'inet' && family !== 'inet6') return []
  const isBindable = one.tentative !== true && one.dadfailed !== true
  const isLasting = one.deprecated !== true && one.temporary !== true
  const isUsable = isBindable && isLasting && one.scope === 'global'
  return [{ address, family: family === 'inet' ? 4 : 6, prefixLength, isBindable, isUsable }]
}

const LINK_LOCAL = blockOf(['fe80::/10', '169.254.0.0/16'])
/** Unique local addresses. [RFC 4193] */
const LOCAL = blockOf(['fc00::/7'])

function fromSystem(): readonly NetworkInterface[] {
  return Object.entries(networkInterfaces()).map(([name, addresses = []]) => ({
    name,
    isUp: true,
    addresses: addresses.map(({ address, family, cidr, internal }) => ({
      address,
      family: family === 'IPv4' ? 4 : 6,
      prefixLength: Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128)),
      isBindable: true,
      isUsable: !internal && !isInside(address, LINK_LOCAL),
    })),
  }))
}

/**
 * Pure. Without address and interface the system chooses: no address, no fault. `current` is the
 * state until now: its address stays chosen while it is usable, and its interface says whether an
 * address that is gone went with its link.
 *
 * Of several addresses one that is routed everywhere comes before a unique local one, then the
 * order of the kernel decides: the newest, which after a change of prefix is the one that lives.
 */
export function sourceOf(
  settings: SourceSettings,
  network: readonly NetworkInterface[],
  current: SourceState | null = null,
): SourceState {
  if (settings.address !== null) return writtenSource(settings, network, current)
  if (settings.interface === null) return { ...nowhere, fault: null }
  const link = network.find(({ name }) => name === settings.interface)
  if (link?.isUp !== true) return down(settings.interface)
  const usable = link.addresses.filter(
    ({ address, family, isUsable }) =>
      isUsable && family === settings.family && isInPrefix(address, settings.prefix),
  )
  const chosen =
    usable.find(({ address }) => address === current?.address) ??
    usable.find(({ address }) => !isInside(address, LOCAL)) ??
    usable[0]
  return chosen === undefined ? without(link.name) : from(link, chosen)
}

function writtenSource(
  settings: SourceSettings,
  network: readonly NetworkInterface[],
  current: SourceState | null,
): SourceState {
  const links = network.filter(({ name }) => name === (settings.interface ?? name))
  for (const link of links) {
    const own = link.addresses.find(({ address }) => isSame(address, settings.address))
    if (own === undefined) continue
    if (!link.isUp) return down(link.name)
    return own.isBindable ? from(link, own) : without(link.name)
  }
  const expected = settings.interface ?? current?.interface ?? null
  if (expected === null) return without(null)
  // The kernel takes IPv6 addresses away with the link: the cable is what is missing.
  return network.find(({ name }) => name === expected)?.isUp === true
    ? without(expected)
    : down(expected)
}

const nowhere = { address: null, interface: null, prefixLength: null } as const
const down = (name: string): SourceState => ({
  ...nowhere,
  interface: name,
  fault: 'LINE_LINK_DOWN',
})
const without = (name: string | null): SourceState => ({
  ...nowhere,
  interface: name,
  fault: 'LINE_ADDRESS_MISSING',
})
const from = ({ name }: NetworkInterface, own: OwnAddress): SourceState => ({
  address: own.address,
  interface: name,
  prefixLength: own.prefixLength,
  fault: null,
})

/** Pure. Whether the /64 (IPv4: /24) differs. What is not known (null) differs from nothing. */
export function isOtherPrefix(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false
  const family = isIP(one)
  if (family === 0 || family !== isIP(other)) return true
  return !isInside(other, blockOf([`${one}/${family === 6 ? 64 : 24}`]))
}

function blockOf(prefixes: readonly string[]): BlockList {
  const block = new BlockList()
  for (const prefix of prefixes) {
    const [network = '', length] = prefix.split('/')
    block.addSubnet(network, Number(length), kindOf(network))
  }
  return block
}

function kindOf(address: string): 'ipv6' | 'ipv4' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
const isInside = (address: string, block: BlockList) => block.check(address, kindOf(address))
const isInPrefix = (address: string, prefix: string | null) =>
  prefix === null || isInside(address, blockOf([prefix]))

/** An IPv6 address has many spellings. */
const isSame = (one: string, other: string | null) => spelt(one) === spelt(other)
const spelt = (address: string | null) =>
  address === null || isIP(address) === 0
    ? address
    : new SocketAddress({ address, family: kindOf(address) }).address

/** A monitor that ended is begun anew; also how often is polled where there is none. */
const RESTART_MS = 2_000

/**
 * Calls back on every hint that links, addresses or routes changed: often more than once for one
 * change, and sometimes for none. Where `ip` is missing, every 2 s. What changed before the first
 * hint is not told: read the network once after this. `close` ends it.
 */
export function watchNetwork(
  onHint: () => void,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Part {
  const ended = new AbortController()
  let isTold = false
  const watch = async () => {
    while (!ended.signal.aborted) {
      const sign = await watchOnce(onHint, ended.signal)
      if (ended.signal.aborted) return
      if (!isTold) log.warn({ sign, pollMs: RESTART_MS }, 'network-monitor-ended')
      isTold = true
      await clock.sleep(RESTART_MS, ended.signal)
      if (!ended.signal.aborted) onHint()
    }
  }
  const running = watch()
  return {
    close() {
      ended.abort()
      return running
    },
  }
}

/** Until the monitor ends, or is ended; resolves with why. */
async function watchOnce(onHint: () => void, signal: AbortSignal): Promise<string> {
  const monitor = monitorNetwork()
  const end = () => monitor.stdin.end()
  signal.addEventListener('abort', end, { once: true })
  monitor.stdin.on('error', () => {})
  monitor.stdout.on('data', () => {
    if (!signal.aborted) onHint()
  })
  monitor.stdout.once('end', end)
  try {
    const [status, killedBy] = await once(monitor, 'close')
    return String(killedBy ?? status)
  } catch (error) {
    const sign = codeOf(error)
    if (sign === '') throw error
    return sign
  } finally {
    signal.removeEventListener('abort', end)
  }
}
