import type { FolderRole } from '../kernel/terminal.ts'
import { callFault } from './fault.ts'
import { type Call, type CallResult, stages, type ToThread } from './wire.ts'

/** Longest that a caller waits, with somebody at the counter behind it. */
const CALL_MS = 5_000

interface Waiter {
  readonly role: FolderRole
  readonly resolve: (isThere: boolean) => void
  readonly reject: (fault: unknown) => void
  readonly timer: NodeJS.Timeout
}

/** Calls into the thread, each bounded in time. */
export class Calls {
  readonly #send: (message: ToThread) => void
  readonly #waiting = new Map<number, Waiter>()
  #lastId = 0
  #isClosed = false

  constructor(send: (message: ToThread) => void) {
    this.#send = send
  }

  /** Rejects with `TERMINAL_UNREACHABLE` or `TERMINAL_REFUSED`; nothing is done after that. */
  run(role: FolderRole, call: Call): Promise<boolean> {
    if (this.#isClosed) return Promise.reject(callFault(role, 'ESHUTDOWN'))
    this.#lastId += 1
    const id = this.#lastId
    const stage = new Int32Array(new SharedArrayBuffer(4))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(id, stage), CALL_MS)
      this.#waiting.set(id, { role, resolve, reject, timer })
      this.#send({ is: 'call', role, id, call, stage: stage.buffer })
    })
  }

  hear(id: number, { found, errno }: CallResult): void {
    const waiter = this.#end(id)
    if (errno === null) waiter?.resolve(found)
    else waiter?.reject(callFault(waiter.role, errno))
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#isClosed = true
    for (const id of [...this.#waiting.keys()]) {
      const waiter = this.#end(id)
      waiter?.reject(callFault(waiter.role, 'ESHUTDOWN'))
    }
  }

  #giveUp(id: number, stage: Int32Array): void {
    // Where it is finished, the message that says so is on its way.
    if (Atomics.compareExchange(stage, 0, stages.open, stages.givenUp) === stages.finished) return
    const waiter = this.#end(id)
    waiter?.reject(callFault(waiter.role, 'ETIMEDOUT'))
  }

  #end(id: number): Waiter | undefined {
    const waiter = this.#waiting.get(id)
    this.#waiting.delete(id)
    clearTimeout(waiter?.timer)
    return waiter
  }
}
