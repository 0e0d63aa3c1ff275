import type { FolderScanner } from '../folders/folder.ts'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { TerminalEvent } from '../kernel/terminal.ts'
import { openMeter } from './terminal-meter.ts'
import type { Withdrawals } from './terminal-withdrawals.ts'

export interface PursuitParts {
  readonly req: FolderScanner
  readonly res: FolderScanner
  readonly clock: Clock
  /** Milliseconds that setting the clock does not move. */
  readonly monotonic: () => number
  readonly log: Log
  readonly observe: (event: TerminalEvent) => void
  readonly withdrawals: Withdrawals
}

/** A request whose answer is waited for. */
export interface Waiting {
  /** Name of the request file. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Names that the answer may have. */
  readonly answers: readonly string[]
  /** The file of this name was looked at, and is somebody else's. */
  readonly isForeign: (name: string) => boolean
  readonly isOnce: boolean
  readonly isRepeat: boolean
  readonly isOld: boolean
  readonly pickupMs: number
  readonly answerMs: number
  /** It is answered, or nobody waits any more. */
  readonly over: AbortSignal
  /** Set once it is known that no answer lay there; by `monotonic`, null where written before. */
  began: { readonly writtenAt: number | null } | null
}

/** How often it is looked whether a request still lies there. The terminal takes seconds. */
export const LOOK_MS = 500

/** How much longer than the two time-outs a question waits for a share that went away. */
export const UNSEEN_MS = 60_000

/**
 * The way of a request until its answer comes, which ends it from outside by `over`. Only the time
 * in which the share can be seen counts. Never resolves; rejects as `exchange` does.
 */
export async function pursue(parts: PursuitParts, waiting: Waiting): Promise<never> {
  const lies = await begin(parts, waiting)
  waiting.over.throwIfAborted()
  const usedMs = lies ? await letPickUp(parts, waiting) : 0
  return letAnswer(parts, waiting, usedMs)
}

/** Whether the request lies there now. */
async function begin(parts: PursuitParts, waiting: Waiting): Promise<boolean> {
  const { name, isOnce, isOld, over } = waiting
  try {
    await letLyingBeRead(parts, waiting)
    return await write(parts, waiting)
  } catch (error) {
    // What an earlier process wrote may lie there unseen; it ends here, and is asked under another id.
    if (isOld && !isOnce && !over.aborted) parts.withdrawals.withdraw(name)
    throw error
  }
}

/** An answer that lies there from before is being read, or turns out to be nobody's. */
async function letLyingBeRead(parts: PursuitParts, waiting: Waiting): Promise<void> {
  const { res, monotonic } = parts
  const { answers, isForeign, answerMs, over } = waiting
  const meter = openMeter(monotonic)
  for (;;) {
    const lying = answers.filter((name) => !isForeign(name)).map((name) => res.has(name))
    const lies = (await Promise.all(lying)).includes(true)
    over.throwIfAborted()
    if (!lies) return
    await look(parts, waiting)
    meter.add(true)
    if (meter.countedMs() >= answerMs)
      throw timeout(waiting, 'an answer lies there that cannot be read')
  }
}

async function write({ req, monotonic, withdrawals }: PursuitParts, waiting: Waiting) {
  const { name, bytes, isOnce, isRepeat, over } = waiting
  const lies = await req.has(name)
  over.throwIfAborted()
  if (lies || isRepeat) {
    waiting.began = { writtenAt: null }
    return lies
  }
  const writtenAt = monotonic()
  waiting.began = { writtenAt }
  try {
    await req.put(name, bytes)
    return true
  } catch (error) {
    const fault = asFault(error)
    if (fault.code !== 'TERMINAL_UNREACHABLE') throw fault
    // It may be there after all, or come to be there when the share is back.
    withdrawals.withdraw(name)
    throw isOnce ? timeout(waiting, 'the share went away; it may have been written') : fault
  }
}

/** Resolves when it was picked up, with how long that took. */
async function letPickUp(parts: PursuitParts, waiting: Waiting): Promise<number> {
  const { req, clock, monotonic, observe, withdrawals } = parts
  const { name, isOnce, pickupMs, over } = waiting
  const meter = openMeter(monotonic)
  for (;;) {
    await look(parts, waiting)
    const seen = await lookFor(req, name)
    over.throwIfAborted()
    meter.add(seen !== 'unseen')
    const isDue = seen === 'there' && meter.countedMs() >= pickupMs
    const now = isDue ? await takeBack(parts, waiting) : seen
    over.throwIfAborted()
    if (now === 'gone') {
      observe({ at: clock.now(), is: 'heard', role: 'req' })
      return meter.totalMs()
    }
    if (now === 'taken-back')
      throw new AgentError('TERMINAL_SILENT', 'the request was not picked up; it was taken back', {
        facts: { file: name },
      })
    if (meter.totalMs() >= endMs(waiting)) {
      withdrawals.withdraw(name)
      if (isOnce) throw timeout(waiting, 'the share went away; it may have been picked up')
      throw new AgentError('TERMINAL_UNREACHABLE', 'the share went away under the request', {
        facts: { file: name },
      })
    }
  }
}

async function letAnswer(parts: PursuitParts, waiting: Waiting, usedMs: number): Promise<never> {
  const { res, monotonic } = parts
  const meter = openMeter(monotonic)
  for (;;) {
    await look(parts, waiting)
    meter.add(res.report().state === 'reachable')
    if (meter.countedMs() >= waiting.answerMs || usedMs + meter.totalMs() >= endMs(waiting))
      throw timeout(waiting, 'it was picked up, no answer came')
  }
}

async function look({ clock }: PursuitParts, { over }: Waiting): Promise<void> {
  await clock.sleep(LOOK_MS, over)
  over.throwIfAborted()
}

const endMs = ({ pickupMs, answerMs }: Waiting) => pickupMs + answerMs + UNSEEN_MS

const timeout = ({ name }: Waiting, why: string) =>
  new AgentError('GATEWAY_TIMEOUT', why, { facts: { file: name } })

async function lookFor(req: FolderScanner, name: string): Promise<'there' | 'gone' | 'unseen'> {
  try {
    return (await req.has(name)) ? 'there' : 'gone'
  } catch (error) {
    return unseenOr(error)
  }
}

async function takeBack(
  { req, withdrawals }: PursuitParts,
  waiting: Waiting,
): Promise<'taken-back' | 'gone' | 'unseen'> {
  const { name, isOnce } = waiting
  try {
    return (await req.remove(name)) ? 'taken-back' : 'gone'
  } catch (error) {
    const fault = asFault(error)
    if (fault.code !== 'TERMINAL_REFUSED') return unseenOr(fault)
    // The account may write and not delete: the terminal may still find it.
    withdrawals.withdraw(name)
    throw isOnce ? timeout(waiting, 'the request cannot be taken back') : fault
  }
}

function unseenOr(error: unknown): 'unseen' {
  if (asFault(error).code === 'TERMINAL_UNREACHABLE') return 'unseen'
  throw error
}
