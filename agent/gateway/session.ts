import { AgentError, asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Response } from '../uplink/exchange.ts'
import type { Uplink } from '../uplink/uplink.ts'
import { type Account, loginRequest, type Protocol, tokenOf } from './assumptions.ts'
import { bodyOf } from './response.ts'

/** The account's session with the gateway: one login at a time, shared by all questions. */
export interface Session {
  /**
   * The token to send; null where the gateway asks for no login. Rejects with `LOGIN_REFUSED` or
   * what else the login came to, or with `signal.reason`: who no longer wants it does not wait, the
   * login goes on for the others.
   */
  token(signal: AbortSignal): Promise<string | null>
  /** The gateway no longer takes this token. */
  ended(token: string | null): void
}

/**
 * A login that was answered without a token is not repeated by itself: the account would be locked.
 * A question that comes after this time tries once more, for then a person may have cured it.
 */
const HELD_FOR_MS = 5 * 60_000

/** Answers that may have counted as a failed login; a gateway that is busy or broken did not look. */
const COUNTED: ReadonlySet<FaultCode> = new Set([
  'LOGIN_REFUSED',
  'LOGIN_PAGE',
  'GATEWAY_REFUSED',
  'ANSWER_MALFORMED',
  'ANSWER_TOO_LARGE',
])

interface Failure {
  readonly fault: AgentError
  /** Epoch ms. */
  readonly at: number
}

/** A clock that was set back since then ends the hold: nobody knows how long it has lasted. */
const isHeld = ({ fault, at }: Failure, now: number) =>
  COUNTED.has(fault.code) && now >= at && now - at < HELD_FOR_MS

export function openSession(
  uplink: Pick<Uplink, 'ask'>,
  protocol: Protocol,
  account: Account | null,
  clock: Pick<Clock, 'now'>,
): Session {
  if (account === null) return { token: async () => null, ended: () => {} }
  let current: Promise<string> | undefined
  let failure: Failure | undefined

  const once = async () => {
    const { answer } = await uplink.ask(loginRequest(protocol, account), {
      safe: false,
      signal: new AbortController().signal,
      accept: (response) => tokenOf(protocol, loginBodyOf(response)),
    })
    return answer
  }
  const login = async () => {
    if (failure !== undefined && isHeld(failure, clock.now())) throw held(failure.fault)
    try {
      const answer = await once().catch((error) => {
        if (!isOfLine(asFault(error))) throw error
        return once()
      })
      failure = undefined
      return answer
    } catch (error) {
      failure = { fault: asFault(error), at: clock.now() }
      throw error
    }
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

/** The line died under it, which nobody refused: once more, over the line that is left. */
const isOfLine = ({ code }: AgentError) => code.startsWith('LINE_')

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.then(resolve, reject)
  return promise.finally(() => signal.removeEventListener('abort', abort))
}

function loginBodyOf(response: Response): Uint8Array {
  const body = response.status === 403 ? 'session-ended' : bodyOf(response)
  if (body !== 'session-ended') return body
  throw new AgentError('LOGIN_REFUSED', 'login: user and password were refused')
}

const held = (fault: AgentError) =>
  new AgentError(fault.code, `login: held after ${fault.message}`, { cause: fault })
