import { AgentError } from '../../agent/kernel/errors.ts'
import type { Port } from '../io/io.ts'
import { type Frame, FrameReader, TO_HOST } from './frame.ts'

/** A frame whose next byte takes longer has no next byte: at 115200 baud one takes 0.09 ms. */
const GAP_MS = 100

/** Looks at what came in one piece; not undefined ends the wait. `within` sets its end anew. */
export type Take<T> = (frames: readonly Frame[], within: (ms: number) => void) => T | undefined

/** What comes in at a port, as frames. */
export interface Inbox {
  /** Undefined when time is up or `stop` says so. Throws what ended the port. One at a time. */
  receive<T>(limitMs: number, take: Take<T>, stop?: AbortSignal): Promise<T | undefined>
  /** Nothing is to be received any more, because of this error. */
  fail(error: unknown): void
  /** Rejects with READER_GONE when the port ends, or with what `fail` got. Never resolves. */
  readonly ended: Promise<never>
}

/** Follows a port until it ends. Frames for which nobody waits are dropped. */
export function openInbox(port: Port, name: string): Inbox {
  const { promise: ended, reject: fail } = Promise.withResolvers<never>()
  ended.catch(() => undefined)
  const reader = new FrameReader(TO_HOST)
  let listener: ((frames: readonly Frame[]) => void) | undefined
  let gap: NodeJS.Timeout | undefined

  const hear = (frames: readonly Frame[]) => {
    clearTimeout(gap)
    if (reader.unfinished) gap = setTimeout(() => hear(reader.lapse()), GAP_MS)
    if (frames.length > 0) listener?.(frames)
  }
  const follow = async () => {
    try {
      for await (const chunk of port.incoming()) hear(reader.push(chunk))
      throw new AgentError('READER_GONE', `${name} was closed`)
    } finally {
      clearTimeout(gap)
    }
  }
  follow().catch(fail)

  return {
    ended,
    fail,
    receive: async (limitMs, take, stop) => {
      const { promise, resolve } = Promise.withResolvers<{
        readonly taken: ReturnType<typeof take>
      }>()
      const late = () => resolve({ taken: undefined })
      let timer = setTimeout(late, limitMs)
      const within = (ms: number) => {
        clearTimeout(timer)
        timer = setTimeout(late, ms)
      }
      listener = (frames) => {
        const taken = take(frames, within)
        if (taken !== undefined) resolve({ taken })
      }
      stop?.addEventListener('abort', late, { once: true })
      if (stop?.aborted === true) late()
      try {
        return (await Promise.race([promise, ended])).taken
      } finally {
        clearTimeout(timer)
        stop?.removeEventListener('abort', late)
        listener = undefined
      }
    },
  }
}
