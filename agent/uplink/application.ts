import { AgentError } from '../kernel/errors.ts'
import type { Request, Response } from './exchange.ts'
import { isOfApplication } from './fault-kind.ts'
import type { Line } from './line.ts'
import { policy } from './policy.ts'

/** How the application is asked for a sign of life, about no person. */
export interface ApplicationProbe {
  readonly request: Request
  /** Throws the fault of what is no sign of life: a page, a fault of the gateway. */
  readonly accept: (response: Response) => void
}

/** The gateway's application as seen over one line; it is asked seldom, for it is not ours. */
export interface Application {
  /** Whether it can be asked at all. */
  readonly isKnown: boolean
  /** It answered a question, or a question found this fault of it. */
  heard(fault: AgentError | null): void
  /** Asks it where its time has come. Rejects with the fault that it came to. */
  askIfDue(signal: AbortSignal): Promise<void>
  /**
   * For a test of the path: asks it where its time has come, or where a person wants to know now,
   * else gives what it last said. Null: nothing is known of it now.
   */
  forTest(isByHand: boolean): ((signal: AbortSignal) => Promise<void>) | null
}

export interface ApplicationParts {
  readonly probe: ApplicationProbe | null
  readonly everyMs: () => number
  readonly send: (request: Request, signal: AbortSignal) => Promise<Response>
  /** What a fault is once it is known whether this certificate was ever answered. */
  readonly explain: (fault: AgentError) => AgentError
  readonly onAnswer: () => void
  /** Ms on a clock that never goes back. */
  readonly now: () => number
}

/** How far a request had come that reached the other end. */
const WAS_SENT: ReadonlySet<string> = new Set(['asking', 'answering'])

export function openApplication(parts: ApplicationParts): Application {
  const { probe, now } = parts
  let heardAt = Number.NEGATIVE_INFINITY
  let last: AgentError | null = null
  const isDue = (everyMs: number) => now() - heardAt >= everyMs
  // A page is not the gateway's application: whether it is gone may be asked more often.
  const usualMs = () =>
    last?.code === 'LOGIN_PAGE' ? Math.min(parts.everyMs(), policy.pageAgainMs) : parts.everyMs()

  const ask = async (known: ApplicationProbe, signal: AbortSignal) => {
    const before = heardAt
    heardAt = now()
    try {
      known.accept(await parts.send(known.request, signal))
      last = null
    } catch (error) {
      if (!(error instanceof AgentError)) throw error
      const fault = parts.explain(error)
      if (isOfApplication(fault.code)) last = fault
      // The line kept it from the application, which was not touched.
      else if (!WAS_SENT.has(String(fault.facts['phase']))) heardAt = before
      throw fault
    }
    parts.onAnswer()
  }
  return {
    isKnown: probe !== null,
    heard(fault) {
      heardAt = now()
      last = fault
    },
    async askIfDue(signal) {
      if (probe !== null && isDue(usualMs())) await ask(probe, signal)
    },
    forTest(isByHand) {
      const everyMs = isByHand ? Math.min(usualMs(), policy.byHandMs) : usualMs()
      if (probe !== null && isDue(everyMs)) return (signal) => ask(probe, signal)
      if (last === null) return null
      return async () => {
        if (last !== null) throw last
      }
    },
  }
}

/**
 * A sign of life is asked for over the line, not over one connection: what a kept one that the other
 * end has forgotten swallows is asked again on a new one, where time is left.
 */
export const sendOver =
  (line: {
    readonly request: Line['request']
    readonly connections: Pick<Line['connections'], 'dropIdle'>
  }): ApplicationParts['send'] =>
  async (request, signal) => {
    let wasKept = false
    try {
      return await line.request(request, signal, {
        onSent(_socket, isWarm) {
          wasKept = isWarm
        },
      })
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'GATEWAY_TIMEOUT') throw error
      line.connections.dropIdle()
      if (!wasKept || signal.aborted) throw error
    }
    return await line.request(request, signal, { onSent() {} })
  }
