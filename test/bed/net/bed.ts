import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '../../../agent/kernel/roles.ts'
import { type TableKeys, writeClinic } from '../../../agent/sim/clinic.ts'
import { makeOtherTls, type OtherTls } from '../../../agent/sim/gateway/certificates.ts'
import { DEMO_ACCOUNT } from '../../../agent/sim/gateway/server.ts'
import {
  makePki,
  type Pki,
  type PkiFiles,
  type PkiOptions,
  serverTls,
  writePki,
} from '../../../agent/sim/pki.ts'
import { type Client, clientOf, type Fetch } from '../client.ts'
import { addConsumer } from '../consumer.ts'
import { type AgentProcess, type Printed, runCli, startAgent } from '../process.ts'
import { type Callee, startCallee } from './calls.ts'
import { lineKeys } from './config.ts'
import { fetchBy } from './fetch.ts'
import type { GatewayOptions, NetGateway } from './gateway.ts'
import { type Side, whyNoNet } from './namespaces.ts'
import {
  type Defer,
  layNetwork,
  type Network,
  type NetworkOptions,
  type OnTheLines,
  onTheLines,
  openUpstream,
} from './network.ts'
import { type Family, GATEWAY_NAME, LINES, type LineName, planOf, SHARED_GATEWAY } from './plan.ts'

export interface NetBedOptions extends NetworkOptions {
  /** Lines without IPv6; the others have no IPv4. */
  readonly ipv4?: readonly LineName[]
  readonly gateway?: Partial<GatewayOptions>
  readonly pki?: PkiOptions
  /** The `[[lines]]` tables; default all three, by interface and name. */
  readonly lines?: readonly TableKeys[]
  /** Further lines of `[gateway]`. */
  readonly gatewayKeys?: string
  /** Further tables of the configuration. */
  readonly tables?: string
}

/** A clinic and the official side, three lines between them. All gone after the test. */
export interface NetBed extends OnTheLines {
  readonly folder: string
  readonly state: string
  readonly configFile: string
  readonly pki: Pki
  readonly files: PkiFiles
  readonly gateway: NetGateway
  /** Killed after the test, and when this process is. */
  spawnIn(
    side: Side,
    command: string,
    args: readonly string[],
    options?: SpawnOptions,
  ): ChildProcess
  /** A process of ours that answers calls there; ended after the test. */
  callee(side: Side, file: string): Callee
  /** `ip ARGS`; what it printed. */
  ip(side: Side, ...args: readonly string[]): Promise<string>
  /** `fetch` from the clinic's box; whole bodies only. */
  readonly fetch: Fetch
  /** `onshi-agent run` on the clinic's box. */
  startAgent(env?: Readonly<Record<string, string>>): Promise<AgentProcess>
  /** `onshi-agent ARGS --config FILE` on the clinic's box. */
  cli(...args: readonly string[]): Promise<Printed>
  /** The token of a new consumer. */
  addConsumer(name: string, role?: Role): Promise<string>
  clientOf(agent: AgentProcess, token: string): Client
}

/** Names and addresses under which a line may reach the gateway. */
const HOSTS = [
  GATEWAY_NAME,
  ...Object.values(SHARED_GATEWAY),
  ...LINES.flatMap((name) => [planOf(name, 'ipv6').gateway, planOf(name, 'ipv4').gateway]),
]

interface Keys {
  readonly pki: Pki
  readonly otherTls: OtherTls
}

let usual: Keys | undefined

function makeKeys(options: PkiOptions): Keys {
  const pki = makePki({ hosts: HOSTS, ...options })
  return { pki, otherTls: makeOtherTls(serverTls(pki), pki.ca) }
}

/** Keys take two seconds to make: one set for all beds of a test file. */
function keysOf(options: PkiOptions | undefined): Keys {
  if (options !== undefined) return makeKeys(options)
  usual ??= makeKeys({})
  return usual
}

/** A test, or whatever else ends some time. */
export interface Ending {
  after(undo: () => Promise<void>): void
}

/** Rejects where `whyNoNet` has a reason. */
export async function makeNetBed(t: Ending, options: NetBedOptions = {}): Promise<NetBed> {
  const reason = whyNoNet()
  if (reason !== undefined) throw new Error(reason)
  const undo: (() => unknown)[] = []
  t.after(async () => {
    for (const step of undo.reverse()) await step()
  })
  const defer: Defer = (step) => undo.push(step)
  const ipv4 = new Set(options.ipv4)
  const families = new Map<LineName, Family>(
    LINES.map((name) => [name, ipv4.has(name) ? 'ipv4' : 'ipv6']),
  )
  const network = await layNetwork(families, options, defer)
  const { pki, otherTls } = keysOf(options.pki)
  const tls = serverTls(pki)
  const gateway = await openUpstream(network, {
    ...{ account: DEMO_ACCOUNT, tls, otherTls },
    ...options.gateway,
  })
  const place = furnish(pki, families, options, defer)
  return { ...place, pki, gateway, ...onTheLines(network), ...inside(network, place, defer) }
}

interface Place {
  readonly folder: string
  readonly state: string
  readonly configFile: string
  readonly files: PkiFiles
}

/** Writes what the agent needs into a folder of its own. */
function furnish(
  pki: Pki,
  families: ReadonlyMap<LineName, Family>,
  { lines, gatewayKeys = '', tables = '' }: NetBedOptions,
  defer: Defer,
): Place {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-net-bed-'))
  defer(() => rmSync(folder, { recursive: true, force: true }))
  const state = join(folder, 'state')
  mkdirSync(state, { mode: 0o700 })
  const files = writePki(join(folder, 'pki'), pki)
  const usual = [...families].map(([name, family]) => lineKeys(planOf(name, family)))
  const configFile = writeClinic({
    folder,
    state,
    files,
    lines: lines ?? usual,
    gatewayKeys,
    tables,
  })
  return { folder, state, configFile, files }
}

type Inside =
  | 'spawnIn'
  | 'callee'
  | 'ip'
  | 'fetch'
  | 'startAgent'
  | 'cli'
  | 'addConsumer'
  | 'clientOf'

function inside(
  { namespaces, clinic }: Network,
  { configFile }: Place,
  defer: Defer,
): Pick<NetBed, Inside> {
  const fetchInClinic = fetchBy(clinic)
  const here = namespaces.enter('clinic')
  const cli: NetBed['cli'] = (...args) => runCli([...args, '--config', configFile], here)
  return {
    spawnIn(side, command, args, options = {}) {
      const [program = '', ...words] = [...namespaces.enter(side), command, ...args]
      const child = spawn(program, words, options)
      const ended = once(child, 'exit')
      defer(async () => {
        child.kill('SIGKILL')
        await ended
      })
      return child
    },
    callee(side, file) {
      const callee = startCallee(namespaces.enter(side), file)
      defer(() => callee.close())
      return callee
    },
    ip: namespaces.ip,
    fetch: fetchInClinic,
    async startAgent(env = {}) {
      const agent = await startAgent(configFile, env, here)
      defer(() => agent.stop('SIGKILL'))
      return agent
    },
    cli,
    addConsumer: async (name, role = 'receipt-computer') =>
      (await addConsumer({ cli }, name, role)).token,
    clientOf: (agent, token) => clientOf(agent.url, token, fetchInClinic),
  }
}
