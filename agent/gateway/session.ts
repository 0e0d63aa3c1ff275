import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Uplink } from '../uplink/uplink.ts'
import { type Account, loginRequest, type Protocol, tokenOf } from './assumptions.ts'
import { bodyOf } from './response.ts'

/** The account's session with the gateway: one login at a time, shared by all questions. */
export interface Session {
  /**
   * The token to send; null where the gateway asks for no login. Rejects with `LOGIN_REFUSED`, or
   * with `signal.reason`: who no longer wants it does not wait, the login goes on for the others.
   */
  token(signal: AbortSignal): Promise<string | null>
  /** The gateway no longer takes this token. */
  ended(token: string | null): void
}

/**
 * A refused login is not repeated by itself: the account would be locked. A question that comes
 * after this time tries once more, for then a person may have cured it.
 */
const REFUSED_FOR_MS = 5 * 60_000

export function openSession(
  uplink: Pick<Uplink, 'ask'>,
  protocol: Protocol,
  account: Account | null,
  clock: Pick<Clock, 'now'>,
): Session {
  if (account === null) return { token: async () => null, ended: () => {} }
  let current: Promise<string> | undefined
  let refusedAt = Number.NEGATIVE_INFINITY

  const login = async () => {
    if (clock.now() - refusedAt < REFUSED_FOR_MS) throw refused('held after a refusal')
    const { answer } = await uplink.ask(loginRequest(protocol, account), {
      safe: false,
      signal: new AbortController().signal,
      accept: (response) => {
        const isRefused = response.status === 401 || response.status === 403
        const body = isRefused ? 'session-ended' : bodyOf(response)
        return body === 'session-ended' ? undefined : tokenOf(protocol, body)
      },
    })
    if (answer !== undefined) return answer
    refusedAt = clock.now()
    throw refused('user and password were refused')
  }

  return {
    token(signal) {
      if (current === undefined) {
        const started = login()
        current = started
        started.catch(() => {
          if (current === started) current = undefined
        })
      }
      return unlessAborted(current, signal)
    },
    ended(token) {
      const was = current
      void was?.then(
        (now) => {
          if (now === token && current === was) current = undefined
        },
        () => undefined,
      )
    },
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.then(resolve, reject)
  return promise.finally(() => signal.removeEventListener('abort', abort))
}

const refused = (why: string) => new AgentError('LOGIN_REFUSED', `login: ${why}`)
