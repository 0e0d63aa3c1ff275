import type { Namespaces } from './namespaces.ts'
import { type Family, type LineName, type Plan, planOf, SHARED_GATEWAY } from './plan.ts'
import {
  type Counts,
  type Direction,
  FAULTLESS,
  type Quality,
  type Talk,
  type Wanline,
} from './wanline.ts'

/** One line of the bed. Every change holds when its promise resolves. */
export interface NetLine {
  /** Its addresses now. */
  plan(): Plan
  /** Changes what is named and leaves the rest; `up` is from the clinic. Default: both directions. */
  set(quality: Partial<Quality>, direction?: Direction): Promise<void>
  /** A good line again, but for `forget`, which stays true of old connections. */
  heal(): Promise<void>
  /** A NAT on the way restarts: connections from before are dropped silently, new ones pass. */
  forget(): Promise<void>
  /** `ip link set down`: the kernel removes the IPv6 address and every route. */
  linkDown(): Promise<void>
  /** Up, with address and routes as a DHCPv6 client or a router advertisement would bring them. */
  linkUp(): Promise<void>
  /** The cable: the interface is up without a carrier and keeps its address. */
  unplug(): Promise<void>
  plug(): Promise<void>
  /** Another prefix from the router; what went to the old one is lost. Resolves to the new addresses. */
  changePrefix(): Promise<Plan>
  /** The default route goes, the address stays. */
  dropRouter(): Promise<void>
  restoreRouter(): Promise<void>
  /** Whatever was done to it: a good line, with the last prefix. */
  restore(): Promise<void>
  packets(): Promise<Counts>
  /** Who sent how much to whom by this line, since the bed was made. */
  talks(): Promise<readonly Talk[]>
}

const EVERYWHERE: Readonly<Record<Family, string>> = { ipv6: '::/0', ipv4: '0.0.0.0/0' }
/** The last route of a line's table: without a router its packets leave by no other line. */
const LAST_METRIC = 4_278_198_272

const addressLines = ({ family, source, prefixBits, interface: device }: Plan) => [
  `address replace ${source}/${prefixBits} dev ${device}${family === 'ipv6' ? ' nodad' : ''}`,
]

/** In the line's table, and in the main one, where the first line is preferred. */
const routerLines = ({ router, interface: device, table }: Plan) => [
  `route replace default via ${router} dev ${device} table ${table}`,
  `route replace default via ${router} dev ${device} metric ${table}`,
]

const ruleLine = (verb: 'add' | 'del', { source, table }: Plan) =>
  `rule ${verb} from ${source} lookup ${table} priority ${table}`

const clinicLines = (plan: Plan) => [
  `link set ${plan.interface} mtu 1500 up`,
  ...addressLines(plan),
  ...routerLines(plan),
  `route add unreachable ${EVERYWHERE[plan.family]} table ${plan.table} metric ${LAST_METRIC}`,
  ruleLine('add', plan),
]

const upstreamLines = ({ name, family, router, prefixBits, gateway, dns, lineAuth }: Plan) => {
  const own = family === 'ipv6' ? '128' : '32'
  const late = family === 'ipv6' ? ' nodad' : ''
  return [
    `link set up-${name} mtu 1500 up`,
    `address add ${router}/${prefixBits} dev up-${name}${late}`,
    ...[SHARED_GATEWAY[family], gateway, dns, lineAuth].map(
      (address) => `address replace ${address}/${own} dev lo${late}`,
    ),
  ]
}

/** Gives every line its addresses, routes and rule on both sides. */
export async function layLines(
  namespaces: Namespaces,
  wanline: Wanline,
  families: ReadonlyMap<LineName, Family>,
): Promise<ReadonlyMap<LineName, NetLine>> {
  const plans = [...families].map(([name, family]) => planOf(name, family))
  for (const family of ['ipv6', 'ipv4'] as const) {
    const own = plans.filter((plan) => plan.family === family)
    if (own.length === 0) continue
    await Promise.all([
      namespaces.ipBatch('clinic', family, own.flatMap(clinicLines)),
      namespaces.ipBatch('upstream', family, own.flatMap(upstreamLines)),
    ])
  }
  return new Map(plans.map((plan) => [plan.name, lineOf(namespaces, wanline, plan)]))
}

function lineOf(namespaces: Namespaces, wanline: Wanline, first: Plan): NetLine {
  const { name, family } = first
  let plan = first
  let generation = 0
  const clinic = (...lines: readonly string[]) => namespaces.ipBatch('clinic', family, lines)
  const linkUp = () =>
    clinic(`link set ${plan.interface} up`, ...addressLines(plan), ...routerLines(plan))
  return {
    plan: () => plan,
    set: (quality, direction) => wanline.set(name, quality, direction),
    heal: () => wanline.set(name, FAULTLESS),
    forget: () => wanline.forget(name),
    linkDown: () => clinic(`link set ${plan.interface} down`),
    linkUp,
    unplug: () => wanline.carrier(name, false),
    plug: () => wanline.carrier(name, true),
    async changePrefix() {
      const old = plan
      generation += 1
      plan = planOf(name, family, generation)
      const on = { upstream: `up-${name}`, clinic: plan.interface }
      const late = family === 'ipv6' ? ' nodad' : ''
      await namespaces.ipBatch('upstream', family, [
        `address del ${old.router}/${old.prefixBits} dev ${on.upstream}`,
        `address add ${plan.router}/${plan.prefixBits} dev ${on.upstream}${late}`,
      ])
      await clinic(
        ruleLine('del', old),
        `address del ${old.source}/${old.prefixBits} dev ${on.clinic}`,
        ...addressLines(plan),
        ruleLine('add', plan),
        ...routerLines(plan),
      )
      return plan
    },
    dropRouter: () =>
      clinic(
        `route del default dev ${plan.interface} table ${plan.table}`,
        `route del default dev ${plan.interface} metric ${plan.table}`,
      ),
    restoreRouter: () => clinic(...routerLines(plan)),
    async restore() {
      await wanline.set(name, FAULTLESS)
      await wanline.carrier(name, true)
      await linkUp()
    },
    packets: () => wanline.count(name),
    talks: () => wanline.talks(name),
  }
}
