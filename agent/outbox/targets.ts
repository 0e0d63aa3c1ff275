import { lookup as lookupAll } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
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
  /** Throws `SINK_TARGET_REFUSED` where the URL's host is not allowed, or is one of our own doors. */
  check(url: URL): void
  /**
   * For the connection to a host that was checked: resolves its name and lets an allowed address
   * pass only, so that what was checked is what is connected to. Fails with `SINK_TARGET_REFUSED`,
   * `SINK_UNREACHABLE`.
   */
  lookupFor(url: URL): LookupFunction
}

/** Never a target, whatever the list says: where cloud machines tell their secrets, and no host. */
const never = new BlockList()
never.addSubnet('169.254.0.0', 16, 'ipv4')
never.addSubnet('0.0.0.0', 8, 'ipv4')
never.addSubnet('224.0.0.0', 3, 'ipv4')
never.addSubnet('fe80::', 10, 'ipv6')
never.addSubnet('ff00::', 8, 'ipv6')
never.addAddress('::', 'ipv6')

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
const portOf = ({ port, protocol }: URL) => Number(port || (protocol === 'https:' ? 443 : 80))

/**
 * `ownPorts`: where the agent itself listens; a push to it would be a loop, and a way around its own
 * door. Asked at each check, as a port may be taken after this.
 */
export function openTargets(
  allowed: readonly Target[],
  ownPorts: () => readonly number[],
): Targets {
  const rules = new Map(allowed.map(({ host, networks }) => [bare(host), listOf(networks)]))
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
    const isOurs = loopback.check(address, family) && ownPorts().includes(portOf(url))
    return isOurs ? refused('it is the agent itself') : undefined
  }
  return {
    check(url) {
      ruleOf(url)
      const host = bare(url.hostname)
      const fault = isIP(host) === 0 ? undefined : admit(url, host)
      if (fault !== undefined) throw fault
    },
    lookupFor: (url) => (host, options, done) => {
      lookupAll(host, { ...options, all: true }, (error, found) => {
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

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of networks) {
    const [address = '', prefix] = entry.split('/')
    const family = familyOf(address)
    list.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return list
}

const refused = (why: string) => new AgentError('SINK_TARGET_REFUSED', `the target: ${why}`)

const unresolved = (cause: Error) =>
  new AgentError('SINK_UNREACHABLE', 'the name of the target is not resolved', {
    cause,
    facts: { code: codeOf(cause) },
  })
