import { AgentError } from '../kernel/errors.ts'
import type { Identity } from './identity.ts'
import { type LineSettings, openLine, type Request, type Response } from './line.ts'

export interface AskOptions<Answer> {
  /** The request changes nothing at the other end and may go out a second time. */
  readonly safe: boolean
  /** Decides what is an answer; throws the typed fault of what is none. */
  readonly accept: (response: Response) => Answer
  readonly signal: AbortSignal
}

export interface Answered<Answer> {
  readonly answer: Answer
  /** Name of the line that answered. */
  readonly line: string
}

/** The ways to the gateway. Knows nothing of insurance. */
export interface Uplink {
  /** Rejects with what the line or `accept` found, or `QUEUE_FULL`. */
  ask<Answer>(request: Request, options: AskOptions<Answer>): Promise<Answered<Answer>>
  close(): void
}

export interface UplinkSettings {
  readonly line: LineSettings
  /** Requests that may wait for a connection. */
  readonly queueLimit: number
}

export function openUplink(
  { line: settings, queueLimit }: UplinkSettings,
  identity: Identity,
): Uplink {
  const line = openLine(settings, identity)
  let underWay = 0
  let hasAnswered = false

  const attempt = async <Answer>(request: Request, { accept, signal }: AskOptions<Answer>) => {
    const response = await line.request(request, signal)
    hasAnswered = true
    return { answer: accept(response), line: line.name }
  }

  /**
   * A kept connection that the other end closed meanwhile says nothing about the line. The second
   * attempt takes none of those that were kept beside it.
   */
  const attemptTwice = async <Answer>(request: Request, options: AskOptions<Answer>) => {
    try {
      return await attempt(request, options)
    } catch (error) {
      if (!isBroken(error)) throw error
      line.dropIdle()
      if (!options.safe) throw error
      return attempt(request, options)
    }
  }

  return {
    async ask(request, options) {
      if (underWay >= settings.sessions + queueLimit)
        throw new AgentError('QUEUE_FULL', `${underWay} questions are under way`)
      underWay += 1
      try {
        return await attemptTwice(request, options)
      } catch (error) {
        throw explain(error, identity, hasAnswered)
      } finally {
        underWay -= 1
      }
    },
    close: () => line.close(),
  }
}

const isBroken = (error: unknown) => error instanceof AgentError && error.code === 'LINE_BROKEN'

/**
 * Some servers close the connection without an alert when they refuse a client certificate. Where
 * nobody ever answered this certificate, or it has expired, that is the likelier cause.
 */
function explain(error: unknown, identity: Identity, hasAnswered: boolean): unknown {
  if (!(error instanceof AgentError)) return error
  const isRefusal = error.code === 'CLIENT_CERTIFICATE_REFUSED'
  const isSilentRefusal = isBroken(error) && error.facts['phase'] === 'asking' && !hasAnswered
  if (!isRefusal && !isSilentRefusal) return error
  const code =
    identity.notAfter < Date.now() ? 'CLIENT_CERTIFICATE_EXPIRED' : 'CLIENT_CERTIFICATE_REFUSED'
  return new AgentError(code, error.message, { cause: error, facts: error.facts })
}
