import { expect, Refuted } from './finding.ts'
import { type Agent, type Reply, shownHeader, typeOf } from './http.ts'
import { at, listAt, textAt } from './json.ts'
import { expectStatus } from './problem.ts'

/** What the checks need of an event. */
export interface Item {
  readonly id: string
  readonly cursor: string
  readonly type: string
  /** '' where it is none. */
  readonly verificationId: string
  readonly hasOfficial: boolean
}

export interface Page {
  readonly items: readonly Item[]
  /** As they came. */
  readonly raw: readonly unknown[]
  readonly cursor: string
}

export const itemOf = (value: unknown): Item => ({
  id: textAt(value, 'id'),
  cursor: textAt(value, 'cursor'),
  type: textAt(value, 'type'),
  verificationId: textAt(value, 'verification', 'id'),
  hasOfficial: typeof (at(value, 'verification', 'official') ?? undefined) === 'object',
})

export const idsOf = (items: readonly Item[]): string[] => items.map(({ id }) => id)

interface Wanted {
  readonly after?: string | undefined
  readonly limit: number
  readonly waitS?: number
}

export const pathOf = ({ after, limit }: Wanted): string =>
  `/v1/events?limit=${limit}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`

export function pageIn(reply: Reply): Page {
  expectStatus(reply, 200)
  const { headers, json } = reply
  expect(
    typeOf(headers) === 'application/json',
    'content type application/json',
    shownHeader(headers['content-type']),
  )
  const [raw, cursor] = [at(json, 'items'), at(json, 'cursor')]
  if (!Array.isArray(raw) || typeof cursor !== 'string')
    throw new Refuted('{ "items": [...], "cursor": "..." }', 'another body')
  return { items: raw.map(itemOf), raw: listAt(json, 'items'), cursor }
}

/** One page. Throws `Refuted` where it is none. */
export async function readPage(agent: Agent, wanted: Wanted): Promise<Page> {
  const { waitS } = wanted
  const prefer = waitS === undefined ? {} : { prefer: `wait=${waitS}` }
  const timeoutMs = 30_000 + (waitS ?? 0) * 1_000
  return pageIn(await agent.send(pathOf(wanted), { headers: prefer, timeoutMs }))
}

/** The events from a cursor on, until there are no more or `most` are there; `cursor` is behind what was read. */
export async function readOn(
  agent: Agent,
  wanted: Wanted,
  most = Number.POSITIVE_INFINITY,
): Promise<Pick<Page, 'items' | 'cursor'>> {
  const items: Item[] = []
  let cursor = wanted.after ?? ''
  for await (const page of pagesFrom(agent, wanted)) {
    items.push(...page.items)
    cursor = page.cursor
    if (items.length >= most) break
  }
  return { items: items.slice(0, most), cursor }
}

/** The cursor behind everything. Keeps nothing of what lies before it. */
export async function endAfter(agent: Agent, after: string): Promise<string> {
  let end = after
  for await (const { cursor } of pagesFrom(agent, { after, limit: 500 })) end = cursor
  return end
}

/** Pages until one is empty; that one is the last. */
async function* pagesFrom(agent: Agent, wanted: Wanted): AsyncGenerator<Page> {
  let { after } = wanted
  for (;;) {
    const page = await readPage(agent, { ...wanted, after })
    yield page
    if (page.items.length === 0) return
    if (page.cursor === after)
      throw new Refuted('a cursor that goes on with its page', 'the cursor that was sent')
    after = page.cursor
  }
}
