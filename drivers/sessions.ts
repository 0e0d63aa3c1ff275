import { setTimeout as wait } from 'node:timers/promises'
import { asFault } from '../agent/kernel/errors.ts'
import { type Reader, type ReaderEvent, readerFaults } from './driver.ts'
import { Presence, type Standing } from './presence.ts'
import { Queue } from './queue.ts'
import { withoutRepeats } from './repeats.ts'

/** Between attempts to reach a device or service that is away, ms. */
const RETRY_MS = 500

/** What one session with a device tells. */
export interface SessionEvents {
  /** The device is open. First, and again after each `away`. */
  ready(device: string): void
  /** What stands on it now; on every change, and free to repeat. */
  show(standing: readonly Standing[]): void
  /** The device is away while the session, with a service that knows it, goes on. */
  away(message: string): void
}

/**
 * One session: from opening the device until it is lost or `signal` aborts. Rejects with the fault
 * that ended it. It must end soon after `signal` aborts and release the device, whatever its state.
 */
export type Session = (events: SessionEvents, signal: AbortSignal) => Promise<void>

/**
 * A reader that lives through the faults of its device: holds one session after the other, a pause
 * apart, tells each fault once, and turns what stands there into events. READER_HUNG and bugs end
 * the events.
 */
export function readerOf(session: Session): Reader {
  const events = new Queue<ReaderEvent>()
  const emit = withoutRepeats((event) => events.push(event))
  const stop = new AbortController()

  const survive = (error: unknown) => {
    const { code, message } = asFault(error)
    const known = readerFaults.find((candidate) => candidate === code)
    if (known === undefined || known === 'READER_HUNG') throw error
    if (stop.signal.aborted) return
    emit({ is: 'reader-fault', code: known, message })
  }
  const run = async () => {
    while (!stop.signal.aborted) {
      await hold(session, emit, stop.signal).catch(survive)
      await wait(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
    events.end()
  }
  const done = run().catch((error: unknown) => events.fail(error))

  return {
    events: () => events,
    close: async () => {
      stop.abort()
      await done
    },
  }
}

async function hold(
  session: Session,
  emit: (event: ReaderEvent) => void,
  stop: AbortSignal,
): Promise<void> {
  const broken = new AbortController()
  const { promise: broke, reject } = Promise.withResolvers<never>()
  broke.catch(() => undefined)
  const presence = new Presence(emit, (error) => {
    reject(error)
    broken.abort()
  })
  const told: SessionEvents = {
    ready: (device) => emit({ is: 'ready', device }),
    show: (standing) => presence.show(standing),
    away: (message) => {
      presence.lose()
      emit({ is: 'reader-fault', code: 'READER_GONE', message })
    },
  }
  const held = session(told, AbortSignal.any([stop, broken.signal]))
  try {
    // What broke the dialogue is why the session ends, whatever it says itself.
    await Promise.race([held, broke])
  } finally {
    presence.lose()
    broken.abort()
    // The device must be free before it is opened again.
    await held.catch((error) => void asFault(error))
  }
}
