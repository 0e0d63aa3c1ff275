import { hash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { Type } from 'typebox'
import { FeedEvent } from '../kernel/verification.ts'
import { JSON_TYPE, pageBody } from './answers.ts'
import { type Caller, callerOf, stillAdmitted } from './auth.ts'
import type { App, Context } from './context.ts'
import { streamEvents } from './event-stream.ts'
import type { Feed, FeedPage } from './ports.ts'
import { waitOf } from './prefer.ts'
import { Bell, startSpan } from './span.ts'

const MAX_WAIT_S = 60

const Query = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        maxLength: 512,
        description: '`cursor` of the page before; the oldest kept when absent.',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  { additionalProperties: false },
)

export const EventPage = Type.Object({
  items: Type.Array(FeedEvent),
  cursor: Type.String({ description: 'Pass as `after` next time. Opaque.' }),
})

const config = {
  doc: {
    summary: 'The feed, oldest first',
    description:
      'Poll with the cursor of the last page; reading acknowledges nothing. With `Prefer: wait=N` the answer comes when the next event is committed, or empty after N seconds. With `Accept: text/event-stream` the same items come as they are committed; the id of each is its cursor.',
    headers: ['Prefer', 'If-None-Match', 'Last-Event-ID'],
    answers: {
      200: {
        description: 'A page; empty when there is nothing new.',
        schema: EventPage,
        headers: ['ETag'],
      },
      304: { description: 'The page is the one that the client has.', headers: ['ETag'] },
    },
    problems: ['CURSOR_GONE', 'CURSOR_INVALID', 'AUDIT_UNAVAILABLE'],
  },
} as const

/** The feed that receipt computers read: page, long poll, stream. */
export function eventRoutes(app: App, feed: Feed, context: Context): void {
  app.get('/v1/events', { schema: { querystring: Query }, config }, async (request, reply) => {
    const { headers } = request
    const { after = '', limit = 100 } = request.query
    const caller = callerOf(request)
    if (acceptsStream(headers.accept)) {
      const from = headers['last-event-id'] || after
      return streamEvents(String(from) || null, caller, reply, feed, context)
    }
    const waitMs = waitOf(headers['prefer'], MAX_WAIT_S) ?? 0
    const page = await nextPage(feed, after || null, limit, waitMs, caller, reply.raw, context)
    if (waitMs > 0) stillAdmitted(caller)
    const tag = tagOf(caller.consumer.role, page)
    if (isKnown(tag, headers['if-none-match'])) return reply.code(304).header('etag', tag).send()
    if (page.items.length > 0 && !reply.raw.destroyed) {
      await context.audit.read(caller.consumer, 'events', `${after}..${page.cursor}`)
    }
    return reply.header('etag', tag).type(JSON_TYPE).send(bodyOf(page))
  })
}

/** The page after a cursor; when it is empty, the one after the next commit within `waitMs`. */
async function nextPage(
  feed: Feed,
  after: string | null,
  limit: number,
  waitMs: number,
  caller: Caller,
  response: ServerResponse,
  context: Context,
): Promise<FeedPage> {
  const { role } = caller.consumer
  const first = feed.page(after, limit, role)
  if (first.items.length > 0 || waitMs === 0) return first
  const bell = new Bell(feed)
  const span = startSpan(waitMs, response, context, caller)
  try {
    let page = feed.page(after, limit, role)
    while (page.items.length === 0 && (await bell.next(span.signal)))
      page = feed.page(page.cursor, limit, role)
    return page
  } finally {
    span.close()
    bell.close()
  }
}

/** Of pages that the feed gives to several pollers: each is joined once. */
const bodies = new WeakMap<FeedPage, Buffer>()

function bodyOf(page: FeedPage): Buffer {
  const known = bodies.get(page)
  if (known !== undefined) return known
  const body = pageBody(page.items, page.cursor)
  bodies.set(page, body)
  return body
}

const tagOf = (role: string, { version, cursor }: FeedPage): string =>
  `"${hash('sha256', `${role} ${version} ${cursor}`, 'base64url').slice(0, 22)}"`

/** If-None-Match: a list of tags, weak or not, or `*`. */
const isKnown = (tag: string, header: string | undefined): boolean =>
  (header ?? '')
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag)

const acceptsStream = (accept: string | undefined): boolean =>
  (accept ?? '')
    .split(',')
    .some((range) => /^\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*$)|$)/i.test(range))
