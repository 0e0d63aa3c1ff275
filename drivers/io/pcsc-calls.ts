import { AgentError, codeOf } from '../../agent/kernel/errors.ts'
import type { FaultCode } from '../../agent/kernel/faults.ts'

/**
 * A native call that takes longer does not come back: libccid gives a card 3 s and a power-up a
 * few times that. Assumed; the process is then given up, as nothing else frees its thread.
 */
const CALL_LIMIT_MS = 10_000

/** What the PC/SC error of a card, a reader or the service means here; the rest is the contact. */
const meanings: Readonly<Record<string, FaultCode>> = {
  RemovedCard: 'CARD_GONE',
  ResetCard: 'CARD_GONE',
  NoSmartCard: 'CARD_GONE',
  NotTransacted: 'CARD_GONE',
  UnpoweredCard: 'CARD_GONE',
  ReaderUnavailable: 'CARD_GONE',
  UnknownReader: 'CARD_GONE',
  SharingViolation: 'CARD_GONE',
  NoService: 'READER_SERVICE_DOWN',
  ServiceStopped: 'READER_SERVICE_DOWN',
  CommError: 'READER_SERVICE_DOWN',
  InternalError: 'READER_SERVICE_DOWN',
  InvalidHandle: 'READER_SERVICE_DOWN',
  Shutdown: 'READER_SERVICE_DOWN',
}

/**
 * Makes a native call; its errors become AgentErrors. `personMs`: how long it may wait for a person,
 * on top of what a device may take.
 */
export type Call = <T>(work: () => Promise<T>, personMs?: number) => Promise<T>

/**
 * The native calls of one connection to the service. `hung` hears of a call that does not return.
 * The service lets nobody at a reader whose pad waits for a person, so that until then every call
 * has as long as that one.
 */
export function openCalls(hung: (error: AgentError) => void): Call {
  const waitingUntil = new Set<number>()

  const watch = () => {
    let timer = setTimeout(expire, CALL_LIMIT_MS)
    function expire() {
      const restMs = Math.max(...waitingUntil) + CALL_LIMIT_MS - performance.now()
      if (restMs > 0) timer = setTimeout(expire, restMs)
      else hung(new AgentError('READER_HUNG', `a PC/SC call took over ${CALL_LIMIT_MS} ms`))
    }
    return () => clearTimeout(timer)
  }

  return async (work, personMs = 0) => {
    const until = performance.now() + personMs
    if (personMs > 0) waitingUntil.add(until)
    const returned = watch()
    try {
      // pcsc-mini throws some errors where others reject.
      return await work()
    } catch (cause) {
      throw meaningOf(cause)
    } finally {
      returned()
      waitingUntil.delete(until)
    }
  }
}

/** An error without a PC/SC code is a bug, and stays what it is. */
function meaningOf(cause: unknown): unknown {
  const pcsc = codeOf(cause)
  if (pcsc === '') return cause
  const code = meanings[pcsc] ?? 'CARD_UNRESPONSIVE'
  return new AgentError(code, `PC/SC says ${pcsc}`, { cause, facts: { pcsc } })
}

export function serviceDown(cause: unknown): AgentError {
  return new AgentError('READER_SERVICE_DOWN', 'the PC/SC service (pcscd) does not answer', {
    cause,
    facts: { pcsc: codeOf(cause) },
  })
}
