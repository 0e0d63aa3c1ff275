import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Consumer } from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Caller } from './auth.ts'
import type { Context } from './context.ts'
import type { FeedPage } from './ports.ts'
import { commonHeaders } from './problem.ts'
import { startSpan } from './span.ts'

/** What every event stream does: `event-stream.ts`, `desk-live.ts`. */

/** Items that are taken out of the feed at a time. */
export const BATCH = 100
const headers = { ...commonHeaders, 'content-type': 'text/event-stream; charset=utf-8' }

/** Who is still let in. */
export type Admitted = Pick<Caller, 'holds' | 'onRevoked'>

/** From here on nothing that goes wrong can be a problem any more. */
export function beginStream(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, headers)
  reply.raw.write('retry: 2000\n\n')
}

/** Before any item of the page leaves. Throws `AUDIT_UNAVAILABLE`. */
export async function audited(
  page: FeedPage,
  after: string | null,
  { consumer }: { readonly consumer: Consumer },
  { audit }: Pick<Context, 'audit'>,
): Promise<void> {
  if (page.items.length === 0) return
  await audit.read(consumer, 'events', `${after ?? ''}..${page.cursor}`)
}

/**
 * Writes, and waits while the reader’s buffer is full, so that a backlog of any length costs one
 * batch of memory. A reader that stays behind for `stallMs` is cut off.
 */
export async function send(
  text: string | Buffer,
  caller: Admitted,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  if (response.destroyed || !caller.holds() || response.write(text)) return
  const span = startSpan(context.limits.stallMs, response, context, caller)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const drained = () => resolve(true)
  response.once('drain', drained)
  span.signal.addEventListener('abort', () => resolve(false), { once: true })
  const inTime = await promise
  response.off('drain', drained)
  span.close()
  if (inTime || response.destroyed) return
  if (!context.closing.aborted) context.log.warn({}, 'event-stream-cut')
  response.destroy()
}

/** The stream has begun, so there is no problem to send: it ends, and the reader asks again. */
export function interrupted(
  error: unknown,
  response: ServerResponse,
  { log, onBug }: Context,
): void {
  response.destroy()
  if (error instanceof AgentError) log.warn({ code: error.code }, 'event-stream-ended')
  else onBug(error)
}
