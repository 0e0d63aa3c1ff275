import { isIP } from 'node:net'
import { type Static, Type } from 'typebox'
import { type FaultCode, faults } from '../kernel/faults.ts'
import { type LineCard, type PathReport, STEPS } from '../kernel/line.ts'
import type { Clock } from '../kernel/ports.ts'
import { folderRoles } from '../kernel/terminal.ts'
import {
  type NetworkInterface,
  readNetwork,
  type SourceSettings,
  type SourceState,
  sourceOf,
} from '../uplink/network.ts'
import { type Forwarding, type RouteAnswer, readForwarding, routeTo } from '../uplink/routing.ts'
import { FORWARDING_SYSCTL, networkdSnippet } from '../uplink/routing-units.ts'
import type { FolderFinding } from './doctor-folders.ts'

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Text = Type.String()
const Result = Type.Enum(['pass', 'fail', 'skipped'])
const Code = Type.Unsafe<FaultCode>(Type.Enum(Object.keys(faults)))
const Found = Type.Record(Text, Type.Union([Text, Type.Number(), Type.Boolean()]))

const Path = Type.Object({
  line: Text,
  at: Type.Number(),
  steps: Type.Array(
    Type.Object({
      step: Type.Enum([...STEPS]),
      result: Result,
      tookMs: orNull(Type.Number()),
      fault: orNull(Code),
      facts: Found,
    }),
  ),
  fault: orNull(Code),
  facts: Found,
})

const Card = Type.Object({
  name: Text,
  kind: Type.Enum(['ip-vpn', 'ipsec', 'simulator']),
  family: Type.Enum(['ipv6', 'ipv4']),
  metered: Type.Boolean(),
  contact: Type.Object({
    customerId: orNull(Text),
    router: orNull(Text),
    carrier: orNull(Text),
    phone: orNull(Text),
    hours: orNull(Text),
    lineAuthUrl: orNull(Text),
  }),
})

/** Whether packets from the line’s address leave by the line’s own interface. */
const Routing = Type.Object({
  result: Result,
  /** Own address of the line. */
  from: orNull(Text),
  expected: orNull(Text),
  /** The interface by which they leave. */
  found: orNull(Text),
  why: orNull(Text),
  /** Of systemd-networkd, where something is wrong. */
  cure: orNull(Text),
})
export type Routing = Static<typeof Routing>

/** Whether the box passes packets on between the clinic’s network and the lines. */
const Passing = Type.Object({
  result: Result,
  ipv4: Type.Array(Text),
  ipv6: Type.Array(Text),
  cure: orNull(Text),
})
export type Passing = Static<typeof Passing>

/** A folder of the official terminal, or of the receipt computer. */
const Folder = Type.Object({
  role: Type.Enum([...folderRoles]),
  path: Text,
  result: Result,
  fault: orNull(Code),
  facts: Found,
})

/** All that `doctor` finds. `at` is epoch ms. */
export const Examination = Type.Object({
  at: Type.Number(),
  lines: Type.Array(Type.Object({ card: Card, path: orNull(Path), routing: Routing })),
  folders: Type.Array(Folder),
  forwarding: Passing,
})
export type Examination = Static<typeof Examination>

/** A line as `doctor` needs it. */
export interface DoctorLine {
  readonly card: LineCard
  readonly source: SourceSettings
  /** Host of the gateway’s URL. */
  readonly gatewayHost: string
  readonly dnsServers: readonly string[]
}

export interface DoctorParts {
  /** In order of preference. */
  readonly lines: readonly DoctorLine[]
  /** Those of the official terminal, where there are any. */
  readonly folders: () => Promise<readonly FolderFinding[]>
  /** Tests the path of every line now. */
  readonly testLines: () => Promise<readonly PathReport[]>
  readonly clock: Pick<Clock, 'now'>
}

