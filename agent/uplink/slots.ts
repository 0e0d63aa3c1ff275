import { AgentError } from '../kernel/errors.ts'

/** Places for questions: so many at a time, so many waiting, first come first served. */
export interface Slots {
  /**
   * Resolves with what gives the place back. Rejects with `QUEUE_FULL`, or with the signal's reason:
   * who no longer wants it leaves the queue.
   */
  take(signal: AbortSignal): Promise<() => void>
}

export function openSlots(places: number, queueLimit: number): Slots {
  const queue = new Set<() => void>()
  let taken = 0
  const release = () => {
    const [next] = queue
    if (next === undefined) {
      taken -= 1
      return
    }
    queue.delete(next)
    next()
  }
  return {
    async take(signal) {
      signal.throwIfAborted()
      if (taken < places) {
        taken += 1
        return release
      }
      if (queue.size >= queueLimit)
        throw new AgentError('QUEUE_FULL', `${taken + queue.size} questions are under way`)
      const { promise, resolve, reject } = Promise.withResolvers<() => void>()
      const enter = () => resolve(release)
      const leave = () => {
        if (queue.delete(enter)) reject(signal.reason)
      }
      queue.add(enter)
      signal.addEventListener('abort', leave, { once: true })
      return promise.finally(() => signal.removeEventListener('abort', leave))
    },
  }
}
