import { watch } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { AppointmentView } from '../../agent/api/appointments.ts'
import { type AppointmentStatus, appointmentStatuses } from '../../agent/kernel/appointment.ts'
import { type Client, checked } from '../bed/client.ts'
import { processorMs } from './machine.ts'

export interface Clinic {
  readonly client: Client
  /** Of the agent. */
  readonly pid: number
  readonly terminal: BulkWatch
}

/** Where the time of one list went, ms. */
export interface Took {
  /** The list is sent, and on disk. */
  readonly handOver: number
  /** The run is asked for, the questions are on disk, the request lies in `req`. */
  readonly ask: number
  /** From the receipt to the request for its result. */
  readonly fetch: number
  /** From the result to the commit of all verifications. */
  readonly judge: number
  /** The morning list is there. */
  readonly list: number
  /** Both requests, from `req` to their answer in `res`: no time of the agent. */
  readonly terminal: number
  /** The agent’s processor time, all threads, in steps of 10. */
  readonly processor: number
}

export type Counts = Readonly<Partial<Record<AppointmentStatus, number>>>

/**
 * Hands the list of a day over, has everybody on it asked about and waits for its morning list. Throws
 * where that does not have so many `worthALook`, or where anybody is missing.
 */
export async function handOver(
  { client, pid, terminal }: Clinic,
  day: string,
  list: readonly object[],
  worthALook: Counts,
): Promise<Took> {
  const path = `/v1/appointments/${day}`
  const body = JSON.stringify({ items: list })
  const headers = { 'content-type': 'application/json' }
  const cursor = await endOfFeed(client)
  terminal.begin()
  const processorFrom = processorMs(pid)
  const from = performance.now()
  const put = await client.send(path, { method: 'PUT', body, headers })
  const handedOver = performance.now()
  const run = await client.post('/v1/jobs/appointments/runs', {})
  if (put.status !== 200 || run.status !== 202) throw new Error(`${put.text} ${run.text}`)
  const morning = await morningList(client, path, cursor)
  const processor = processorMs(pid) - processorFrom
  const [asked, fetched] = terminal.ended()
  checkCounts(morning.items, worthALook)
  const all = await itemsOf(client, path)
  if (all.length !== list.length) throw new Error(`${all.length} appointments of ${list.length}`)
  return {
    handOver: handedOver - from,
    ask: asked.from - handedOver,
    fetch: fetched.from - asked.to,
    judge: morning.toldAt - fetched.to,
    list: morning.at - morning.toldAt,
    terminal: asked.to - asked.from + fetched.to - fetched.from,
    processor,
  }
}

const List = Type.Object({ items: Type.Array(AppointmentView) })
type Items = Static<typeof List>['items']

/** Looks whenever the feed has something new, until nobody is waited for. */
async function morningList(client: Client, path: string, cursor: string) {
  for (let after = cursor; ; ) {
    const page = await client.events(`?limit=1&after=${after}`, { prefer: 'wait=60' })
    if (page.items.length === 0) throw new Error('no answer within a minute')
    const toldAt = performance.now()
    const { text } = await client.get(`${path}?list=morning`)
    const at = performance.now()
    const { items } = checked(List, JSON.parse(text))
    if (items.every(({ status }) => status !== 'waiting')) return { items, toldAt, at }
    after = page.cursor
  }
}

const itemsOf = async (client: Client, path: string): Promise<Items> =>
  checked(List, JSON.parse((await client.get(path)).text)).items

async function endOfFeed(client: Client): Promise<string> {
  for (let query = '?limit=500'; ; ) {
    const { items, cursor } = await client.events(query)
    if (items.length === 0) return cursor
    query = `?limit=500&after=${cursor}`
  }
}

function checkCounts(items: Items, expected: Counts): void {
  for (const status of appointmentStatuses) {
    const count = items.filter((one) => one.status === status).length
    if (count !== (expected[status] ?? 0)) throw new Error(`${count} ${status} in the morning list`)
  }
}

/** From its name in `req` to that of its answer in `res`, by `performance.now`. */
interface AtTerminal {
  readonly from: number
  readonly to: number
}

/** Bulk requests and their answers, as events of the terminal’s folders tell of them. */
export interface BulkWatch {
  begin(): void
  /** Question and fetch since then. Throws where it was not these two. */
  ended(): readonly [asked: AtTerminal, fetched: AtTerminal]
  /** Name of the file. */
  lastAnswer(): string
  [Symbol.dispose](): void
}

/** `root`: where `req` and `res` are. */
export function watchBulk(root: string): BulkWatch {
  const seen = new Map<string, number>()
  const watchers = ['req', 'res'].map((folder) =>
    watch(join(root, folder), (_, name) => {
      // A request is told of again as it is taken out.
      if (name?.startsWith('OQSmuquc') && !seen.has(name)) seen.set(name, performance.now())
    }),
  )
  const answers = () => [...seen.keys()].filter((name) => name.includes('res_'))
  const atTerminal = (answer: string): AtTerminal => ({
    from: seen.get(answer.replace('res_', 'req_')) ?? Number.NaN,
    to: seen.get(answer) ?? Number.NaN,
  })
  return {
    begin: () => seen.clear(),
    ended() {
      const [asked, fetched, ...more] = answers().map(atTerminal)
      if (asked === undefined || fetched === undefined || more.length > 0)
        throw new Error(`${answers().length} answers of the terminal`)
      return [asked, fetched]
    },
    lastAnswer: () => answers().at(-1) ?? '',
    [Symbol.dispose]() {
      for (const watcher of watchers) watcher.close()
    },
  }
}
