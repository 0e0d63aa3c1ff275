import type { AgentError } from '../kernel/errors.ts'
import { errnoOf } from './fault.ts'
import { type Result, stages } from './wire.ts'

/** Longest that a caller waits, with somebody at the counter behind it. */
const CALL_MS = 5_000

/** A request on its way into the thread. */
export interface Sent<Request> {
  readonly id: number
  readonly request: Request
  /** See `stages`. */
  readonly stage: SharedArrayBuffer
}

interface Waiter<Request, Found> {
  readonly request: Request
  readonly resolve: (found: Found) => void
  readonly reject: (fault: unknown) => void
  /** Nobody will end it any more. */
  readonly release: () => void
}

/** Calls into a thread that may hang, each bounded in time. */
export class Calls<Request, Found> {
  readonly #send: (sent: Sent<Request>) => void
  readonly #faultOf: (request: Request, errno: string) => AgentError
  readonly #waiting = new Map<number, Waiter<Request, Found>>()
  #lastId = 0
  #isClosed = false

  /** `faultOf` makes the fault of a system call that failed, or of one that was given up. */
  constructor(
    send: (sent: Sent<Request>) => void,
    faultOf: (request: Request, errno: string) => AgentError,
  ) {
    this.#send = send
    this.#faultOf = faultOf
  }

  /**
   * Rejects with what `faultOf` makes, or the reason of `signal`; what has not begun by then is not
   * done any more.
   */
  run(request: Request, signal?: AbortSignal): Promise<Found> {
    if (this.#isClosed) return Promise.reject(this.#faultOf(request, 'ESHUTDOWN'))
    this.#lastId += 1
    const id = this.#lastId
    const stage = new Int32Array(new SharedArrayBuffer(4))
    return new Promise((resolve, reject) => {
      const giveUp = (reason: () => unknown) => {
        // Where it is finished, the message that says so is on its way.
        if (Atomics.compareExchange(stage, 0, stages.open, stages.givenUp) === stages.finished)
          return
        this.#end(id)?.reject(reason())
      }
      const stop = () => giveUp(() => signal?.reason)
      const timer = setTimeout(() => giveUp(() => this.#faultOf(request, 'ETIMEDOUT')), CALL_MS)
      const release = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
      }
      this.#waiting.set(id, { request, resolve, reject, release })
      this.#send({ id, request, stage: stage.buffer })
      if (signal?.aborted) stop()
      else signal?.addEventListener('abort', stop, { once: true })
    })
  }

  hear(id: number, { found, errno }: Result<Found>): void {
    const waiter = this.#end(id)
    if (waiter === undefined) return
    if (errno === null) waiter.resolve(found)
    else waiter.reject(this.#faultOf(waiter.request, errno))
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#isClosed = true
    for (const id of [...this.#waiting.keys()]) {
      const waiter = this.#end(id)
      waiter?.reject(this.#faultOf(waiter.request, 'ESHUTDOWN'))
    }
  }

  #end(id: number): Waiter<Request, Found> | undefined {
    const waiter = this.#waiting.get(id)
    this.#waiting.delete(id)
    waiter?.release()
    return waiter
  }
}

/** In the thread: does what was called for. Null where nobody waits for it any more. */
export function answerCall<Found>(
  stage: SharedArrayBuffer,
  perform: (stage: Int32Array) => Found,
): Result<Found> | null {
  const state = new Int32Array(stage)
  if (Atomics.load(state, 0) === stages.givenUp) return null
  try {
    const found = perform(state)
    Atomics.compareExchange(state, 0, stages.open, stages.finished)
    return { found, errno: null }
  } catch (error) {
    return { found: null, errno: errnoOf(error) }
  }
}
