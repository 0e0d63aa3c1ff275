import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { policy } from './policy.ts'

/** Names of one line, as that line's own servers know them. */
export interface Names {
  /**
   * Addresses of the line's family, best first; an address is its own. What the servers last said is
   * used for a day, while they are asked anew once it is no longer fresh. Rejects with
   * `LINE_NAME_UNRESOLVED` where nothing is known.
   */
  resolve(host: string): Promise<readonly string[]>
  /** As `resolve`, but what the servers say now, and nothing else. */
  resolveAnew(host: string): Promise<readonly string[]>
  /** The first address of a name leads nowhere now: the next one comes first. */
  failed(host: string): void
  /** From which address the servers are asked from now on. */
  rebind(address: string | null): void
  close(): void
}

export interface NamesSettings {
  readonly line: string
  readonly family: 4 | 6
  /** Addresses, perhaps with a port (`[fd00::53]:5353`). Empty: the system resolves. */
  readonly servers: readonly string[]
}

interface Known {
  readonly addresses: readonly string[]
  /** On a clock that never goes back. */
  readonly at: number
  readonly freshMs: number
}

/** A server that is silent is asked this often, this long each. */
const TRIES = 2
const TIMEOUT_MS = 800

export function openNames({ line, family, servers }: NamesSettings, now: () => number): Names {
  const known = new Map<string, Known>()
  const asked = new Map<string, Promise<readonly string[]>>()
  let resolver = resolverFor(servers, null)

  const ask = async (host: string): Promise<readonly string[]> => {
    const found = await askServers(resolver, host, family).catch((cause: unknown) => {
      throw unresolved(line, cause)
    })
    if (found.addresses.length === 0) throw unresolved(line, new Error('no address'))
    known.set(host, { ...found, at: now() })
    return found.addresses
  }
  /** Who asks for the same name meanwhile joins. */
  const anew = (host: string) => {
    const joined = asked.get(host) ?? ask(host).finally(() => asked.delete(host))
    asked.set(host, joined)
    return joined
  }

  /** What it comes to is seen by the next who asks. */
  const refresh = (host: string) => {
    anew(host).catch((error: unknown) => {
      if (!(error instanceof AgentError)) throw error
    })
  }

  return {
    async resolve(host) {
      if (isIP(host) !== 0) return [host]
      const last = known.get(host)
      if (last === undefined || now() - last.at >= policy.nameStaleMs) return anew(host)
      // Not waited for: while the servers are silent, the line would seem to be.
      if (now() - last.at >= last.freshMs) refresh(host)
      return last.addresses
    },
    resolveAnew: async (host) => (isIP(host) === 0 ? anew(host) : [host]),
    failed(host) {
      const last = known.get(host)
      const [first, ...rest] = last?.addresses ?? []
      if (last === undefined || first === undefined) return
      known.set(host, { ...last, addresses: [...rest, first] })
    },
    rebind(address) {
      resolver?.cancel()
      resolver = resolverFor(servers, address)
    },
    close: () => resolver?.cancel(),
  }
}

function resolverFor(servers: readonly string[], address: string | null): Resolver | undefined {
  if (servers.length === 0) return undefined
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
  resolver.setServers(servers)
  if (address !== null) {
    if (isIP(address) === 4) resolver.setLocalAddress(address)
    else resolver.setLocalAddress('0.0.0.0', address)
  }
  return resolver
}

async function askServers(
  resolver: Resolver | undefined,
  host: string,
  family: 4 | 6,
): Promise<Pick<Known, 'addresses' | 'freshMs'>> {
  if (resolver === undefined) {
    const found = await lookup(host, { family, all: true })
    return { addresses: found.map(({ address }) => address), freshMs: policy.nameKeptAtLeastMs }
  }
  const found =
    family === 6
      ? await resolver.resolve6(host, { ttl: true })
      : await resolver.resolve4(host, { ttl: true })
  const ttlMs = Math.min(...found.map(({ ttl }) => ttl)) * 1_000
  return {
    addresses: found.map(({ address }) => address),
    freshMs: Math.min(Math.max(ttlMs, policy.nameKeptAtLeastMs), policy.nameKeptAtMostMs),
  }
}

function unresolved(line: string, cause: unknown): AgentError {
  const sign = codeOf(cause) || 'ENODATA'
  return new AgentError('LINE_NAME_UNRESOLVED', `line ${line}: ${sign}`, {
    cause,
    facts: { line, sign },
  })
}
