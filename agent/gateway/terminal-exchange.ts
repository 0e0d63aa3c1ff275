import type { ClaimTaker } from '../folders/folder.ts'
import type { MessageKind } from '../xmlmsg/messages.ts'
import { type Expected, judge, type Received } from './terminal-answer.ts'
import { type PursuitParts, pursue, type Waiting } from './terminal-pursuit.ts'

export interface ExchangeTimes {
  /** How long a request may lie in `req`. */
  readonly pickupMs: number
  /** How long an answer may take after that. */
  readonly answerMs: number
}

/** One request file, and what its answer must be. */
export interface Exchange<K extends MessageKind> {
  /** Name of the request file. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Names that the answer may have. */
  readonly answers: readonly string[]
  readonly expected: Expected<K>
  /** At most one request may ever reach the terminal. */
  readonly isOnce: boolean
  /** It was begun before: nothing is written any more. */
  readonly isRepeat: boolean
  /** An earlier process may have written it. */
  readonly isOld: boolean
}

export interface Exchanged<K extends MessageKind> {
  readonly answer: Received<K>
  /** From writing the request to the answer; null where it was written before. */
  readonly tookMs: number | null
}

/**
 * One request file for one answer file. The answer's names are claimed before anything is written;
 * an answer that lies there already is used, and a request that lies there is not written again.
 *
 * Rejects with `TERMINAL_UNREACHABLE`, `TERMINAL_REFUSED` and `TERMINAL_SILENT` where nothing was
 * asked; with `GATEWAY_TIMEOUT` where something was or may have been; with `ANSWER_*` for a broken
 * answer; with `signal.reason` on abort, where the request stays as it is.
 */
export async function exchange<K extends MessageKind>(
  parts: PursuitParts,
  times: ExchangeTimes,
  request: Exchange<K>,
  signal: AbortSignal,
): Promise<Exchanged<K>> {
  signal.throwIfAborted()
  await parts.withdrawals.cancel(request.name)
  signal.throwIfAborted()
  const over = new AbortController()
  const abort = () => over.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const claim = claimAnswer(parts, request)
  const waiting: Waiting = {
    ...request,
    ...times,
    isForeign: claim.isForeign,
    over: over.signal,
    began: null,
  }
  try {
    const answer = await Promise.race([claim.answer, pursue(parts, waiting), abortOf(over.signal)])
    if (waiting.began === null) return { answer, tookMs: null }
    parts.observe({ at: parts.clock.now(), is: 'heard', role: 'res' })
    const { writtenAt } = waiting.began
    return { answer, tookMs: writtenAt === null ? null : parts.monotonic() - writtenAt }
  } finally {
    signal.removeEventListener('abort', abort)
    claim.release()
    over.abort()
  }
}

function abortOf(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}

/** Takes the first file that counts as the answer from whatever comes under its names. */
function claimAnswer<K extends MessageKind>(
  { res, log }: PursuitParts,
  { answers, expected }: Exchange<K>,
) {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Received<K>>()
  const foreign = new Set<string>()
  let isOver = false
  const take: ClaimTaker = async (file, isFinal) => {
    // Too late, or a second one: whoever takes in what nobody waits for has it.
    if (isOver) return 'not-mine'
    const verdict = judge(expected, file, isFinal)
    switch (verdict.is) {
      case 'incomplete':
        return 'incomplete'
      case 'not-mine':
        foreign.add(file.name)
        log.warn({ file: file.name, code: verdict.why }, 'answer-not-ours')
        return 'not-mine'
      case 'answer':
        isOver = true
        resolve(verdict.answer)
        return 'taken'
      case 'broken':
        isOver = true
        reject(verdict.fault)
        return 'passed'
    }
  }
  const releases = answers.map((name) => res.claim(name, take))
  return {
    answer,
    isForeign: (name: string) => foreign.has(name),
    release: () => {
      isOver = true
      for (const release of releases) release()
    },
  }
}
