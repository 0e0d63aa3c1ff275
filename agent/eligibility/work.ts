import { type Accepted, type EligibilityParts, settle } from './settle.ts'

/** The questions that are being asked now. */
export interface Work {
  begin(accepted: Accepted): void
  /** Resolves when the question has ended, at once when it is not under way, or on abort. */
  ended(id: string, signal: AbortSignal): Promise<void>
  isClosing(): boolean
  /** Lets answers that are on their way arrive; the rest is asked again at the next start. */
  close(): Promise<void>
}

/** How long a stop waits for answers that are on their way. */
const DRAIN_MS = 3_000

export function openWork(parts: EligibilityParts): Work {
  const underWay = new Map<string, Promise<void>>()
  const closing = new AbortController()

  return {
    begin(accepted) {
      const work = settle(parts, accepted, closing.signal)
        .catch((error) => {
          if (error !== closing.signal.reason) parts.onBug(error)
        })
        .finally(() => underWay.delete(accepted.id))
      underWay.set(accepted.id, work)
    },
    ended: (id, signal) => firstOf(underWay.get(id), signal),
    isClosing: () => closing.signal.aborted,
    async close() {
      const drained = new AbortController()
      const all = Promise.all(underWay.values()).then(() => drained.abort())
      await parts.clock.sleep(DRAIN_MS, drained.signal)
      closing.abort()
      await all
    },
  }
}

/** Resolves when `work` has ended, at once where there is none, or on abort. */
export async function firstOf(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  if (work === undefined || signal.aborted) return
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  const abort = () => resolve()
  signal.addEventListener('abort', abort, { once: true })
  await Promise.race([work, aborted])
  signal.removeEventListener('abort', abort)
}
