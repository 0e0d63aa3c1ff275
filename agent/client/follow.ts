import {
  type Answer,
  answerOf,
  boundOf,
  NoAgent,
  Problem,
  parsed,
  queryOf,
  type Transport,
} from './runtime.ts'

/** What the feed's items have in common. */
export interface FeedItem {
  /** De-duplicate by it. */
  readonly id: string
  /** Keep it once the item is dealt with; go on from it after a restart. */
  readonly cursor: string
}

export interface FollowOptions {
  /** The cursor that was kept; from the oldest item on when absent. */
  readonly after?: string | undefined
  /** Items a page, 1 to 500; default 100. */
  readonly limit?: number
  /** How long a poll waits for the next event; default 30, at most 60. */
  readonly waitSeconds?: number
  /** Ends it: the loop throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Told of each fault that is tried again by itself. */
  readonly onRetry?: (error: unknown, delayMs: number) => void
}

/** Ids that are remembered; a re-delivery comes soon or not at all. */
const REMEMBERED = 10_000
const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000
/** The agent sends a sign of life every 15 s. */
const SILENT_MS = 45_000
const WAIT_S = 30

/**
 * The feed by long poll, without end: each item once, in order, whatever the network does. Faults
 * that pass are tried again; a `Problem` that does not (401, 403, 400, 410) is thrown, and with
 * `CURSOR_GONE` its `oldest` is where to go on.
 */
export async function* follow<Item extends FeedItem>(
  transport: Transport,
  options: FollowOptions,
): AsyncGenerator<Item, never, undefined> {
  const { limit = 100, waitSeconds = WAIT_S, signal } = options
  const progress = new Progress(options)
  for (;;) {
    signal?.throwIfAborted()
    const path = `/v1/events${queryOf({ after: progress.cursor, limit })}`
    try {
      const call = { method: 'GET', path, waitSeconds, statuses: [200], ...(signal && { signal }) }
      const page = pageIn<Item>(await transport.send(call))
      progress.went()
      for (const item of page.items) if (progress.isNew(item.id)) yield item
      progress.cursor = page.cursor
    } catch (error) {
      await progress.pause(error)
    }
  }
}

/** The same as `follow` over one open stream (SSE), which costs the agent less and is as safe. */
export async function* streamed<Item extends FeedItem>(
  transport: Transport,
  options: FollowOptions,
): AsyncGenerator<Item, never, undefined> {
  const progress = new Progress(options)
  for (;;) {
    options.signal?.throwIfAborted()
    const bound = boundOf(SILENT_MS, options.signal)
    try {
      for await (const { id, data } of framesFrom(transport, progress.cursor, bound)) {
        const item = parsed<Item>(data, 200)
        progress.went()
        if (progress.isNew(item.id)) yield item
        progress.cursor = id
      }
      // An agent that ends each stream at once must not be asked in a tight loop.
      throw new NoAgent(200, 'the stream ended')
    } catch (error) {
      await progress.pause(error)
    } finally {
      bound.release()
    }
  }
}

/** Where a reader is, what it has had, and how long it waits after faults. */
class Progress {
  cursor: string | undefined
  readonly #had = new Set<string>()
  readonly #options: FollowOptions
  #faults = 0

  constructor(options: FollowOptions) {
    this.cursor = options.after
    this.#options = options
  }

  isNew(id: string): boolean {
    if (this.#had.has(id)) return false
    this.#had.add(id)
    const [oldest] = this.#had
    if (this.#had.size > REMEMBERED && oldest !== undefined) this.#had.delete(oldest)
    return true
  }

  went(): void {
    this.#faults = 0
  }

  /** Waits before the next try; throws what no other try cures. */
  async pause(error: unknown): Promise<void> {
    const { signal, onRetry } = this.#options
    signal?.throwIfAborted()
    if (error instanceof Problem && !isPassing(error.status)) throw error
    const ceiling = Math.min(FIRST_DELAY_MS * 2 ** this.#faults, LONGEST_DELAY_MS)
    this.#faults += 1
    const told = error instanceof Problem ? (error.retryAfterSeconds ?? 0) * 1000 : 0
    // Full jitter: pollers that lost the agent together do not come back together.
    const delayMs = Math.max(told, Math.random() * ceiling)
    onRetry?.(error, delayMs)
    await sleep(delayMs, signal)
    signal?.throwIfAborted()
  }
}

const isPassing = (status: number) => status === 408 || status === 429 || status >= 500

/** Until `ms` are over or the signal aborts, also one that did before. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    signal?.addEventListener('abort', wake)
    if (signal?.aborted) wake()
  })
}

function pageIn<Item>({ status, body }: Answer<number, unknown>) {
  if (!isPage<Item>(body)) throw new NoAgent(status, 'the body is no page of the feed')
  return body
}

const isPage = <Item>(body: unknown): body is { items: Item[]; cursor: string } =>
  typeof body === 'object' &&
  body !== null &&
  'items' in body &&
  Array.isArray(body.items) &&
  'cursor' in body &&
  typeof body.cursor === 'string'

interface Frame {
  readonly id: string
  readonly data: string
}

async function* framesFrom(
  transport: Transport,
  cursor: string | undefined,
  bound: ReturnType<typeof boundOf>,
): AsyncGenerator<Frame, void, undefined> {
  const headers = { accept: 'text/event-stream', 'last-event-id': cursor }
  const call = { method: 'GET', path: '/v1/events', headers, statuses: [200] }
  const response = await transport.open(call, bound.signal)
  const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
  if (response.status !== 200 || !isStream || response.body === null) {
    await answerOf(response, [])
    return
  }
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      bound.renew()
      if (done) return
      const texts = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = texts.pop() ?? ''
      for (const text of texts) yield* frameIn(text)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Heartbeats and `retry:` are no items. */
function* frameIn(text: string): Generator<Frame> {
  const lines = text.split('\n')
  const of = (name: string) =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
  const [id] = of('id')
  const data = of('data')
  if (id !== undefined && data.length > 0) yield { id, data: data.join('\n') }
}
