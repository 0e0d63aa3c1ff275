import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '../../agent/kernel/roles.ts'
import { type CardSimulator, startCardSimulator } from '../../agent/sim/card/command.ts'
import { type PrivatePcscd, startPcscd } from '../../agent/sim/card/pcscd.ts'
import { type TableKeys, writeClinic } from '../../agent/sim/clinic.ts'
import { type Relay, startRelay } from '../../agent/sim/demo/relay.ts'
import {
  DEMO_ACCOUNT,
  type GatewaySimulator,
  type GatewaySimulatorOptions,
  startGatewaySimulator,
} from '../../agent/sim/gateway/server.ts'
import {
  makePki,
  type Pki,
  type PkiFiles,
  type PkiOptions,
  serverTls,
  writePki,
} from '../../agent/sim/pki.ts'
import { type Client, clientOf } from './client.ts'
import { addConsumer } from './consumer.ts'
import type { Ending } from './net/bed.ts'
import { type AgentProcess, type Printed, runCli, startAgent } from './process.ts'

export interface BedOptions {
  /** `pcsc` needs pcscd with vpcd; default `none`. */
  readonly reader?: 'sim' | 'pcsc' | 'none'
  /** With `sim`: the reader has a PIN pad. */
  readonly pad?: boolean
  /** With `pcsc`: another pcscd than the usual one, and the reader in it. Ended by the bed. */
  readonly pcscd?: Pick<PrivatePcscd, 'port' | 'env' | 'stop'> & { readonly reader: string }
  readonly gateway?: Partial<GatewaySimulatorOptions>
  readonly pki?: PkiOptions
  /** What stands in the password file; default the simulator's. */
  readonly password?: string
  readonly user?: string
  /** 64 hex digits. */
  readonly storeKey?: string
  /**
   * Names of lines that can be cut, each by itself, the preferred one first; default one line straight
   * to the gateway, `sim-line`.
   */
  readonly lines?: readonly string[]
  /** Where the agent keeps its state; default a folder in that of the bed. */
  readonly state?: string
  /** Further lines of `[gateway]`. */
  readonly gatewayKeys?: string
  /** Further tables of the configuration. */
  readonly tables?: string
}

/** Everything around an agent, in a folder of its own. Ended after the test. */
export interface Bed {
  readonly folder: string
  /** Where the agent keeps its state, and nothing else is. */
  readonly state: string
  readonly configFile: string
  readonly files: PkiFiles
  readonly pki: Pki
  readonly storeKey: string
  readonly gateway: GatewaySimulator
  readonly card: CardSimulator
  /** What a line of `lines` is made of. */
  relay(line: string): Relay
  /** Closes the gateway; the next one takes its place on the same port. */
  cutGateway(): Promise<void>
  restoreGateway(): Promise<void>
  /** Starts the agent; what still runs is killed after the test. */
  start(): Promise<AgentProcess>
  /** `onshi-agent ARGS --config FILE`. */
  cli(...args: readonly string[]): Promise<Printed>
  /** The token of a new consumer. */
  addConsumer(name: string, role?: Role): Promise<string>
  /** The path of a new file that only its owner reads. */
  secretFile(secret: string): string
  /** Done after the test, before the folder and the simulators go. */
  atEnd(step: () => Promise<unknown> | undefined): void
}

const LOOPBACK = '127.0.0.1'
type Undo = (() => Promise<unknown> | undefined)[]

let usual: Pki | undefined
/** One for all beds of a test file: keys take a second to make. */
const usualPki = () => {
  usual ??= makePki()
  return usual
}

