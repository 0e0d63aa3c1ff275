import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TableKeys, terminalToml } from '../../agent/sim/clinic.ts'
import {
  type ReceiptComputer,
  type ReceiptComputerOptions,
  startReceiptComputer,
} from '../../agent/sim/terminal/receipt-computer.ts'
import {
  startTerminalSimulator,
  type TerminalSimulator,
  type TerminalSimulatorOptions,
} from '../../agent/sim/terminal/server.ts'
import { type Client, clientOf } from './client.ts'
import { addConsumer } from './consumer.ts'
import type { Ending } from './net/bed.ts'
import { type AgentProcess, type Printed, runCli, startAgent } from './process.ts'

export interface TerminalBedOptions {
  readonly terminal?: Partial<TerminalSimulatorOptions>
  /** Further keys of `[terminal]`. */
  readonly keys?: TableKeys
  /** Where the agent sees the terminal's root; default where it is. */
  readonly seenAt?: string
  /** Where the terminal's root is; default a folder of the bed. */
  readonly root?: string
  /** The agent stands between terminal and receipt computer. */
  readonly inFront?: boolean
  /** Further tables of the configuration. */
  readonly tables?: string
}

/** A terminal, its folders, and a configuration; nothing of the agent runs yet. Ended after the test. */
export interface TerminalBed {
  readonly folder: string
  /** Holds `req`, `res` and `face` of the terminal. */
  readonly root: string
  /** The same of the receipt computer, where the agent is in front. */
  readonly frontRoot: string
  readonly configFile: string
  readonly terminal: TerminalSimulator
  receiptComputer(options?: Partial<ReceiptComputerOptions>): ReceiptComputer
  start(): Promise<AgentProcess>
  cli(...args: readonly string[]): Promise<Printed>
  /** A client of a running agent, as a new consumer. */
  clientOf(agent: AgentProcess, name?: string): Promise<Client>
}

/** Looks so often that tests need not wait for it. */
const POLL_MS = 20

export async function makeTerminalBed(
  t: Ending,
  options: TerminalBedOptions = {},
): Promise<TerminalBed> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-terminal-'))
  const undo: (() => unknown)[] = []
  t.after(async () => {
    for (const step of undo.reverse()) await step()
    rmSync(folder, { recursive: true, force: true })
  })
  const { root = join(folder, 'oqs') } = options
  const frontRoot = join(folder, 'front')
  const state = join(folder, 'state')
  mkdirSync(state)
  for (const name of ['req', 'res', 'face']) {
    mkdirSync(join(root, name), { recursive: true })
    if (options.inFront) mkdirSync(join(frontRoot, name), { recursive: true })
  }
  const terminal = await startTerminalSimulator({ root, pollMs: POLL_MS, ...options.terminal })
  undo.push(() => terminal.close())
  writeFileSync(join(folder, 'store.key'), randomBytes(32).toString('hex'), { mode: 0o600 })
  const configFile = join(folder, 'agent.toml')
  writeFileSync(
    configFile,
    terminalToml({
      folder,
      state,
      terminal: { root: options.seenAt ?? root, ...options.keys },
      ...(options.inFront && { front: { root: frontRoot } }),
      tables: options.tables ?? '',
    }),
  )
  const cli = (...args: readonly string[]) => runCli([...args, '--config', configFile])
  return {
    folder,
    root,
    frontRoot,
    configFile,
    terminal,
    receiptComputer(more = {}) {
      const computer = startReceiptComputer({
        root: options.inFront ? frontRoot : root,
        pollMs: POLL_MS,
        ...more,
      })
      undo.push(() => computer.close())
      return computer
    },
    async start() {
      const agent = await startAgent(configFile, {})
      undo.push(() => agent.stop('SIGKILL'))
      return agent
    },
    cli,
    async clientOf(agent, name = 'ehr') {
      const { token } = await addConsumer({ cli }, name, 'receipt-computer')
      return clientOf(agent.url, token)
    },
  }
}
