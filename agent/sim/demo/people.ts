import { setTimeout as wait } from 'node:timers/promises'

/** What the demo's clients need of an event; they read JSON as any client would. */
export interface SeenEvent {
  readonly cursor: string
  readonly verification: {
    readonly id: string
    readonly outcome: string
    readonly source: {
      readonly kind: string
      readonly authentication: string
      readonly line: string | null
    }
    readonly results: readonly { readonly name?: string; readonly insurerName?: string }[]
  }
}

/** A line as `/v1/lines` shows it. */
export interface SeenLine {
  readonly name: string
  readonly standing: string
  readonly isCurrent: boolean
  readonly fault: Told | null
  /** Null before the first test. */
  readonly path: object | null
}

/** What people are told when something is wrong. */
export interface Told {
  readonly number: string
  readonly code: string
  /** Japanese, as is `action`. */
  readonly title: string
  readonly action: string
}

interface SeenHealth {
  readonly checks: Readonly<Record<string, readonly (Told & { readonly componentId: string })[]>>
}

interface Page {
  readonly items: readonly SeenEvent[]
  readonly cursor: string
}

/** A client of the API with its token. */
export interface Client {
  get<T>(path: string, headers?: Record<string, string>): Promise<T>
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>
  /** Also when it says `fail`, which is a 503. */
  health(): Promise<SeenHealth>
}

const HEALTH = '/health'

export function clientOf(url: string, token: string): Client {
  const call = async <T>(path: string, init: RequestInit): Promise<T> => {
    const response = await fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })
    if (!response.ok && path !== HEALTH)
      throw new Error(`${path}: ${response.status} ${await response.text()}`)
    const body: T = JSON.parse(await response.text())
    return body
  }
  return {
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    health: () => call(HEALTH, {}),
  }
}

/** A receipt computer: reads the feed by long poll, from the oldest on. */
export async function* receiptComputer(client: Client): AsyncGenerator<SeenEvent> {
  let after = ''
  for (;;) {
    const page: Page = await client.get(`/v1/events?limit=20${after}`, { prefer: 'wait=30' })
    yield* page.items
    after = `&after=${page.cursor}`
  }
}

interface Waiting {
  readonly items: readonly { readonly id: string; readonly state: string; readonly kind: string }[]
}

/** How often the receptionist looks at the screen. */
const GLANCE_MS = 20
const PATIENCE_MS = 15_000

/** A receptionist: waits for the tap, looks at the card’s photo, confirms. Resolves with the time of the tap’s appearance. */
export async function confirmTap(client: Client, by: string): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const { items }: Waiting = await client.get('/v1/presentations')
    const tap = items.find(({ state, kind }) => state === 'waiting' && kind === 'my-number-card')
    if (tap !== undefined) {
      const seenAt = performance.now()
      await client.post(`/v1/presentations/${tap.id}/confirmation`, { by })
      return seenAt
    }
    await wait(GLANCE_MS)
  }
  throw new Error('no tap was seen at the desk')
}
