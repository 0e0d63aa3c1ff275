import { setTimeout as wait } from 'node:timers/promises'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { EventPage } from '../../agent/api/events.ts'
import { Health } from '../../agent/api/health.ts'
import { PresentationList } from '../../agent/api/presentations.ts'
import { Problem } from '../../agent/api/problem.ts'
import { FeedEvent, type Verification } from '../../agent/kernel/verification.ts'

/** The value as its schema types it; throws with what does not fit. */
export function checked<S extends TSchema>(schema: S, value: unknown): Static<S> {
  if (Value.Check(schema, value)) return value
  throw new Error(`not as documented: ${JSON.stringify(Value.Errors(schema, value).slice(0, 5))}`)
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly text: string
}

export type Item = Static<typeof FeedEvent>
export type Page = Static<typeof EventPage>
export type Presentation = Static<typeof PresentationList>['items'][number]

/** A client of the API that checks what comes against the published schemas. */
export interface Client {
  /** One request; any status. */
  send(path: string, init?: RequestInit): Promise<Reply>
  get(path: string, headers?: Record<string, string>): Promise<Reply>
  /** `body` as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>
  events(query?: string, headers?: Record<string, string>): Promise<Page>
  /** The whole feed from the oldest on. */
  feed(): Promise<Item[]>
  /** Asks and waits for the end; throws unless it is 201. */
  ask(face: object, headers?: Record<string, string>): Promise<Verification>
  verification(id: string): Promise<Verification>
  presentations(): Promise<readonly Presentation[]>
  /** Waits, bounded, for a presentation that fits. */
  presentation(fits: (one: Presentation) => boolean): Promise<Presentation>
  confirm(id: string, by?: string): Promise<Verification>
  health(): Promise<Static<typeof Health>>
}

const LOOK_MS = 20
/** No judgement of speed: a machine that tests much at a time is slow. */
export const PATIENCE_MS = 120_000
/** The longest that the agent waits with an answer. */
const PATIENTLY = { prefer: 'wait=60' } as const

/** Looks until there is something, or gives up with `what`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await wait(LOOK_MS)
  }
  throw new Error(`never seen: ${what}`)
}

/** A problem document, whose status is that of the answer. */
export function problemIn(reply: Reply): Static<typeof Problem> {
  const type = reply.headers.get('content-type') ?? ''
  if (!type.startsWith('application/problem+json')) throw new Error(`no problem: ${reply.text}`)
  const problem = checked(Problem, JSON.parse(reply.text))
  if (problem.status !== reply.status) throw new Error(`two statuses: ${reply.text}`)
  return problem
}

export function verificationIn(reply: Reply): Verification {
  const item = checked(FeedEvent, JSON.parse(reply.text))
  if (item.type !== 'verification') throw new Error('a note, no verification')
  return item.verification
}

/** What `fetch` does for a whole body. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** `fetcher` reaches an agent that this process cannot. */
export function clientOf(url: string, token: string, fetcher: Fetch = fetch): Client {
  const send: Client['send'] = async (path, init = {}) => {
    const response = await fetcher(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, bytes, text: bytes.toString() }
  }
  const get: Client['get'] = (path, headers = {}) => send(path, { headers })
  const post: Client['post'] = (path, body, headers = {}) =>
    send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const created = (reply: Reply) => {
    if (reply.status !== 201) throw new Error(`${reply.status}: ${reply.text}`)
    return verificationIn(reply)
  }
  const good = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const reply = await get(path, headers)
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    return JSON.parse(reply.text)
  }
  const events: Client['events'] = async (query = '', headers = {}) =>
    checked(EventPage, await good(`/v1/events${query}`, headers))
  const presentations = async () => checked(PresentationList, await good('/v1/presentations')).items
  return {
    send,
    get,
    post,
    events,
    async feed() {
      const items: Item[] = []
      for (let after = ''; ; ) {
        const page = await events(`?limit=500${after}`)
        items.push(...page.items)
        if (page.items.length === 0) return items
        after = `&after=${page.cursor}`
      }
    },
    ask: async (face, headers = {}) =>
      created(await post('/v1/verifications', face, { ...PATIENTLY, ...headers })),
    verification: async (id) => verificationIn(await get(`/v1/verifications/${id}`)),
    presentations,
    presentation: (fits) =>
      eventually('a presentation', async () => (await presentations()).find(fits)),
    confirm: async (id, by = '受付 見本') =>
      created(await post(`/v1/presentations/${id}/confirmation`, { by }, PATIENTLY)),
    health: async () => checked(Health, JSON.parse((await get('/health')).text)),
  }
}
