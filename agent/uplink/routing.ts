import { createSocket } from 'node:dgram'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { askIp, neighboursIn, routesIn } from './iproute.ts'

/** The way that a packet takes out of this machine. */
export interface Route {
  readonly interface: string
  /** Null: the destination is on the link itself, or the link has two ends only. */
  readonly router: string | null
  /** Own address that the kernel would choose. */
  readonly source: string | null
  /** The destination is this machine: nothing leaves. */
  readonly isLocal: boolean
}

/** unknown: this machine has no iproute2, or may not ask the kernel. */
export type RouteAnswer =
  | { readonly is: 'route'; readonly route: Route }
  | { readonly is: 'none'; readonly why: string }
  | { readonly is: 'unknown'; readonly why: string }

/** The route to an address from one of our own; a null source is left to the kernel. */
export async function routeTo(destination: string, source: string | null): Promise<RouteAnswer> {
  const answer = await askIp([
    'route',
    'get',
    destination,
    ...(source === null ? [] : ['from', source]),
  ])
  if (answer.is === 'missing') return { is: 'unknown', why: answer.why }
  if (answer.is === 'refused') return { is: 'none', why: answer.why }
  const [found] = routesIn(answer.value)
  if (found?.dev === undefined) return { is: 'none', why: found?.type ?? 'no route' }
  const { dev, type, gateway, via, prefsrc } = found
  const route = {
    interface: dev,
    router: gateway ?? via?.host ?? null,
    source: prefsrc ?? source,
    isLocal: type === 'local',
  }
  return { is: 'route', route }
}

/** What the kernel knows of a machine on the link, as `ip neighbour` words it; null: nothing. */
export async function neighbourState(router: string, device: string): Promise<string | null> {
  const answer = await askIp(['neighbour', 'show', 'to', router, 'dev', device])
  return answer.is === 'answer' ? (neighboursIn(answer.value)[0]?.state[0] ?? null) : null
}

/** A silent machine on the link is given up by the kernel after three questions, one a second. */
const ROUTER_LIMIT_MS = 3_000
const LOOK_MS = 100
/** How long a router may take to answer a question addressed to it alone. */
const PROBE_GRACE_MS = 700

/**
 * Whether the router answers on the link. Sends it one byte, so that the kernel asks for it, and
 * watches what becomes of that. A device that has no neighbours (TUN, tunnels) counts as answering.
 *
 * `isDoubted`: something behind it is silent. Then a neighbour that was seen lately is not good
 * enough either: the kernel asks it again 5 s after the byte. [RFC 4861, section 7.3.3]
 */
export async function askRouter(
  router: string,
  device: string,
  { isDoubted, clock, signal }: { isDoubted: boolean; clock: Clock; signal: AbortSignal },
): Promise<{ readonly answers: boolean; readonly neighbour: string | null }> {
  if ((await neighbourState(router, device)) !== 'REACHABLE') await nudge(router, device)
  const until = clock.now() + ROUTER_LIMIT_MS
  let probingSince: number | null = null
  for (;;) {
    const neighbour = await neighbourState(router, device)
    const now = clock.now()
    probingSince = neighbour === 'PROBE' ? (probingSince ?? now) : null
    const probingMs = probingSince === null ? 0 : now - probingSince
    const answers = verdict(neighbour, isDoubted, probingMs)
    if (answers !== null) return { answers, neighbour }
    if (now >= until || signal.aborted) return { answers: neighbour !== 'INCOMPLETE', neighbour }
    await clock.sleep(LOOK_MS, signal)
  }
}

/** Null: not known yet. */
function verdict(neighbour: string | null, isDoubted: boolean, probingMs: number): boolean | null {
  switch (neighbour) {
    case 'FAILED':
      return false
    case 'INCOMPLETE':
      return null
    case 'PROBE':
      if (probingMs >= PROBE_GRACE_MS) return false
      return isDoubted ? null : true
    case 'STALE':
    case 'DELAY':
      return isDoubted ? null : true
    default:
      return true
  }
}

/** Port of the discard service: nobody listens there, and whoever does throws it away. [RFC 863] */
const DISCARD = 9

/** Gives the kernel a reason to look for the router. Whether it can be sent is not the question. */
async function nudge(router: string, device: string): Promise<void> {
  const isIpv6 = router.includes(':')
  const socket = createSocket(isIpv6 ? 'udp6' : 'udp4')
  const isLinkLocal = /^fe[89ab]/i.test(router)
  const { promise: sent, resolve } = Promise.withResolvers<void>()
  // Whether it went out shows in the neighbour’s state.
  socket.on('error', () => resolve())
  socket.send(Buffer.alloc(1), DISCARD, isLinkLocal ? `${router}%${device}` : router, () =>
    resolve(),
  )
  await sent
  socket.close()
}

/** Which interfaces this machine forwards packets from, as a router does. Null: it cannot be read. */
export interface Forwarding {
  readonly ipv4: readonly string[]
  readonly ipv6: readonly string[]
}

const SYSCTL = '/proc/sys/net'

/**
 * IPv4 forwards what came in by an interface with `forwarding`; IPv6 does by all interfaces once
 * `all` has it, or by one with `force_forwarding`. [Linux, Documentation/networking/ip-sysctl.rst]
 */
export async function readForwarding(): Promise<Forwarding | null> {
  try {
    const all = await isOn('ipv6', 'all', 'forwarding')
    return {
      ipv4: await namesWhere('ipv4', (name) => isOn('ipv4', name, 'forwarding')),
      ipv6: await namesWhere('ipv6', async (name) =>
        all ? true : isOn('ipv6', name, 'force_forwarding'),
      ),
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

async function namesWhere(
  family: 'ipv4' | 'ipv6',
  isWanted: (name: string) => Promise<boolean>,
): Promise<string[]> {
  const names = await directory(join(SYSCTL, family, 'conf'))
  const wanted: string[] = []
  for (const name of names) {
    if (['all', 'default', 'lo'].includes(name)) continue
    if (await isWanted(name)) wanted.push(name)
  }
  return wanted
}

/** A machine without IPv6 has no such directory, and a kernel before 6.17 no `force_forwarding`. */
const isAbsent = (error: unknown) => codeOf(error) === 'ENOENT'

async function directory(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

async function isOn(family: 'ipv4' | 'ipv6', name: string, key: string): Promise<boolean> {
  try {
    return (await readFile(join(SYSCTL, family, 'conf', name, key), 'utf8')).trim() === '1'
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}
