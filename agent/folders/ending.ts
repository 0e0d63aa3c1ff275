import type { Worker } from 'node:worker_threads'
import type { Clock } from '../kernel/ports.ts'

/** The end of a thread that touches a share, and hangs for as long as the share does. */
export interface Ending {
  /** Ends within a second, also where the thread hangs. */
  close(): Promise<void>
  /** After `close`: the thread hangs in a system call, and the process cannot end in order. */
  isStuck(): boolean
}

const CLOSE_MS = 900

/** `begin`, called once, asks the thread to end; what it returns is waited for as well. */
export function endingOf(
  worker: Worker,
  clock: Pick<Clock, 'sleep'>,
  begin: () => readonly Promise<unknown>[],
): Ending {
  let hasEnded = false
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      hasEnded = true
      resolve()
    }),
  )
  const close = async () => {
    const others = begin()
    const late = new AbortController()
    await Promise.race([Promise.all([ended, ...others]), clock.sleep(CLOSE_MS, late.signal)])
    late.abort()
    // A thread that hangs in a system call ends when that returns: nobody waits for it.
    worker.unref()
    void worker.terminate()
  }
  let closed: Promise<void> | null = null
  return {
    isStuck: () => closed !== null && !hasEnded,
    close() {
      closed ??= close()
      return closed
    },
  }
}
