import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { SessionState } from '../kernel/staff.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { bufferOf, headOf } from './answers.ts'
import { deskSessionOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { DeskSession } from './desk-ports.ts'
import type { DeskWatch } from './desk-state.ts'
import type { Feed, FeedPage } from './ports.ts'
import { Bell, type Span, startSpan } from './span.ts'
import { type Admitted, audited, BATCH, beginStream, interrupted, send } from './stream.ts'

/** The page takes a connection for dead that is silent for twice this. */
const STATE_EVERY_MS = 10_000

const Query = Type.Object(
  {
    after: Type.Optional(
      Type.String({ maxLength: 512, description: 'Cursor of the feed; from now on when absent.' }),
    ),
  },
  { additionalProperties: false },
)

/** What the page sees live: how everything is, and, while nobody has locked it, the feed. */
export function deskLiveRoute(app: App, feed: Feed, watch: DeskWatch, context: Context): void {
  app.get(
    '/desk/live',
    { schema: { querystring: Query }, config: { access: 'desk', whileLocked: true } },
    async (request, reply) => {
      const from = String(request.headers['last-event-id'] || request.query.after || '')
      return streamDesk(deskSessionOf(request), from || feed.end(), reply, feed, watch, context)
    },
  )
}

/**
 * Until the page goes, its session ends or it does not keep up. A cursor that cannot be followed is
 * refused before the stream begins.
 */
async function streamDesk(
  session: DeskSession,
  after: string,
  reply: FastifyReply,
  feed: Feed,
  watch: DeskWatch,
  context: Context,
): Promise<FastifyReply> {
  const bell = new Bell(feed, watch, { subscribe: session.onChange })
  try {
    feed.page(after, 1, session.consumer.role)
    beginStream(reply)
    await live(openPage(session, after, reply.raw, feed, watch, context), bell, context)
  } catch (error) {
    if (!reply.raw.headersSent) throw error
    interrupted(error, reply.raw, context)
  } finally {
    bell.close()
  }
  return reply
}

async function live(page: Page, bell: Bell, context: Context): Promise<void> {
  const { response, admitted } = page
  let idle: Span | undefined
  let isDue = true
  try {
    for (;;) {
      await page.tell(isDue)
      isDue = false
      if (response.destroyed) return
      if (context.closing.aborted || !admitted.holds()) break
      if (await page.feed()) continue
      idle ??= startSpan(STATE_EVERY_MS, response, context, admitted)
      isDue = !(await bell.next(idle.signal))
      if (!isDue) continue
      idle.close()
      idle = undefined
    }
  } finally {
    idle?.close()
  }
  response.end(admitted.holds() ? undefined : sessionFrame('ended'))
}

/** One open page, and what it has been told. */
interface Page {
  readonly response: ServerResponse
  /** For as long as somebody is signed in, the lock included. */
  readonly admitted: Admitted
  /** What has changed of session and state; the state also where it has not, when it is due. */
  tell(isDue: boolean): Promise<void>
  /** The next items, unless it is locked; whether there were any. */
  feed(): Promise<boolean>
}

function openPage(
  session: DeskSession,
  after: string,
  response: ServerResponse,
  feed: Feed,
  watch: DeskWatch,
  context: Context,
): Page {
  const { role } = session.consumer
  const admitted = admittedBy(session)
  const write = (text: string | Buffer) => send(text, admitted, response, context)
  let cursor = after
  let known = session.state()
  let told = ''
  return {
    response,
    admitted,
    async tell(isDue) {
      const is = session.state()
      if (is !== known) await write(sessionFrame(is))
      known = is
      const state = watch.look()
      if (state !== told || isDue) await write(stateFrame(state, context.clock.now()))
      told = state
    },
    async feed() {
      if (session.state() !== 'active') return false
      const page = feed.page(cursor, BATCH, role)
      await audited(page, cursor, session, context)
      // Whoever locked it meanwhile wants nothing to be shown: it comes when it is unlocked.
      if (session.state() !== 'active') return false
      cursor = page.cursor
      if (page.items.length === 0) return false
      await write(framesOf(page))
      return true
    },
  }
}

function admittedBy(session: DeskSession): Admitted {
  const holds = () => session.state() !== 'ended'
  return {
    holds,
    onRevoked: (hear) =>
      session.onChange(() => {
        if (!holds()) hear()
      }),
  }
}

/** Of pages that the feed gives to many at once: each is made once. */
const frames = new WeakMap<FeedPage, Buffer>()

function framesOf(page: FeedPage): Buffer {
  const known = frames.get(page) ?? Buffer.from(page.items.map(frameOf).join(''))
  frames.set(page, known)
  return known
}

const frameOf = (item: Uint8Array): string =>
  `event: item\nid: ${headOf(item).cursor}\ndata: ${bufferOf(item).toString()}\n\n`

/** `state`: JSON without `at`. */
const stateFrame = (state: string, at: number): string =>
  `event: state\ndata: {"at":"${toRfc3339(at)}",${state.slice(1)}\n\n`

const sessionFrame = (state: SessionState): string =>
  `event: session\ndata: {"state":"${state}"}\n\n`
