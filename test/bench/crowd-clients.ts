/** Helper: long polls and event streams that wait. Each line to it is answered once all saw an event. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { checked } from '../bed/client.ts'
import { CrowdJob, type Sightings } from './crowd-job.ts'
import { answerLines } from './helper.ts'
import { openWire, requestText } from './wire.ts'

/** Under the patience of a wire. */
const WAIT_S = 20
const NOTHING = '{"items":[]'
const END_OF_EVENT = '\n\n\r\n'

const [, , text = ''] = process.argv
const job = checked(CrowdJob, JSON.parse(text))
const authorization = `Bearer ${job.token}`

/** When a client saw its events. */
type Sights = bigint[]

let tell = () => {}

/** A receipt computer: as soon as it has an answer it asks for what comes next. */
async function openPoll(): Promise<Sights> {
  const sights: Sights = []
  const wire = await openWire(job.url)
  const headers = { authorization, prefer: `wait=${WAIT_S}` }
  const follow = async () => {
    let cursor = ''
    for (;;) {
      const path = `/v1/events?limit=20${cursor}`
      const { body } = await wire.ask(requestText(job.url + path, headers))
      const page = body.toString()
      const [, next = ''] = /"cursor":"([^"]+)"\}$/.exec(page) ?? []
      cursor = `&after=${next}`
      if (page.startsWith(NOTHING)) continue
      sights.push(process.hrtime.bigint())
      tell()
    }
  }
  void follow()
  return sights
}

/** A browser: one answer that does not end. */
async function openStream(): Promise<Sights> {
  const sights: Sights = []
  const { hostname, port } = new URL(job.url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  const headers = { authorization, accept: 'text/event-stream' }
  socket.write(requestText(`${job.url}/v1/events`, headers))
  let received = ''
  const begun = Promise.withResolvers<void>()
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    if (!received.endsWith(END_OF_EVENT)) return
    if (received.includes('\ndata: ')) sights.push(process.hrtime.bigint())
    received = ''
    begun.resolve()
    tell()
  })
  await Promise.race([
    begun.promise,
    once(socket, 'close').then(() => {
      throw new Error(`a stream ended: ${received}`)
    }),
  ])
  return sights
}

const many = (count: number, open: () => Promise<Sights>) =>
  Promise.all(Array.from({ length: count }, open))
const polls = await many(job.polls, openPoll)
const streams = await many(job.streams, openStream)

let round = 0
await answerLines('waiting', async () => {
  round += 1
  const all = [...polls, ...streams]
  const { promise, resolve } = Promise.withResolvers<void>()
  tell = () => {
    if (all.every(({ length }) => length >= round)) resolve()
  }
  tell()
  await promise
  tell = () => {}
  const of = (clients: readonly Sights[]) => clients.map((sights) => String(sights[round - 1]))
  return JSON.stringify({ polls: of(polls), streams: of(streams) } satisfies Sightings)
})
process.exit()
