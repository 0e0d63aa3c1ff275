import type { ServerResponse } from 'node:http'
import type { Caller } from './auth.ts'
import type { Context } from './context.ts'
import type { Feed } from './ports.ts'

/** A stretch of waiting. Its signal aborts at the end of it; `close` releases what it holds. */
export interface Span {
  readonly signal: AbortSignal
  close(): void
}

/** Without a reason Node makes an error with a stack for each: of many that wait, most of the cost. */
const OVER = 'over'

/** Ends after `ms`, when the client is gone or its token revoked, or when the API closes. */
export function startSpan(
  ms: number,
  response: ServerResponse,
  { clock, closing }: Pick<Context, 'clock' | 'closing'>,
  caller: Pick<Caller, 'holds' | 'onRevoked'>,
): Span {
  const over = new AbortController()
  const end = () => over.abort(OVER)
  response.once('close', end)
  const forget = caller.onRevoked(end)
  closing.addEventListener('abort', end, { once: true })
  // What happened before anybody listened.
  if (closing.aborted || response.destroyed || !caller.holds()) end()
  clock.sleep(ms, over.signal).then(end, end)
  return {
    signal: over.signal,
    close: () => {
      response.off('close', end)
      forget()
      closing.removeEventListener('abort', end)
      end()
    },
  }
}

/** Tells of commits. One that falls between a look at the feed and the wait is kept, not lost. */
export class Bell {
  #hasRung = false
  #wake: () => void = () => undefined
  readonly #unsubscribe: () => void

  constructor(feed: Pick<Feed, 'subscribe'>) {
    this.#unsubscribe = feed.subscribe(() => {
      this.#hasRung = true
      this.#wake()
    })
  }

  /** True at the next commit since the last call; false when `signal` aborts first. */
  async next(signal: AbortSignal): Promise<boolean> {
    if (!this.#hasRung && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wake = () => resolve()
      this.#wake = wake
      signal.addEventListener('abort', wake, { once: true })
      await promise
      signal.removeEventListener('abort', wake)
    }
    const rang = this.#hasRung
    this.#hasRung = false
    return rang && !signal.aborted
  }

  close(): void {
    this.#unsubscribe()
  }
}
