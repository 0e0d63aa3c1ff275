import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { NetBed } from './bed.ts'
import { GATEWAY_PORT, type LineName, type Plan } from './plan.ts'

/** Why nothing can be captured here; undefined where it can. */
export const whyNoCapture = (): string | undefined =>
  spawnSync('sh', ['-c', 'command -v tcpdump'], { stdio: 'ignore' }).status === 0
    ? undefined
    : 'needs tcpdump (apt-get install tcpdump)'

export interface Capture {
  /** Ends it: each packet in a line of `tcpdump -nn -t`. */
  end(): Promise<readonly string[]>
}

/** Everything that is seen on a line's interface of the clinic's box, from now on. */
export async function captureOn(bed: NetBed, name: LineName): Promise<Capture> {
  const file = `${bed.folder}/${name}.pcap`
  const args = [
    '-i',
    bed.line(name).plan().interface,
    '-U',
    '--immediate-mode',
    '-s',
    '256',
    '-Z',
    'root',
    '-w',
    file,
  ]
  const child = bed.spawnIn('clinic', 'tcpdump', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  if (child.stderr === null) throw new Error('tcpdump says nothing')
  const said = createInterface({ input: child.stderr })
  for await (const line of said) if (/listening on/.test(line)) break
  return {
    async end() {
      child.kill('SIGINT')
      await ended
      const text = execFileSync('tcpdump', ['-nn', '-t', '-r', file], {
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 256 * 1024 * 1024,
      })
      return text.toString().split('\n').filter(Boolean)
    },
  }
}

/** What a packet is, of one line of tcpdump. */
export interface Packet {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other'
  readonly from: string
  readonly to: string
  /** Of `from` and `to`; 0 where there is none. */
  readonly ports: readonly [from: number, to: number]
  readonly text: string
}

export function packetIn(text: string): Packet {
  const [, from = '', to = '', rest = ''] = /^IP6? (\S+) > (\S+): (.*)$/.exec(text) ?? []
  const [source, sourcePort] = placed(from)
  const [target, targetPort] = placed(to)
  const protocol = /^ICMP6?/.test(rest)
    ? 'icmp'
    : /^Flags \[/.test(rest)
      ? 'tcp'
      : sourcePort > 0
        ? 'udp'
        : 'other'
  return { protocol, from: source, to: target, ports: [sourcePort, targetPort], text }
}

/** `fd00:a::2.443` and `10.1.0.2.443`; without a port where there is none. */
function placed(text: string): [address: string, port: number] {
  const isSix = text.includes(':')
  const [, address = text, port = '0'] =
    (isSix ? /^([^.]+)\.(\d+)$/ : /^(\d+\.\d+\.\d+\.\d+)\.(\d+)$/).exec(text) ?? []
  return [address, Number(port)]
}

/**
 * Whether a line may carry it: queries and logins with the gateway, look-ups at the line's DNS server,
 * line authentication, one byte or an echo for the router, and what neighbours say to each other.
 */
export function isAllowed({ protocol, from, to, ports, text }: Packet, plan: Plan): boolean {
  const own = [plan.source]
  const between = (other: string, port: number) =>
    (own.includes(from) && to === other && ports[1] === port) ||
    (own.includes(to) && from === other && ports[0] === port)
  if (protocol === 'tcp')
    return (
      between(plan.gateway, GATEWAY_PORT) || between(plan.lineAuth, 80) || between(plan.dns, 53)
    )
  // One byte for the port of nobody makes the router be looked for; it may say that nobody is there.
  if (protocol === 'udp')
    return between(plan.dns, 53) || (from === plan.source && to === plan.router && ports[1] === 9)
  if (protocol !== 'icmp') return false
  const isOfNeighbours = /neighbor|router (solicitation|advertisement)|multicast listener/.test(
    text,
  )
  const isEcho = /echo (request|reply)/.test(text)
  const ends = [from, to].every((one) => [plan.source, plan.router, plan.gateway].includes(one))
  const isNobody = from === plan.router && /unreachable port|udp port 9 unreachable/.test(text)
  return isOfNeighbours || (isEcho && ends) || isNobody
}
