/** A problem as the agent answers it, or one of the way to it. What is shown is always Japanese. */
export interface Trouble {
  readonly status: number
  readonly code: string
  /** Read over the phone. */
  readonly number: string
  readonly title: string
  readonly action: string
  readonly mistakes: readonly Mistake[]
  /** Of a wrong PIN of a card. */
  readonly triesLeft?: number
  /** How long to wait before the next try, where the agent says so. */
  readonly waitSeconds?: number
}

export interface Mistake {
  readonly field: string
  readonly title: string
  readonly proposals?: readonly string[]
}

export type Answer<T> =
  | {
      readonly ok: true
      readonly status: number
      /** A file is a `Blob`. */
      readonly body: T
      readonly location: string
      /** Of what was read, for `If-Match`. */
      readonly etag: string
    }
  | { readonly ok: false; readonly trouble: Trouble }

export interface CallOptions {
  readonly body?: unknown
  /** Of a CSV file, in place of `body`. */
  readonly csv?: Blob
  readonly headers?: Readonly<Record<string, string>>
}

/** In one line, where there is no room for a card. */
export const saidIn = ({ number, title, action }: Trouble): string => `${number} ${title}${action}`

/** The agent does not answer: off, restarting, or the network between. Numbered like its own faults. */
export const OUT_OF_REACH: Trouble = {
  status: 0,
  code: 'OUT_OF_REACH',
  number: 'E699',
  title: '受付システム（onshi-agent）につながりません。',
  action:
    '少し待っても直らないときは、装置の電源とLANケーブルを確認し、保守業者に連絡してください。',
  mistakes: [],
}

/** What the page’s token is now; the session has it. */
let token = ''
export const useToken = (given: string | null): void => {
  token = given ?? ''
}

/** Told of every trouble, so that a lock or an end of the session is noticed wherever it is met. */
let hear: (trouble: Trouble) => void = () => {}
export const onTrouble = (hearer: (trouble: Trouble) => void): void => {
  hear = hearer
}

/**
 * Calls a route of the agent. Never throws for what the agent or the network says: that is an answer.
 * `T` is what the route documents; the agent and its page are one release.
 */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { body, csv, headers = {} }: CallOptions = {},
): Promise<Answer<T>> {
  const answer = await fetch(path, {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(csv !== undefined && { 'content-type': 'text/csv' }),
      ...(method !== 'GET' && { 'x-desk-token': token }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(csv !== undefined && { body: csv }),
  }).catch(() => undefined)
  if (answer === undefined) return troubled(OUT_OF_REACH)
  const isFile = answer.headers.get('content-type')?.startsWith('text/csv') === true
  const read = isFile ? answer.blob() : answer.text().then(JSON.parse)
  const parsed = await read.catch(() => undefined)
  if (answer.ok && (parsed !== undefined || answer.status === 204)) {
    const head = (name: string) => answer.headers.get(name) ?? ''
    const [location, etag] = [head('location'), head('etag')]
    return { ok: true, status: answer.status, body: parsed, location, etag }
  }
  if (!isTrouble(parsed)) return troubled(OUT_OF_REACH)
  const waitSeconds = Number(answer.headers.get('retry-after') ?? 0)
  return troubled({
    ...parsed,
    mistakes: parsed.mistakes ?? [],
    ...(waitSeconds > 0 && { waitSeconds }),
  })
}

function troubled(trouble: Trouble): { readonly ok: false; readonly trouble: Trouble } {
  hear(trouble)
  return { ok: false, trouble }
}

const isTrouble = (value: unknown): value is Trouble =>
  typeof value === 'object' && value !== null && 'number' in value && 'title' in value
