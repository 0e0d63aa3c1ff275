import { readFileSync } from 'node:fs'
import { ReaderList } from '../../agent/api/readers.ts'
import { codeOf } from '../../agent/kernel/errors.ts'
import { type CardSimulator, startCardSimulator } from '../../agent/sim/card/command.ts'
import { whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { openPty, whyNoPty } from '../drivers/benches/pn532.ts'
import { startBed } from './agent.ts'
import { type Client, checked, eventually } from './client.ts'
import type { Ending } from './net/bed.ts'
import type { AgentProcess } from './process.ts'

/** Names of the readers in the configuration. */
export const readerNames = ['desk-1', 'desk-sim', 'desk-pn532'] as const
export type ReaderName = (typeof readerNames)[number]

/** An agent with a PC/SC reader, a simulated one and a PN532 on a serial port. */
export interface ReadersBed {
  readonly agent: AgentProcess
  readonly client: Client
  readonly readers: Readonly<Record<ReaderName, CardSimulator>>
  /** The cable of the PN532. */
  readonly cable: { plug(): Promise<void>; unplug(): Promise<void> }
  /** By name, as the API has them. */
  states(): Promise<ReadonlyMap<string, string>>
  /** Process id of a reader that has loaded its native module. */
  childOf(reader: 'desk-1' | 'desk-pn532'): number | undefined
  /** What the agent's log says of a reader beside good news, oldest first. */
  troubles(reader: ReaderName): string[]
}

export const whyNoReaders = (): string | undefined => whyNoPcscd() ?? whyNoPty()

const any = { host: '127.0.0.1', port: 0 } as const
/** Part of the path of the native module. */
const natives = { 'desk-1': 'pcsc-mini', 'desk-pn532': '@serialport' } as const

/** Everything is ended after the test. All readers are ready. */
export async function startReadersBed(t: Ending): Promise<ReadersBed> {
  const sim = await startCardSimulator({ link: any, control: any })
  t.after(() => sim.close())
  const serial = await startCardSimulator({ pn532: { ...any, dialect: 'pn532' }, control: any })
  t.after(() => serial.close())
  const pty = await openPty(serial.pn532Port ?? 0)
  t.after(() => pty.close())
  const { agent, client, card } = await startBed(t, {
    reader: 'pcsc',
    tables: `
[[readers]]
name = "desk-sim"
driver = "sim"
options = { port = ${sim.linkPort} }

[[readers]]
name = "desk-pn532"
driver = "pn532"
options = { port = ${JSON.stringify(pty.path)} }
`,
  })
  const states = () => statesOf(client)
  await eventually('all readers ready', async () =>
    [...(await states()).values()].every((state) => state === 'ready') ? true : undefined,
  )
  return {
    agent,
    client,
    readers: { 'desk-1': card, 'desk-sim': sim, 'desk-pn532': serial },
    cable: pty,
    states,
    childOf: (reader) => childrenOf(agent.pid).find((pid) => mapsOf(pid).includes(natives[reader])),
    troubles: (reader) =>
      agent
        .output()
        .split('\n')
        .filter((line) => line.includes(`"reader":"${reader}"`))
        .filter((line) => /"event":"(reader-process-ended|reader-fault|card-fault)"/.test(line)),
  }
}

async function statesOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const { items } = checked(ReaderList, JSON.parse((await client.get('/v1/readers')).text))
  return new Map(items.map(({ name, state }) => [name, state]))
}

const childrenOf = (pid: number) =>
  textAt(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
const mapsOf = (pid: number) => textAt(`/proc/${pid}/maps`)

/** Nothing of a process that ends meanwhile. */
function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return ''
    throw error
  }
}
