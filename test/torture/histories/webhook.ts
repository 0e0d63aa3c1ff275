import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { listen, shut } from '../../../agent/sim/listen.ts'
import { readPush, textOf } from '../../bed/push.ts'
import { act, type Behaviour, takes } from '../../bed/webhook-receiver.ts'
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
  let secret: string | undefined
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
  const itemIn = (request: IncomingMessage, text: string): unknown => {
    if (secret === undefined) return undefined
    const push = readPush(request, text, secret)
    if (typeof push !== 'string') return push.data
    complaints.push(`webhook: ${push}`)
    return undefined
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
    const item = itemIn(request, text)
    if (item === undefined) return void response.writeHead(503).end()
    const seen = seenIn(item, view)
    if (isRefused(seen.id)) return void response.writeHead(422).end()
    const behaviour = behaviourOf(fault, chance)
    if (takes(behaviour)) got.push(seen)
    act(behaviour, response)
    if (fault !== 'hang') return
    await wait(HANG_MS, undefined, { signal: closing.signal }).catch(() => undefined)
    response.destroy()
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
    trust(key) {
      secret = key
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

function behaviourOf(
  fault: Exclude<Fault, 'reset-request'> | undefined,
  chance: Chance,
): Behaviour {
  switch (fault) {
    case 'drop-before':
      return { is: 'drop', takes: false }
    case 'drop-after':
      return { is: 'drop', takes: true }
    case 'reset-answer':
      return { is: 'reset-answer', takes: true }
    case 'twice':
      return { is: 'twice' }
    case 'hang':
    case 'stall':
      return { is: 'hang', takes: false }
    case 'too-many':
      return {
        is: 'answer',
        status: 429,
        headers: { 'retry-after': chance.happens(PAUSED) ? '1' : '0' },
      }
    case 'error':
      return { is: 'answer', status: chance.of([500, 502, 503, 504]), body: '<html>' }
    case 'late':
      return { is: 'answer', status: 204, delayMs: chance.below(LATE_MS) }
    case undefined:
      return { is: 'answer', status: 204 }
  }
}
