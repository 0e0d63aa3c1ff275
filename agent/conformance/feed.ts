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

/** Pages from a cursor on until one is empty, or `most` items are there. */
export async function readOn(
  agent: Agent,
  wanted: Wanted,
  most = Number.POSITIVE_INFINITY,
): Promise<Page> {
  const items: Item[] = []
  const raw: unknown[] = []
  let { after } = wanted
  while (items.length < most) {
    const page = await readPage(agent, { ...wanted, after })
    items.push(...page.items)
    raw.push(...page.raw)
    if (page.items.length > 0 && page.cursor === after)
      throw new Refuted('a cursor that goes on with its page', 'the cursor that was sent')
    after = page.cursor
    if (page.items.length === 0) break
  }
  return { items: items.slice(0, most), raw: raw.slice(0, most), cursor: after ?? '' }
}
