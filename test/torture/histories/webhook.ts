import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { listen, shut } from '../../../agent/sim/listen.ts'
import type { Chance } from '../random.ts'
import { seenIn, type View } from './item.ts'
import type { Seen } from './told.ts'

/** A receiver of webhooks on a bad day. */
export interface WebhookReceiver {
  readonly url: string
  readonly got: readonly Seen[]
  /** Events that it refused for good at first. */
  readonly refused: ReadonlySet<string>
  /** What no sender may do. */
  readonly complaints: readonly string[]
  counts(): { readonly requests: number; readonly faults: number }
  /** The key that the agent signs with; before it is known everything is refused with 503. */
  trust(key: string): void
  /** It does nothing wrong any more. */
  calm(): void
  close(): Promise<void>
}

type Fault =
  | 'drop-before'
  | 'drop-after'
  | 'late'
  | 'twice'
  | 'too-many'
  | 'error'
  | 'reset-request'
  | 'reset-answer'
  | 'hang'
  | 'stall'

const FAULTS: readonly Fault[] = [
  'drop-before',
  'drop-after',
  'late',
  'late',
  'twice',
  'twice',
  'too-many',
  'error',
  'reset-request',
  'reset-answer',
  'hang',
]
/** Of the attempts. */
const FAULTY = 0.06
/** Of the events: refused for good, until somebody has put it right. */
const REFUSED = 0.002
const LATE_MS = 25
const HANG_MS = 400
/** Of the hangs: until the sender gives up, which takes it 15 s. */
const STALLED = 0.05
/** Of the 429: with a pause of a second. */
const PAUSED = 0.03

const Body = Type.Object(
  { type: Type.String(), timestamp: Type.String(), data: Type.Object({ id: Type.String() }) },
  { additionalProperties: false },
)

/** `hangs`: how often it never answers, at the most. */
export async function startWebhookReceiver(
  chance: Chance,
  view: View,
  hangs: number,
): Promise<WebhookReceiver> {
  const got: Seen[] = []
  const refused = new Set<string>()
  const judged = new Set<string>()
  const complaints: string[] = []
  const counts = { requests: 0, faults: 0 }
  const closing = new AbortController()
  let key: Buffer | undefined
  let isCalm = false
  let stalls = 0

  const faultOf = (): Fault | undefined => {
    if (isCalm || !chance.happens(FAULTY)) return undefined
    counts.faults += 1
    const fault = chance.of(FAULTS)
    if (fault !== 'hang' || stalls >= hangs || !chance.happens(STALLED)) return fault
    stalls += 1
    return 'stall'
  }
  const isRefused = (id: string): boolean => {
    if (isCalm) return false
    if (!judged.has(id)) {
      judged.add(id)
      if (chance.happens(REFUSED)) refused.add(id)
    }
    return refused.has(id)
  }
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    counts.requests += 1
    const fault = faultOf()
    if (fault === 'reset-request') {
      request.once('data', () => request.socket.resetAndDestroy())
      return
    }
    const text = await textOf(request)
    if (text === null) return
    const item = key === undefined ? undefined : signedItem(request, text, key, complaints)
    if (item === undefined) return void response.writeHead(503).end()
    const seen = seenIn(item, view)
    if (isRefused(seen.id)) return void response.writeHead(422).end()
    if (fault === undefined || TAKES.includes(fault)) got.push(seen)
    await answer(response, fault, chance, closing.signal)
  }
  const server = createServer((request, response) => {
    hear(request, response).catch((error: unknown) => {
      response.destroy()
      complaints.push(String(error))
    })
  })
  const url = await listen(server, 'http', { host: '127.0.0.1', port: 0 })
  return {
    url: `${url}/hook`,
    got,
    refused,
    complaints,
    counts: () => counts,
    trust(secret) {
      key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    },
    calm() {
      isCalm = true
    },
    close: async () => {
      closing.abort()
      await shut(server)
    },
  }
}

/** Faults in which the event was taken before. */
const TAKES: readonly Fault[] = ['drop-after', 'late', 'twice', 'reset-answer']

async function answer(
  response: ServerResponse,
  fault: Fault | undefined,
  chance: Chance,
  signal: AbortSignal,
): Promise<void> {
  const { socket } = response
  switch (fault) {
    case 'drop-before':
    case 'drop-after':
      socket?.resetAndDestroy()
      return
    case 'twice':
      socket?.write('HTTP/1.1 204 No Content\r\n\r\n'.repeat(2))
      return
    case 'too-many':
      response.writeHead(429, { 'retry-after': chance.happens(PAUSED) ? '1' : '0' }).end()
      return
    case 'error':
      response.writeHead(chance.of([500, 502, 503, 504])).end('<html>')
      return
    case 'reset-answer':
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => socket?.resetAndDestroy())
      return
    case 'stall':
      return
    case 'hang':
      await wait(HANG_MS, undefined, { signal }).catch(() => undefined)
      socket?.destroy()
      return
    default:
      if (fault === 'late') await wait(chance.below(LATE_MS))
      response.writeHead(204).end()
  }
}

/** Null: the sender broke off. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The item of the feed that was pushed; undefined, and a complaint, where it was not by the agent. */
function signedItem(
  { headers }: IncomingMessage,
  text: string,
  key: Buffer,
  complaints: string[],
): unknown {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers
  const mac = createHmac('sha256', key).update(`${id}.${time}.${text}`).digest('base64')
  const body: unknown = JSON.parse(text)
  if (given === `v1,${mac}` && Check(Body, body) && body.data.id === id) return body.data
  complaints.push('webhook: a request that is not signed, or not whole')
  return undefined
}
