import type { FolderScanner } from '../folders/folder.ts'
import { asFault } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'

/** Takes requests back that must not reach the terminal any more, as soon as that is possible. */
export interface Withdrawals extends Part {
  /** Tries until it worked, or until this part is closed. */
  withdraw(name: string): void
  /** The request is wanted again. Resolves when nothing touches it any more. */
  cancel(name: string): Promise<void>
}

const RETRY_MS = 1_000

export function openWithdrawals(
  req: Pick<FolderScanner, 'remove'>,
  clock: Clock,
  log: Log,
): Withdrawals {
  const underWay = new Map<
    string,
    { readonly stop: AbortController; readonly work: Promise<void> }
  >()

  const run = async (name: string, signal: AbortSignal) => {
    for (let isTold = false; !signal.aborted; isTold = true) {
      try {
        const wasThere = await req.remove(name)
        log.info({ file: name, wasThere }, 'request-withdrawn')
        return
      } catch (error) {
        const { code } = asFault(error)
        if (!isTold) log.warn({ file: name, code }, 'request-not-withdrawn')
      }
      await clock.sleep(RETRY_MS, signal)
    }
  }

  return {
    withdraw(name) {
      if (underWay.has(name)) return
      const stop = new AbortController()
      const work = run(name, stop.signal).finally(() => underWay.delete(name))
      underWay.set(name, { stop, work })
    },
    async cancel(name) {
      const one = underWay.get(name)
      one?.stop.abort()
      await one?.work
    },
    close() {
      for (const { stop } of underWay.values()) stop.abort()
    },
  }
}
