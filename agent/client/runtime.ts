/** Where the agent is, and as whom it is asked. */
export interface ClientOptions {
  /** E.g. `http://127.0.0.1:8480`. */
  readonly url: string
  /** As `onshi-agent consumer add` showed it, once. */
  readonly token: string
  /** In place of the global one, e.g. to trust the clinic's own certificate authority. */
  readonly fetch?: typeof fetch
}

/** What every call takes beside its own parameters. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Bounds the call, ms; default 30 s beyond what it asked the agent to wait. */
  readonly timeoutMs?: number
}

/** A documented answer. `body` is what its content type says: JSON, text, or bytes. */
export interface Answer<Status extends number, Body> {
  readonly status: Status
  readonly body: Body
  readonly headers: Headers
}

/** A field of a request that is wrong. Never holds the value. */
export interface Mistake {
  readonly field: string
  /** Japanese. */
  readonly title: string
  /** English. */
  readonly detail: string
}

/** A refusal (`application/problem+json`). Branch on `code`; show `title`, `action` and `number` to people. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** Stable word, e.g. `CURSOR_GONE`. */
  readonly code: string
  /** Short number to read over the phone, e.g. `E611`. */
  readonly number: string
  /** What happened, Japanese. */
  readonly title: string
  /** What to do next, Japanese. */
  readonly action: string
  readonly mistakes: readonly Mistake[]
  /** `CURSOR_GONE`: the cursor to go on from. */
  readonly oldest: string | undefined
  /** `CARD_PIN_WRONG`: how many tries the card has left. */
  readonly triesLeft: number | undefined
  /** When to ask again, seconds, where the agent said so. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, headers: Headers, body: Readonly<Record<string, unknown>>) {
    super(textOf(body['detail']))
    this.status = status
    this.code = textOf(body['code'])
    this.number = textOf(body['number'])
    this.title = textOf(body['title'])
    this.action = textOf(body['action'])
    this.mistakes = Array.isArray(body['mistakes']) ? body['mistakes'].map(mistakeOf) : []
    this.oldest = typeof body['oldest'] === 'string' ? body['oldest'] : undefined
    this.triesLeft = typeof body['triesLeft'] === 'number' ? body['triesLeft'] : undefined
    this.retryAfterSeconds = secondsIn(headers.get('retry-after'))
  }
}

/** An answer that no agent gives: of a proxy, of another program, or broken on its way. */
export class NoAgent extends Error {
  override readonly name = 'NoAgent'
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** One request, as the generated functions make it. */
export interface Call extends CallOptions {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** A text is sent as it is, everything else as JSON. */
  readonly body?: unknown
  readonly waitSeconds?: number | undefined
  /** The statuses that are answers; any other is a problem. */
  readonly statuses: readonly number[]
}

/** What follows and streams rest on. */
export interface Transport {
  send(call: Call): Promise<Answer<number, unknown>>
  /** A response whose body is read by the caller. */
  open(call: Call, signal: AbortSignal): Promise<Response>
}

const PATIENCE_MS = 30_000

/** `send` rejects with `Problem`, `NoAgent`, the signal's reason, or what `fetch` rejects with. */
export function transportOf({ url, token, fetch: fetcher = fetch }: ClientOptions): Transport {
  const base = url.replace(/\/+$/, '')
  const open: Transport['open'] = ({ method, path, body, waitSeconds, ...call }, signal) =>
    fetcher(base + path, {
      method,
      headers: definedOnly({
        accept: '*/*',
        authorization: `Bearer ${token}`,
        'content-type': body === undefined ? undefined : 'application/json',
        prefer: waitSeconds === undefined ? undefined : `wait=${waitSeconds}`,
        ...call.headers,
      }),
      redirect: 'error',
      cache: 'no-store',
      signal,
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return {
    open,
    async send(call) {
      const waitMs = (call.waitSeconds ?? 0) * 1000
      const bound = boundOf(call.timeoutMs ?? PATIENCE_MS + waitMs, call.signal)
      try {
        return await answerOf(await open(call, bound.signal), call.statuses)
      } finally {
        bound.release()
      }
    },
  }
}

/** A signal that aborts after `ms` or with another one. `release` must be called. */
export function boundOf(ms: number, outer?: AbortSignal) {
  const controller = new AbortController()
  const late = () => controller.abort(new DOMException('no answer in time', 'TimeoutError'))
  const passOn = () => controller.abort(outer?.reason)
  let timer = setTimeout(late, ms)
  if (outer?.aborted) passOn()
  outer?.addEventListener('abort', passOn)
  return {
    signal: controller.signal,
    /** Begins the time anew. */
    renew: () => {
      clearTimeout(timer)
      timer = setTimeout(late, ms)
    },
    release: () => {
      clearTimeout(timer)
      outer?.removeEventListener('abort', passOn)
    },
  }
}

/** The answer in a response, its body read. Rejects with `Problem` or `NoAgent`. */
export async function answerOf(
  response: Response,
  statuses: readonly number[],
): Promise<Answer<number, unknown>> {
  const { status, headers } = response
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const body = status === 304 ? null : await bodyOf(response, type)
  if (type === 'application/problem+json') throw new Problem(status, headers, fieldsOf(body))
  if (statuses.includes(status)) return { status, body, headers }
  throw new NoAgent(status, `status ${status} without a problem`)
}

async function bodyOf(response: Response, type: string): Promise<unknown> {
  if (/[/+]json$/.test(type)) return parsed(await response.text(), response.status)
  if (type.startsWith('text/')) return response.text()
  return new Uint8Array(await response.arrayBuffer())
}

/** Throws `NoAgent`. */
export function parsed<T>(text: string, status: number): T {
  try {
    const value: T = JSON.parse(text)
    return value
  } catch {
    // The parser's message quotes the body, which may be a patient's.
    throw new NoAgent(status, 'the body is not JSON')
  }
}

/** `?a=1&b=2` of what is defined. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(definedOnly(fields)).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function definedOnly(
  fields: Readonly<Record<string, string | number | undefined>>,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) found[name] = String(value)
  }
  return found
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const mistakeOf = (value: unknown): Mistake => {
  const { field, title, detail, proposals } = fieldsOf(value)
  return {
    field: textOf(field),
    title: textOf(title),
    detail: textOf(detail),
    ...(Array.isArray(proposals) && { proposals: proposals.map(textOf) }),
  }
}

const secondsIn = (header: string | null): number | undefined =>
  header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined
