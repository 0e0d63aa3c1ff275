import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { checked } from '../bed/client.ts'
import { type Bed, type Daemon, fillFeed, makeBed, requestFor } from './bed.ts'
import { startHelper } from './helper.ts'
import { type Load, startLoad } from './load-job.ts'
import { processorMs } from './machine.ts'
import { figure, median, quantile, type Row, ratioRow, rounds } from './row.ts'
import { type Answer, openWire, requestText } from './wire.ts'

const POLLERS = 10
const REQUESTS = 300
const ROUNDS = 9
const BUDGET_MS = 20_000
const P99_AIM_MS = 5
const PAGE = 20
const US_PER_MS = 1_000

const Page = Type.Object({ items: Type.Array(Type.Unknown()), cursor: Type.String() })

/**
 * A page of 20 events with token, database and audit against bare node:http that sends the same
 * bytes: processor time of the server per request, and how long ten pollers without a pause wait.
 */
export async function pageBench(): Promise<Row[]> {
  await using bed = await makeBed()
  await using daemon = await bed.start()
  const path = await lastPage(bed, daemon)
  const request = requestFor(bed, daemon, path('LIMIT'))
  const same = requestFor(bed, daemon, path('100'))
  const answer = await ask(daemon.url, same)
  const bodyFile = join(bed.folder, 'page.json')
  writeFileSync(bodyFile, answer.body)
  await using bare = await startHelper('bare.ts', bodyFile, ...headersOf(answer))
  await using load = await startLoad()
  const ours = { pid: daemon.pid, url: daemon.url, request }
  const theirs = {
    pid: bare.pid,
    url: bare.hello,
    request: requestText(bare.hello + path('100'), {}),
  }
  await Promise.all([measure(load, ours), measure(load, theirs)])
  const taken: Round[] = []
  for (const _ of rounds(ROUNDS, BUDGET_MS))
    taken.push({
      ours: await measure(load, ours),
      theirs: await measure(load, theirs),
      same: await measure(load, { ...ours, request: same }),
    })
  return rowsOf(taken, answer.body.length)
}

/** `ours`: pages that differ, out of the database. `same`: one page that all pollers share. */
type Round = Readonly<Record<'ours' | 'theirs' | 'same', Taken>>

function rowsOf(taken: readonly Round[], bytes: number): Row[] {
  const times = (side: keyof Round) => taken.flatMap((round) => round[side].timesMs)
  const [ours, theirs] = [times('ours'), times('theirs')]
  const p99 = quantile(ours, 0.99)
  // Summed, not a median of rounds: the kernel counts in steps of 10 ms.
  const cpuUs = (side: keyof Round) =>
    (taken.reduce((sum, round) => sum + round[side].cpuMs, 0) * US_PER_MS) / times(side).length
  const shared = { baseline: cpuUs('theirs'), unit: 'us', limit: 3 } as const
  return [
    ratioRow({
      ...shared,
      name: 'page of 20 events, server CPU / bare node:http',
      ours: cpuUs('ours'),
      note: `token, database, audit; ${bytes} bytes; ${POLLERS} connections, ${taken.length} rounds`,
    }),
    ratioRow({
      ...shared,
      name: 'same, one page that all pollers ask for',
      ours: cpuUs('same'),
      note: 'token, audit; the page is read once between two commits',
    }),
    {
      name: 'page of 20 events, p99 at 10 pollers',
      ours: figure(p99, 'ms'),
      baseline: figure(quantile(theirs, 0.99), 'ms'),
      ratio: (p99 / quantile(theirs, 0.99)).toFixed(2),
      aim: `<= ${P99_AIM_MS} ms`,
      isMet: p99 <= P99_AIM_MS,
      note: `without a pause; p50 ${figure(median(ours), 'ms')}, bare ${figure(median(theirs), 'ms')}`,
    },
  ]
}

interface Target {
  readonly pid: number
  readonly url: string
  readonly request: string
}

interface Taken {
  readonly cpuMs: number
  readonly timesMs: readonly number[]
}

async function measure(load: Load, { pid, url, request }: Target): Promise<Taken> {
  const from = processorMs(pid)
  const timesMs = await load.run({
    url,
    request,
    connections: POLLERS,
    requests: REQUESTS,
    pauseMs: 0,
  })
  return { cpuMs: processorMs(pid) - from, timesMs }
}

/** The path, by limit, of the last page of the feed, with events before it. */
async function lastPage(bed: Bed, daemon: Daemon): Promise<(limit: string) => string> {
  await fillFeed(bed, daemon, 2 * PAGE)
  const first = pageIn(await ask(daemon.url, requestFor(bed, daemon, `/v1/events?limit=${PAGE}`)))
  const path = (limit: string) => `/v1/events?after=${first.cursor}&limit=${limit}`
  const { items } = pageIn(await ask(daemon.url, requestFor(bed, daemon, path('100'))))
  if (items.length !== PAGE) throw new Error(`a page of ${items.length} events`)
  return path
}

const pageIn = ({ body }: Answer): Static<typeof Page> => checked(Page, JSON.parse(body.toString()))

async function ask(url: string, request: string): Promise<Answer> {
  await using wire = await openWire(url)
  return await wire.ask(request)
}

/** Names and values in turn, without what node:http adds itself. */
const headersOf = ({ head }: Answer) =>
  head
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(/: */, 2))
    .filter(([name = '']) => !/^(date|connection|keep-alive|content-length)$/i.test(name))
    .flat()