/** Tests every line, and how this machine routes between them. */
export async function examine({
  lines,
  folders,
  testLines,
  clock,
}: DoctorParts): Promise<Examination> {
  const at = clock.now()
  const paths = await testLines()
  const network = await readNetwork()
  const examined: Routed[] = []
  for (const [place, line] of lines.entries()) {
    const path = paths.find((one) => one.line === line.card.name) ?? null
    const state = sourceOf(line.source, network)
    const target = destinationOf(line, path)
    const answer = target === null ? null : await routeTo(target, state.address)
    examined.push({ ...line, place, path, state, answer })
  }
  const forwarding = await readForwarding()
  return {
    at,
    lines: examined.map((line) => ({
      card: { ...line.card, contact: { ...line.card.contact } },
      path: line.path === null ? null : shownPath(line.path),
      routing: routingOf(line),
    })),
    folders: (await folders()).map((one) => ({ ...one, facts: { ...one.facts } })),
    forwarding: passingOf(forwarding, examined, network),
  }
}

const shownPath = ({ steps, facts, ...path }: PathReport): Static<typeof Path> => ({
  ...path,
  facts: { ...facts },
  steps: steps.map((step) => ({ ...step, facts: { ...step.facts } })),
})

interface Routed extends DoctorLine {
  readonly place: number
  readonly path: PathReport | null
  readonly state: SourceState
  readonly answer: RouteAnswer | null
}

/** The gateway’s address on this line, as it is written or as the test found it; else that of DNS. */
function destinationOf(line: DoctorLine, path: PathReport | null): string | null {
  if (isIP(line.gatewayHost) !== 0) return line.gatewayHost
  const named = path?.steps.find(({ step }) => step === 'dns')?.facts['addresses']
  const [address = ''] = typeof named === 'string' ? named.split(' ') : line.dnsServers
  return isIP(address) === 0 ? null : address
}

/** Pure. */
export function routingOf(line: Omit<Routed, 'path' | 'gatewayHost' | 'dnsServers'>): Routing {
  const { state, answer } = line
  const known = { from: state.address, expected: state.interface }
  const skipped = (why: string): Routing => ({
    ...known,
    result: 'skipped',
    found: null,
    why,
    cure: null,
  })
  const cure = () =>
    networkdSnippet({
      name: line.card.name,
      place: line.place,
      settings: line.source,
      state,
      // What routes these packets now is no router of this line.
      router: null,
    })
  if (state.fault !== null) return skipped(state.fault)
  if (answer === null) return skipped('the gateway’s address is not known')
  if (answer.is === 'unknown') return skipped(answer.why)
  if (answer.is === 'none')
    return { ...known, result: 'fail', found: null, why: answer.why, cure: cure() }
  const { interface: found, isLocal } = answer.route
  const isOwn = isLocal || state.interface === null || found === state.interface
  return {
    ...known,
    result: isOwn ? 'pass' : 'fail',
    found,
    why: isLocal ? 'this machine' : null,
    cure: isOwn ? null : cure(),
  }
}

/** Pure. Only families that a line’s interface speaks count: nothing else could be passed on to it. */
export function passingOf(
  forwarding: Forwarding | null,
  lines: readonly Pick<Routed, 'state' | 'answer'>[],
  network: readonly NetworkInterface[],
): Passing {
  if (forwarding === null) return { result: 'skipped', ipv4: [], ipv6: [], cure: null }
  const own = lines.flatMap(({ state, answer }) => {
    const route = answer?.is === 'route' && !answer.route.isLocal ? answer.route.interface : null
    return state.interface ?? route ?? []
  })
  const addresses = network
    .filter(({ name }) => name !== 'lo' && own.includes(name))
    .flatMap((link) => link.addresses)
  const speaks = (family: 4 | 6) => addresses.some((one) => one.isUsable && one.family === family)
  const ipv4 = speaks(4) ? [...forwarding.ipv4] : []
  const ipv6 = speaks(6) ? [...forwarding.ipv6] : []
  if (addresses.length === 0) return { result: 'skipped', ipv4, ipv6, cure: null }
  return ipv4.length + ipv6.length === 0
    ? { result: 'pass', ipv4, ipv6, cure: null }
    : { result: 'fail', ipv4, ipv6, cure: FORWARDING_SYSCTL }
}

/** Nothing is red: neither a path, nor a folder, nor the routing. */
export const isWell = ({ lines, folders, forwarding }: Examination): boolean =>
  forwarding.result !== 'fail' &&
  folders.every(({ result }) => result !== 'fail') &&
  lines.every(({ path, routing }) => path?.fault === null && routing.result !== 'fail')
