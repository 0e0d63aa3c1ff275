import { isIP } from 'node:net'
import type { Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { StepReport } from '../kernel/line.ts'
import type { Clock } from '../kernel/ports.ts'
import type { SourceState } from './network.ts'
import { failed, passed, skipped } from './path-step.ts'
import { askRouter, type RouteAnswer, routeTo } from './routing.ts'

export interface RouterParts {
  readonly source: SourceState
  readonly clock: Clock
}

export interface Way {
  readonly report: StepReport
  readonly router: string | null
  readonly device: string | null
}

/**
 * Where no name resolves and no server is written the way to the gateway is not known. Then the
 * default route stands for it, and a line that has none of its own is not blamed: it may need none.
 */
export async function routerStep(
  parts: RouterParts,
  destination: string | undefined,
  signal: AbortSignal,
): Promise<Way> {
  const { clock, source } = parts
  const since = clock.now()
  const target = destination ?? anywhere(source.address)
  const answer = await routeTo(target, source.address)
  const took = () => clock.now() - since
  const way = answer.is === 'route' ? answer.route : { router: null, interface: null }
  const known = { router: way.router, device: way.interface }
  const red = routeFault(answer, source, target)
  if (red !== null && destination === undefined)
    return { ...known, report: skipped('router', red.facts) }
  if (red !== null) return { ...known, report: failed('router', took(), red.code, red.facts) }
  if (way.router === null || way.interface === null)
    return { ...known, report: passed('router', took(), factsOf(answer)) }
  const asked = await askRouter(way.router, way.interface, { isDoubted: false, clock, signal })
  const facts = withNeighbour(factsOf(answer), asked.neighbour)
  const report = asked.answers
    ? passed('router', took(), facts)
    : failed('router', took(), 'LINE_ROUTER_GONE', facts)
  return { ...known, report }
}

/** Addresses for documentation: nobody has a route of their own to them. [RFC 3849, RFC 5737] */
const anywhere = (source: string | null) =>
  source !== null && isIP(source) === 4 ? '192.0.2.1' : '2001:db8::1'

function routeFault(
  answer: RouteAnswer,
  source: SourceState,
  destination: string,
): { code: FaultCode; facts: Facts } | null {
  if (answer.is === 'unknown') return null
  if (answer.is === 'none')
    return { code: 'LINE_ROUTER_GONE', facts: { destination, why: answer.why } }
  const { route } = answer
  if (route.isLocal || source.interface === null || route.interface === source.interface)
    return null
  const facts = { destination, expected: source.interface, found: route.interface }
  return { code: 'LINE_MISROUTED', facts }
}

function factsOf(answer: RouteAnswer): Facts {
  if (answer.is !== 'route') return { why: answer.why }
  const { router, interface: device } = answer.route
  return { interface: device, ...(router === null ? {} : { router }) }
}

const withNeighbour = (facts: Facts, neighbour: string | null): Facts =>
  neighbour === null ? facts : { ...facts, neighbour }

/** Whether it is the router after all: it was seen lately, but nothing behind it answers. */
export async function doubted(
  { clock }: RouterParts,
  { router, device, report }: Way,
  tcp: StepReport,
  signal: AbortSignal,
): Promise<StepReport | null> {
  if (router === null || device === null || tcp.facts['sign'] === 'ECONNREFUSED') return null
  const since = clock.now()
  const { answers, neighbour } = await askRouter(router, device, { isDoubted: true, clock, signal })
  if (answers) return null
  const facts = withNeighbour(report.facts, neighbour)
  return failed('router', clock.now() - since, 'LINE_ROUTER_GONE', facts)
}
