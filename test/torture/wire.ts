import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Seen } from './checker.ts'

/** An answer as it came. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly location: string | null
}

/** The API, for one client that is used to answers that do not come. */
export interface Wire {
  /** Undefined: no answer, or half of one. It is not known whether anything happened. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer | undefined>
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer | undefined>
}

/** `signal` ends whatever is under way, as no answer. */
export function wireOf(url: string, token: string, signal: AbortSignal): Wire {
  const call = async (path: string, init: RequestInit): Promise<Answer | undefined> => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers }
    try {
      const response = await fetch(url + path, { ...init, headers, signal })
      const text = await response.text()
      return {
        status: response.status,
        body: text === '' ? null : JSON.parse(text),
        location: response.headers.get('location'),
      }
    } catch (error) {
      // fetch: a TypeError for every failure of the network, also in the middle of a body.
      if (error instanceof TypeError || signal.aborted) return undefined
      throw error
    }
  }
  return {
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
  }
}

const text = Type.String()
const Item = Type.Object({
  type: Type.Literal('verification'),
  id: text,
  cursor: text,
  verification: Type.Object({
    id: text,
    source: Type.Object({ kind: Type.Enum(['card', 'card-face']) }),
    outcome: text,
    fault: Type.Union([Type.Object({ code: text }), Type.Null()]),
    results: Type.Array(Type.Object({ birthdate: Type.Optional(text) })),
    arbitraryIdentifier: Type.Union([text, Type.Null()]),
    confirmation: Type.Union([Type.Object({ by: text }), Type.Null()]),
  }),
})
const Page = Type.Object({ items: Type.Array(Type.Unknown()), cursor: text })
const Accepted = Type.Object({ id: text })
const Waiting = Type.Object({
  items: Type.Array(
    Type.Object({ id: text, kind: text, state: text, cardPresent: Type.Boolean() }),
  ),
})

/** An item of the feed. Throws where it is none. */
export function seenIn(item: unknown): Seen {
  const { id, cursor, verification } = Value.Parse(Item, item)
  const { source, confirmation, arbitraryIdentifier, results } = verification
  return {
    eventId: id,
    cursor,
    verificationId: verification.id,
    mark: (source.kind === 'card' ? confirmation?.by : arbitraryIdentifier) ?? '',
    outcome: verification.outcome,
    fault: verification.fault?.code ?? null,
    birthdates: results.flatMap(({ birthdate }) => birthdate ?? []),
  }
}

export function pageIn(body: unknown): { readonly items: Seen[]; readonly cursor: string } {
  const { items, cursor } = Value.Parse(Page, body)
  return { items: items.map(seenIn), cursor }
}

export const acceptedIn = (body: unknown): string => Value.Parse(Accepted, body).id
export const waitingIn = (body: unknown) => Value.Parse(Waiting, body).items
