import { setImmediate as turn } from 'node:timers/promises'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { policy } from './policy.ts'

/** What a look at a line found. A fault: the probe could not even go out, or was turned away. */
export type Look =
  | { readonly is: 'alive' }
  | { readonly is: 'silent' }
  | { readonly is: 'fault'; readonly fault: AgentError }

/** Whether one line shows life: it carries something there and back, below the application. */
export interface Life {
  /** Who looks while another does joins in. An aborted look is `alive`: nothing was found wrong. */
  look(signal: AbortSignal): Promise<Look>
  /** Smoothed round trip; null before the first. */
  rttMs(): number | null
  /** How long an acknowledgement of the other end may take. */
  acknowledgedWithinMs(): number
  /** Another network from now on: what was learnt is forgotten. */
  forget(): void
}

export interface LifeParts {
  /** Opens and closes a TCP connection; ms. Rejects with a fault of the line. */
  readonly probe: (signal: AbortSignal) => Promise<number>
  readonly clock: Pick<Clock, 'sleep'>
  /** Ms on a clock that never goes back. */
  readonly now: () => number
  /** Each probe's end; null: nothing came back. A late one is told too. */
  readonly onProbed: (rttMs: number | null) => void
  /** Once for each look, however many joined in it. */
  readonly onLooked: (look: Look) => void
}

export function openLife({ probe, clock, now, onProbed, onLooked }: LifeParts): Life {
  let estimate = unknown
  let current: Promise<Look> | undefined

  const send = async (): Promise<Look | 'lost'> => {
    const given = new AbortController()
    const done = new AbortController()
    const expiring = clock.sleep(policy.probeTimeoutMs, done.signal).then(() => given.abort())
    try {
      const rttMs = await probe(given.signal)
      // The kernel sent its SYN again: that is no round trip. [RFC 6298, section 3: Karn’s algorithm]
      if (rttMs < policy.synAgainMs) estimate = estimated(estimate, rttMs)
      onProbed(rttMs)
      return { is: 'alive' }
    } catch (error) {
      if (!given.signal.aborted && !(error instanceof AgentError)) throw error
      onProbed(null)
      return error instanceof AgentError ? { is: 'fault', fault: error } : 'lost'
    } finally {
      done.abort()
      await expiring
    }
  }

  const look = async (): Promise<Look> => {
    const done = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<Look>()
    const take = (found: Look | 'lost') => {
      if (found !== 'lost') resolve(found)
    }
    const silenceMs = silenceOf(estimate)
    send().then(take, reject)
    const secondly = async () => {
      await clock.sleep(resendOf(estimate), done.signal)
      if (!done.signal.aborted) take(await send())
    }
    const lastly = async () => {
      await fairSleep(silenceMs, done.signal)
      resolve({ is: 'silent' })
    }
    secondly().catch(reject)
    lastly().catch(reject)
    const found = await promise.finally(() => done.abort())
    onLooked(found)
    return found
  }

  /** When our own thread was late, replies may lie unread: they get the time that it was late by. */
  const fairSleep = async (ms: number, signal: AbortSignal) => {
    const due = now() + ms
    await clock.sleep(ms, signal)
    // Timers come before what the network brought: let that be read first.
    await turn()
    const lateMs = now() - due
    if (lateMs > policy.ownDelayMs) await clock.sleep(Math.min(lateMs, silenceOf(estimate)), signal)
  }

  return {
    async look(signal) {
      current ??= look().finally(() => {
        current = undefined
      })
      return orAlive(current, signal)
    },
    rttMs: () => estimate?.rttMs ?? null,
    acknowledgedWithinMs: () => silenceOf(estimate) + policy.acknowledgedWithinMs,
    forget: () => {
      estimate = unknown
    },
  }
}

function orAlive(look: Promise<Look>, signal: AbortSignal): Promise<Look> {
  const { promise, resolve, reject } = Promise.withResolvers<Look>()
  const abort = () => resolve({ is: 'alive' })
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  look.then(resolve, reject)
  return promise.finally(() => signal.removeEventListener('abort', abort))
}

/** Round trip and its mean deviation, as TCP estimates them. [RFC 6298, section 2] */
interface Estimate {
  readonly rttMs: number
  readonly deviationMs: number
  readonly samples: number
}
const unknown: Estimate | undefined = undefined

function estimated(last: Estimate | undefined, rttMs: number): Estimate {
  // The first samples of a busy start are our own delay more than the line’s.
  const isOurs = last !== undefined && last.samples < policy.firstSamples && rttMs < last.rttMs / 2
  if (last === undefined || isOurs)
    return { rttMs, deviationMs: rttMs / 2, samples: (last?.samples ?? 0) + 1 }
  return {
    samples: last.samples + 1,
    deviationMs: 0.75 * last.deviationMs + 0.25 * Math.abs(last.rttMs - rttMs),
    rttMs: 0.875 * last.rttMs + 0.125 * rttMs,
  }
}

const silenceOf = (estimate: Estimate | undefined): number =>
  estimate === undefined
    ? policy.silenceUnknownMs
    : Math.min(
        Math.max(2 * estimate.rttMs + 4 * estimate.deviationMs, policy.silenceFloorMs),
        policy.silenceCeilingMs,
      )

/** A second probe goes out once the first is overdue, in time for its own reply. */
const resendOf = (estimate: Estimate | undefined): number =>
  estimate === undefined
    ? policy.silenceUnknownMs / 2
    : Math.min(estimate.rttMs + 2 * estimate.deviationMs, silenceOf(estimate) / 2)
