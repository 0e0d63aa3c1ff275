import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startCardSimulator } from '../../agent/sim/card/command.ts'
import { makeBed } from './bed.ts'
import { startHelper } from './helper.ts'
import { family, pssMb } from './machine.ts'
import { type Row, ratioRow } from './row.ts'

const IDLE_MS = 3_000
const LIMIT = 2
const LOOPBACK = '127.0.0.1'

/**
 * Memory of the idle agent as the service unit runs it (flags, warm compile cache), all its processes, against bare node:http. One after the other: what
 * two running Nodes share would make either smaller.
 */
export async function memoryBench(): Promise<Row[]> {
  const bare = await bareMb()
  const alone = await agentMb('')
  await using card = await startCardSimulator({
    link: { host: LOOPBACK, port: 0 },
    control: { host: LOOPBACK, port: 0 },
  }).then((simulator) => ({ ...simulator, [Symbol.asyncDispose]: simulator.close }))
  const reading = await agentMb(`
[[readers]]
name = "desk-1"
driver = "sim"
options = { port = ${card.linkPort} }
`)
  const row = (name: string, { mb, note }: Measured) =>
    ratioRow({ name, ours: mb, baseline: bare.mb, unit: 'MB', limit: LIMIT, note })
  return [
    row('idle memory (PSS), no reader / bare node:http', alone),
    row('idle memory (PSS), one reader / bare node:http', reading),
  ]
}

interface Measured {
  readonly mb: number
  readonly note: string
}

async function bareMb(): Promise<Measured> {
  await using bare = await startHelper('bare.ts')
  return await idle(bare.pid)
}

async function agentMb(readers: string): Promise<Measured> {
  await using bed = await makeBed(readers)
  const env = { NODE_COMPILE_CACHE: join(bed.folder, 'compile-cache') }
  {
    await using _warming = await bed.start({ env })
  }
  await using daemon = await bed.start({ env })
  return await idle(daemon.pid)
}

async function idle(pid: number): Promise<Measured> {
  await wait(IDLE_MS)
  const each = family(pid).map(pssMb)
  return {
    mb: each.reduce((sum, mb) => sum + mb, 0),
    note: `${each.length} processes: ${each.map((mb) => mb.toFixed(0)).join(' + ')} MB`,
  }
}
