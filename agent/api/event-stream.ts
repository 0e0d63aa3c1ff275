import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { bufferOf, headOf } from './answers.ts'
import type { Caller } from './auth.ts'
import type { Context } from './context.ts'
import type { Feed, FeedPage } from './ports.ts'
import { Bell, type Span, startSpan } from './span.ts'
import { audited, BATCH, beginStream, interrupted, send } from './stream.ts'

/**
 * Sends the items after a cursor, then each as it is committed, until the reader goes, is no longer
 * admitted, or does not keep up; it resumes with the last id it got. A cursor that cannot be
 * followed is refused before the stream begins.
 */
export async function streamEvents(
  after: string | null,
  caller: Caller,
  reply: FastifyReply,
  feed: Feed,
  context: Context,
): Promise<FastifyReply> {
  const bell = new Bell(feed)
  try {
    const first = feed.page(after, BATCH, caller.consumer.role)
    await audited(first, after, caller, context)
    beginStream(reply)
    await follow(first, caller, reply.raw, feed, bell, context)
  } catch (error) {
    if (!reply.raw.headersSent) throw error
    interrupted(error, reply.raw, context)
  } finally {
    bell.close()
  }
  return reply
}

async function follow(
  first: FeedPage,
  caller: Caller,
  response: ServerResponse,
  feed: Feed,
  bell: Bell,
  context: Context,
): Promise<void> {
  let page = first
  // Until the next heartbeat, over any number of commits: one a commit would be most of its cost.
  let idle: Span | undefined
  try {
    for (;;) {
      if (page.items.length > 0) await send(framesOf(page), caller, response, context)
      else {
        idle ??= startSpan(context.limits.heartbeatMs, response, context, caller)
        if (!(await bell.next(idle.signal))) {
          idle.close()
          idle = undefined
          await send(':\n\n', caller, response, context)
        }
      }
      if (response.destroyed) return
      if (context.closing.aborted || !caller.holds()) break
      const { cursor } = page
      page = feed.page(cursor, BATCH, caller.consumer.role)
      await audited(page, cursor, caller, context)
    }
  } finally {
    idle?.close()
  }
  response.end()
}

const frameOf = (item: Uint8Array): string =>
  `id: ${headOf(item).cursor}\ndata: ${bufferOf(item).toString()}\n\n`

/** Of pages that the feed gives to many readers at once: each is made once. */
const frames = new WeakMap<FeedPage, Buffer>()

function framesOf(page: FeedPage): Buffer {
  const known = frames.get(page) ?? Buffer.from(page.items.map(frameOf).join(''))
  frames.set(page, known)
  return known
}
