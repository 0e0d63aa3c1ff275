import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { startTerminalSimulator } from '../../agent/sim/terminal/server.ts'
import { checked } from '../bed/client.ts'
import { addConsumer } from '../bed/consumer.ts'
import { type AgentProcess, startAgent } from '../bed/process.ts'
import { makeTerminalBed, type TerminalBed } from '../bed/terminal.ts'
import { underStrace } from './fsyncs.ts'
import { hasStrace, NEEDS_STRACE, openDiskFloor } from './machine.ts'
import { figure, median, missingRow, type Row, ratioRow, rounds, spread } from './row.ts'
import { openWire, requestText } from './wire.ts'

const DROPS = 60
const COUNTED = 20
const WARM_UP = 5
const BUDGET_MS = 20_000
const DISK_SAMPLES = 3
/** What the API adds, as in the bench of the delivery. */
const ANSWER_MS = 2
/** Until the long poll is surely waiting; not a multiple of anything. */
const SETTLE_MS = 137
const TITLE = `drop to long-poll answer / fsyncs + ${ANSWER_MS} ms`

/**
 * A result of the card reader, from its rename into `face` to the whole answer that a receipt computer
 * gets which waits for it, with a real agent beside a terminal on a local disk. The bench of the folders
 * has what a share without events adds.
 */
export async function terminalBench(): Promise<Row[]> {
  if (!hasStrace()) return [missingRow(TITLE, '', NEEDS_STRACE)]
  await using undo = new AsyncDisposableStack()
  const bed = await makeTerminalBed({ after: (step) => undo.defer(step) })
  const { token } = await addConsumer(bed, 'bench', 'ehr')
  const next = await openSupply(bed, undo)
  const fsyncs = await fsyncsPerDrop(bed, token, next)
  const agent = await bed.start()
  const floor = undo.use(openDiskFloor(bed.folder))
  const times: number[] = []
  const disk: number[] = []
  const drops = await openDrops(agent, token, undo)
  for (const round of rounds(WARM_UP + DROPS, BUDGET_MS)) {
    const tookMs = await drops(await next())
    if (round >= WARM_UP) times.push(tookMs)
    disk.push(...floor.measure(DISK_SAMPLES))
  }
  const fsyncMs = median(disk)
  return [
    ratioRow({
      name: TITLE,
      ours: median(times),
      baseline: fsyncs * fsyncMs + ANSWER_MS,
      unit: 'ms',
      note: `${spread(times)}; ${fsyncs} fsyncs of ${figure(fsyncMs, 'ms')}; told by folder events, no look interval in it`,
    }),
  ]
}

interface Drop {
  readonly from: string
  readonly to: string
}

/** Results of a terminal that stands elsewhere on the same disk, each to be moved into `face`. */
async function openSupply(bed: TerminalBed, undo: AsyncDisposableStack) {
  const root = join(bed.folder, 'supply')
  for (const name of ['req', 'res', 'face']) mkdirSync(join(root, name), { recursive: true })
  const terminal = await startTerminalSimulator({ root })
  undo.defer(() => terminal.close())
  return async (): Promise<Drop> => {
    const name = await terminal.face('01')
    return { from: join(root, 'face', name), to: join(bed.root, 'face', name) }
  }
}

const Page = Type.Object({ cursor: Type.String(), items: Type.Array(Type.Unknown()) })

/** Drops a file while a client waits: until the client has its verification, ms. */
async function openDrops({ url }: AgentProcess, token: string, undo: AsyncDisposableStack) {
  const wire = undo.use(await openWire(url))
  const ask = async (query: string, prefer: Readonly<Record<string, string>>) => {
    const headers = { authorization: `Bearer ${token}`, ...prefer }
    const { body } = await wire.ask(requestText(`${url}/v1/events?limit=500${query}`, headers))
    const at = performance.now()
    return { at, ...checked(Page, JSON.parse(body.toString())) }
  }
  let after = `&after=${(await ask('', {})).cursor}`
  return async ({ from, to }: Drop): Promise<number> => {
    const answered = ask(after, { prefer: 'wait=10' })
    await wait(SETTLE_MS)
    const droppedAt = performance.now()
    renameSync(from, to)
    const { at, cursor, items } = await answered
    if (items.length !== 1) throw new Error(`${items.length} events of one file`)
    after = `&after=${cursor}`
    return at - droppedAt
  }
}

/** How often the agent waits for the disk because of one file, by the system calls of a real one. */
async function fsyncsPerDrop(
  bed: TerminalBed,
  token: string,
  next: () => Promise<Drop>,
): Promise<number> {
  await using undo = new AsyncDisposableStack()
  const trace = join(bed.folder, 'fsyncs')
  const agent = await startAgent(bed.configFile, {}, underStrace(trace))
  undo.defer(async () => void (await agent.stop()))
  const drops = await openDrops(agent, token, undo)
  const seen = () => readFileSync(trace, 'utf8').match(/ (fsync|fdatasync)\(/g)?.length ?? 0
  for (let n = 0; n < WARM_UP; n += 1) await drops(await next())
  const before = seen()
  for (let n = 0; n < COUNTED; n += 1) await drops(await next())
  return (seen() - before) / COUNTED
}