/** Simulators and a configuration; nothing of the agent runs yet. */
export async function makeBed(t: Ending, options: BedOptions = {}): Promise<Bed> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-bed-'))
  const undo: Undo = []
  t.after(async () => {
    for (const step of undo.reverse()) await step()
    rmSync(folder, { recursive: true, force: true })
  })
  const state = options.state ?? join(folder, 'state')
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const pki = options.pki === undefined ? usualPki() : makePki(options.pki)
  const files = writePki(join(folder, 'pki'), pki)
  const gatewayOptions = { tls: serverTls(pki), account: DEMO_ACCOUNT, ...options.gateway }
  let gateway = await startGatewaySimulator(gatewayOptions)
  undo.push(() => gateway.close())
  const port = Number(new URL(gateway.url).port)
  const { card, reader, env } = await placeCard(options, undo)
  const storeKey = options.storeKey ?? randomBytes(32).toString('hex')
  const { lines, relays } = await layLines(options.lines, gateway.url, undo)
  const { password = DEMO_ACCOUNT.password, gatewayKeys = '', tables = '' } = options
  const configFile = writeClinic(
    {
      folder,
      state,
      files,
      lines,
      ...reader,
      user: options.user ?? DEMO_ACCOUNT.user,
      gatewayKeys,
      tables,
    },
    { storeKey, password },
  )
  const cli = (...args: readonly string[]) => runCli([...args, '--config', configFile])
  let secretFiles = 0
  return {
    folder,
    state,
    configFile,
    files,
    pki,
    storeKey,
    card,
    get gateway() {
      return gateway
    },
    relay(line) {
      const relay = relays.get(line)
      if (relay === undefined) throw new Error(`no line ${line} that can be cut`)
      return relay
    },
    cutGateway: () => gateway.close(),
    async restoreGateway() {
      gateway = await startGatewaySimulator({ ...gatewayOptions, listen: { host: '::1', port } })
    },
    async start() {
      const agent = await startAgent(configFile, env)
      undo.push(() => agent.stop('SIGKILL'))
      return agent
    },
    cli,
    addConsumer: async (name, role = 'receipt-computer') =>
      (await addConsumer({ cli }, name, role)).token,
    secretFile(secret) {
      secretFiles += 1
      const path = join(folder, `secret-${secretFiles}`)
      writeFileSync(path, `${secret}\n`, { mode: 0o600 })
      return path
    },
    atEnd: (step) => void undo.push(step),
  }
}

/** A bed with a running agent and a client of it. */
export async function startBed(
  t: Ending,
  options: BedOptions = {},
): Promise<
  Bed & { readonly agent: AgentProcess; readonly client: Client; readonly token: string }
> {
  const bed = await makeBed(t, options)
  const token = await bed.addConsumer('receipt-computer')
  const agent = await bed.start()
  return Object.assign(bed, { agent, token, client: clientOf(agent.url, token) })
}

async function layLines(names: readonly string[] | undefined, gateway: string, undo: Undo) {
  const relays = new Map<string, Relay>()
  if (names === undefined) return { lines: [{ name: 'sim-line', gateway }], relays }
  for (const name of names) {
    const relay = await startRelay('::1', { host: '::1', port: Number(new URL(gateway).port) })
    undo.push(() => relay.close())
    relays.set(name, relay)
  }
  const lines = Array.from(relays, ([name, { port }]) => ({
    name,
    gateway: `https://[::1]:${port}`,
  }))
  return { lines, relays }
}

async function placeCard({ reader = 'none', pad = false, pcscd: given }: BedOptions, undo: Undo) {
  const control = { host: LOOPBACK, port: 0 }
  const pcscd = reader === 'pcsc' ? (given ?? (await startPcscd())) : undefined
  if (pcscd !== undefined) undo.push(() => pcscd.stop())
  const card = await startCardSimulator(
    pcscd === undefined
      ? { link: { host: LOOPBACK, port: 0, pad }, control }
      : { vpcd: { host: LOOPBACK, port: pcscd.port() }, control },
  )
  undo.push(() => card.close())
  const options: TableKeys =
    pcscd === undefined ? { port: card.linkPort ?? 0 } : { reader: given?.reader ?? 'Virtual PCD' }
  return {
    card,
    env: pcscd?.env ?? {},
    reader: reader === 'none' ? {} : { reader: { driver: reader, options } },
  }
}
