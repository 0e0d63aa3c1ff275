import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { checked } from '../client.ts'
import { type Callee, startCallee } from './calls.ts'
import type { DnsBehaviour } from './dns.ts'
import { type GatewayOptions, type NetGateway, openNetGateway } from './gateway.ts'
import { layLines, type NetLine } from './lines.ts'
import { type Namespaces, openNamespaces } from './namespaces.ts'
import { type Family, GATEWAY_NAME, LINE_AUTH_NAME, type LineName, type Plan } from './plan.ts'
import { type Quality, startWanline, type Wanline } from './wanline.ts'

/** What a test does to the lines and to what stands at their far ends. */
export interface OnTheLines {
  line(name: LineName): NetLine
  /** The DNS server of a line. */
  dns(name: LineName): NetDns
  /** What answers at the line authentication URL of a line. */
  lineAuth(name: LineName): { set(mode: 'good' | 'silent'): Promise<void> }
}

export interface NetDns {
  behave(behaviour: DnsBehaviour): Promise<void>
  /** Questions so far, also those without a reply. */
  queries(): Promise<number>
}

/** Keeps what undoes something, for later. */
export type Defer = (undo: () => unknown) => void

export interface NetworkOptions {
  /** Of what the lines lose and jitter. */
  readonly seed?: number
  /** How each line is from the start; default without delay and loss. */
  readonly quality?: Partial<Record<LineName, Partial<Quality>>>
}

const UPSTREAM = fileURLToPath(new URL('upstream.ts', import.meta.url))
const CLINIC = fileURLToPath(new URL('clinic.ts', import.meta.url))

/** Namespaces, lines between them, and a process of ours on each side. */
export interface Network {
  readonly namespaces: Namespaces
  readonly wanline: Wanline
  readonly lines: ReadonlyMap<LineName, NetLine>
  readonly clinic: Callee
  readonly upstream: Callee
}

/** Every part is undone by `defer` also when a later one fails. */
export async function layNetwork(
  families: ReadonlyMap<LineName, Family>,
  { seed = 1, quality = {} }: NetworkOptions,
  defer: Defer,
): Promise<Network> {
  const namespaces = await openNamespaces()
  defer(() => namespaces.close())
  const upstream = startCallee(namespaces.enter('upstream'), UPSTREAM)
  defer(() => upstream.close())
  const clinic = startCallee(namespaces.enter('clinic'), CLINIC)
  defer(() => clinic.close())
  const wanline = await startWanline(namespaces, [...families.keys()], seed)
  defer(() => wanline.close())
  const lines = await layLines(namespaces, wanline, families)
  for (const name of families.keys()) await wanline.set(name, quality[name] ?? {})
  return { namespaces, wanline, lines, clinic, upstream }
}

/** Names, line authentication and gateway begin to answer. */
export async function openUpstream(
  { lines, upstream }: Network,
  options: GatewayOptions,
): Promise<NetGateway> {
  const zoneOf = ({ gateway: address, lineAuth }: Plan) => ({
    [GATEWAY_NAME]: [address],
    [LINE_AUTH_NAME]: [lineAuth],
  })
  const plans = [...lines.values()].map((line) => line.plan())
  await upstream.call('start', {
    lines: plans.map((plan) => ({
      name: plan.name,
      dns: plan.dns,
      lineAuth: plan.lineAuth,
      zone: zoneOf(plan),
    })),
  })
  return openNetGateway(upstream, options)
}

export function onTheLines({ lines, upstream }: Network): OnTheLines {
  return {
    line(name) {
      const line = lines.get(name)
      if (line === undefined) throw new Error(`no line ${name}`)
      return line
    },
    dns: (line) => ({
      behave: async (behaviour) => void (await upstream.call('dns.behave', { line, behaviour })),
      queries: async () => checked(Type.Number(), await upstream.call('dns.queries', { line })),
    }),
    lineAuth: (line) => ({
      set: async (mode) => void (await upstream.call('lineAuth.set', { line, mode })),
    }),
  }
}
