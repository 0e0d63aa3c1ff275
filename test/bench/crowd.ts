import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { checked } from '../bed/client.ts'
import { makeBed } from './bed.ts'
import { type CrowdJob, startCrowd } from './crowd-job.ts'
import { type Helper, startAsUnit } from './helper.ts'
import { diskFolder, family, pssMb } from './machine.ts'
import { figure, quantile, type Row, ratioRow, rounds, spread } from './row.ts'
import { openWire, requestText } from './wire.ts'

const CLIENTS = 200
const EVENTS = 40
const WARM_UP = 5
const BUDGET_MS = 20_000
const P99_AIM_MS = 250
const NS_PER_MS = 1e6
const KB_PER_MB = 1_024
const BYTES_PER_MB = 1_048_576
/** Until whoever was answered waits again; until memory is at rest. */
const SETTLE_MS = 150
const IDLE_MS = 3_000

const Hello = Type.Object({ url: Type.String(), token: Type.String() })

/**
 * Two hundred long polls and two hundred event streams that wait: what each costs the agent, and how
 * long one event takes to all of them, against bare node:http that holds the same requests and sends
 * the same bytes without a store, a token or an audit.
 */
export async function crowdBench(): Promise<Row[]> {
  return [
    await memoryRow('long poll', { polls: CLIENTS, streams: 0 }),
    await memoryRow('stream', { polls: 0, streams: CLIENTS }),
    ...(await eventRows()),
  ]
}

type Clients = Pick<CrowdJob, 'polls' | 'streams'>

/** By what is alive, which is exact; what the kernel counts of 200 is within the noise of one heap. */
async function memoryRow(name: string, clients: Clients): Promise<Row> {
  const bare = await bareGrowth(clients)
  const ours = await hostGrowth(clients)
  const agent = await agentGrowth(clients)
  const note = `the agent with ${CLIENTS} of them: PSS ${figure(agent.before, 'MB')} to ${figure(agent.after, 'MB')}`
  return ratioRow({
    name: `heap of a waiting ${name} / bare node:http`,
    ours: perClientKb(ours),
    baseline: perClientKb(bare),
    unit: 'kB',
    note,
  })
}

interface Grown {
  readonly before: number
  readonly after: number
}

const perClientKb = ({ before, after }: Grown) => ((after - before) * KB_PER_MB) / CLIENTS

async function bareGrowth(clients: Clients): Promise<Grown> {
  await using bare = await startAsUnit('bare-crowd.ts')
  return await grown(() => liveMb(bare), { url: bare.hello, token: '-', ...clients })
}

async function hostGrowth(clients: Clients): Promise<Grown> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const host = undo.use(await startAsUnit('delivery-host.ts', folder))
  const job = { ...checked(Hello, JSON.parse(host.hello)), ...clients }
  return await grown(() => liveMb(host), job)
}

async function agentGrowth(clients: Clients): Promise<Grown> {
  await using bed = await makeBed()
  await using daemon = await bed.start()
  const job = { url: daemon.url, token: bed.token, ...clients }
  return await grown(() => restingMb(daemon.pid), job)
}

/** After a first crowd that went again, so that what is loaded once is no client's. */
async function grown(measure: () => Promise<number>, job: CrowdJob): Promise<Grown> {
  {
    await using _first = await startCrowd({ ...job, polls: 2, streams: 2 })
  }
  const before = await measure()
  await using _crowd = await startCrowd(job)
  return { before, after: await measure() }
}

async function liveMb(server: Helper): Promise<number> {
  await wait(SETTLE_MS)
  return Number(await server.ask('heap')) / BYTES_PER_MB
}

async function restingMb(pid: number): Promise<number> {
  await wait(IDLE_MS)
  return family(pid)
    .map(pssMb)
    .reduce((sum, mb) => sum + mb, 0)
}

async function eventRows(): Promise<Row[]> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const host = undo.use(await startAsUnit('delivery-host.ts', folder))
  const { url, token } = checked(Hello, JSON.parse(host.hello))
  const clients = { polls: CLIENTS, streams: CLIENTS }
  const ours = await timesOf(host, { url, token, ...clients })

  const pageFile = join(folder, 'page.json')
  writeFileSync(pageFile, await onePage(url, token))
  const bare = undo.use(await startAsUnit('bare-crowd.ts', pageFile))
  const theirs = await timesOf(bare, { url: bare.hello, token, ...clients })
  const all = (times: Times) => [...times.polls, ...times.streams]
  const p99 = quantile(all(ours), 0.99)
  const theirP99 = quantile(all(theirs), 0.99)
  const spreadOf = (times: readonly number[]) =>
    `${spread(times)}, max ${Math.max(...times).toFixed(0)}`
  return [
    {
      name: `commit to ${2 * CLIENTS} waiting clients, p99`,
      ours: figure(p99, 'ms'),
      baseline: figure(theirP99, 'ms'),
      ratio: (p99 / theirP99).toFixed(2),
      aim: `<= ${P99_AIM_MS} ms`,
      isMet: p99 <= P99_AIM_MS,
      note: `long polls ${spreadOf(ours.polls)}; streams ${spreadOf(ours.streams)}; bare ${spreadOf(all(theirs))}`,
    },
  ]
}

interface Times {
  readonly polls: readonly number[]
  readonly streams: readonly number[]
}

/** From the begin of the commit until each client had the event, ms. */
async function timesOf(server: Helper, job: CrowdJob): Promise<Times> {
  await using crowd = await startCrowd(job)
  const polls: number[] = []
  const streams: number[] = []
  for (const round of rounds(WARM_UP + EVENTS, BUDGET_MS)) {
    await wait(SETTLE_MS)
    const [seen, begunNs] = await Promise.all([crowd.seen(), server.ask('commit')])
    const took = (at: string) => Number(BigInt(at) - BigInt(begunNs)) / NS_PER_MS
    if (round < WARM_UP) continue
    polls.push(...seen.polls.map(took))
    streams.push(...seen.streams.map(took))
  }
  return { polls, streams }
}

async function onePage(url: string, token: string): Promise<Buffer> {
  await using wire = await openWire(url)
  const path = `${url}/v1/events?limit=1`
  const { body } = await wire.ask(requestText(path, { authorization: `Bearer ${token}` }))
  return body
}
