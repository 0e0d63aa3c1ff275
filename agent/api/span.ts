import type { ServerResponse } from 'node:http'
import type { Caller } from './auth.ts'
import type { Context } from './context.ts'

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

/** What can be listened to: commits, and whatever else changes. */
export interface Source {
  subscribe(wake: () => void): () => void
}

/** Tells of news. What falls between a look at a source and the wait is kept, not lost. */
export class Bell {
  #hasRung = false
  #wake: () => void = () => undefined
  readonly #unsubscribe: readonly (() => void)[]

  constructor(...sources: readonly Source[]) {
    const ring = () => {
      this.#hasRung = true
      this.#wake()
    }
    this.#unsubscribe = sources.map((source) => source.subscribe(ring))
  }

  /** True at the next news since the last call; false when `signal` aborts first. */
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
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }
}
