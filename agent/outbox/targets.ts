import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { networkInterfaces } from 'node:os'
import { domainToASCII } from 'node:url'
import { AgentError, codeOf } from '../kernel/errors.ts'

/** A host that may be pushed to, and the networks in which it may be. */
export interface Target {
  /** A name or an address, as it stands in the URL. */
  readonly host: string
  /** Addresses or CIDR blocks, at least one. */
  readonly networks: readonly string[]
}

/** Which hosts may be pushed to. */
export interface Targets {
  /**
   * Throws `SINK_TARGET_REFUSED` where the URL's host is not allowed, or is one of our own doors, or
   * where the URL is not HTTP or names a user.
   */
  check(url: URL): void
  /**
   * For the connection to a host that was checked: resolves its name and lets an allowed address
   * pass only, so that what was checked is what is connected to. Fails with `SINK_TARGET_REFUSED`,
   * `SINK_UNREACHABLE`.
   */
  lookupFor(url: URL): LookupFunction
}

/** How names are resolved: as `dns.lookup` with `all`. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void

/**
 * Never a target, whatever the list says: no host, link-local, multicast, and where clouds tell a
 * machine its secrets (AWS and most: link-local and fd00:ec2::254; Google: fd20:ce::254; Azure:
 * 168.63.129.16; Alibaba: 100.100.100.200; Oracle: 192.0.0.192). An IPv4 address in IPv6 clothes
 * (::ffff:0:0/96) is checked as IPv4 by Node; behind NAT64 [RFC 6052] only the link-local ones count.
 */
const never = new BlockList()
never.addSubnet('169.254.0.0', 16, 'ipv4')
never.addSubnet('0.0.0.0', 8, 'ipv4')
never.addSubnet('224.0.0.0', 3, 'ipv4')
never.addAddress('168.63.129.16', 'ipv4')
never.addAddress('100.100.100.200', 'ipv4')
never.addAddress('192.0.0.192', 'ipv4')
never.addAddress('::', 'ipv6')
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('ff00::', 8, 'ipv6')
never.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6')
never.addAddress('fd00:ec2::254', 'ipv6')
never.addAddress('fd20:ce::254', 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1')
const portOf = ({ port, protocol }: URL) => Number(port || (protocol === 'https:' ? 443 : 80))

/** As `URL` would write it, so that one host is not two. */
function canonical(host: string): string {
  const plain = bare(host)
  if (isIP(plain) === 6) return bare(new URL(`http://[${plain}]`).hostname)
  return domainToASCII(plain) || plain.toLowerCase()
}

/**
 * `ownPorts`: where the agent itself listens; a push to it would be a loop, and a way around its own
 * door. Asked at each check, as a port may be taken after this.
 */
export function openTargets(
  allowed: readonly Target[],
  ownPorts: () => readonly number[],
  resolve: Resolve = lookup,
): Targets {
  const rules = rulesOf(allowed)
  const ruleOf = (url: URL): BlockList => {
    const rule = rules.get(bare(url.hostname))
    if (rule === undefined) throw refused('its host is not among `outbox.targets`')
    return rule
  }
  const admit = (url: URL, address: string): AgentError | undefined => {
    const family = familyOf(address)
    if (never.check(address, family)) return refused('its address is never a target')
    if (!ruleOf(url).check(address, family))
      return refused('its address is in none of the networks of `outbox.targets`')
    const isOurs = ownPorts().includes(portOf(url)) && isOfThisMachine(address)
    return isOurs ? refused('it is the agent itself') : undefined
  }
  return {
    check(url) {
      if (!/^https?:$/.test(url.protocol)) throw refused('it is not HTTP')
      if (url.username !== '' || url.password !== '') throw refused('its URL names a user')
      ruleOf(url)
      const host = bare(url.hostname)
      const fault = isIP(host) === 0 ? undefined : admit(url, host)
      if (fault !== undefined) throw fault
    },
    lookupFor: (url) => (host, options, done) => {
      resolve(host, { ...options, all: true }, (error, found) => {
        if (error !== null) return done(unresolved(error), '')
        const addresses = found.filter(({ address }) => admit(url, address) === undefined)
        const [first] = addresses
        if (first === undefined)
          return done(refused('its name leads to no address that is allowed'), '')
        return options.all === true
          ? done(null, addresses)
          : done(null, first.address, first.family)
      })
    },
  }
}

function rulesOf(allowed: readonly Target[]): ReadonlyMap<string, BlockList> {
  const rules = new Map<string, BlockList>()
  for (const { host, networks } of allowed) {
    const list = rules.get(canonical(host)) ?? new BlockList()
    for (const entry of networks) {
      const [address = '', prefix] = entry.split('/')
      const family = familyOf(address)
      list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family)
    }
    rules.set(canonical(host), list)
  }
  return rules
}

/** Its own addresses lead to its own doors as loopback does; they are few, and may change. */
function isOfThisMachine(address: string): boolean {
  if (loopback.check(address, familyOf(address))) return true
  const own = new BlockList()
  for (const one of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    own.addAddress(one.address, familyOf(one.address))
  return own.check(address, familyOf(address))
}

const refused = (why: string) => new AgentError('SINK_TARGET_REFUSED', `the target: ${why}`)

const unresolved = (cause: Error) =>
  new AgentError('SINK_UNREACHABLE', 'the name of the target is not resolved', {
    cause,
    facts: { code: codeOf(cause) },
  })
