import type { Socket } from 'node:net'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Request, Response, Watcher } from './exchange.ts'
import { kindOf } from './fault-kind.ts'
import type { Look } from './life.ts'
import { policy } from './policy.ts'

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

/** A line as far as a question is concerned. */
export interface Carrier {
  readonly name: string
  readonly isMetered: boolean
  send(request: Request, signal: AbortSignal, watcher: Watcher): Promise<Response>
  look(signal: AbortSignal): Promise<Look>
  /** How long the other end may take to acknowledge what was sent. */
  acknowledgedWithinMs(): number
  /** Aborts, with a fault as its reason, when the line is taken out. */
  gone(): AbortSignal
  /** Closes kept connections: one of them was found dead. */
  dropIdle(): void
}

export interface AskingParts {
  /** The lines to ask over now, best first. */
  readonly choose: () => readonly Carrier[]
  /** Why there is none to ask over. */
  readonly noLine: () => AgentError
  /** One sending has ended; a fault, or null: answered. Not called for one that was cancelled. */
  readonly ended: (carrier: Carrier, tookMs: number, fault: AgentError | null) => void
  /** What is not acknowledged of what was sent; null: unknown. */
  readonly unacknowledged: (socket: Socket) => number | null
  /** Whether one more connection may stand to the official side, perhaps in the place of an idle one. */
  readonly makeRoom: () => boolean
  /** A second line is asked after this time although the first lives; 0: never. */
  readonly lateMs: number
  readonly clock: Pick<Clock, 'sleep'>
  /** Ms on a clock that never goes back. */
  readonly now: () => number
}

/** What one sending comes to, or what is seen of it meanwhile. */
type Turn<Answer> =
  | { readonly is: 'answered'; readonly answer: Answer; readonly by: Carrier }
  | { readonly is: 'failed'; readonly fault: AgentError; readonly by: Carrier }
  /** It made room for the other one. */
  | { readonly is: 'cancelled'; readonly by: Carrier }
  /** silent: no sign of life of the line. stalled: none of this connection. late: just no answer. */
  | { readonly is: 'silent' | 'stalled' | 'late'; readonly by: Carrier }
  | { readonly is: 'broken'; readonly error: unknown }

/**
 * Asks over one line, and, where that shows no sign of life or fails, over a second: a safe request
 * goes out twice at most. The first that `accept` takes is the answer, the other is cancelled.
 * Rejects with why there is no line, with the fault of the sending that came furthest, or with the signal's
 * reason.
 */
export async function askOver<Answer>(
  request: Request,
  options: AskOptions<Answer>,
  parts: AskingParts,
): Promise<Answered<Answer>> {
  const { signal, safe } = options
  signal.throwIfAborted()
  const [first] = parts.choose()
  if (first === undefined) throw parts.noLine()
  const turns = openTurns<Turn<Answer>>()
  const sendings: Sending[] = []
  const faults: AgentError[] = []
  const dropIdle = openDropper()
  let ended = 0
  const start = (carrier: Carrier) =>
    sendings.push(startSending(carrier, request, options, parts, turns.put))
  const cancel = () => turns.put({ is: 'broken', error: signal.reason })
  signal.addEventListener('abort', cancel, { once: true })
  start(first)
  const take = (turn: Exclude<Turn<Answer>, { is: 'answered' | 'broken' }>) => {
    if (turn.is === 'failed') faults.push(turn.fault)
    if (turn.is === 'failed' || turn.is === 'cancelled') ended += 1
    if (isOfConnection(turn)) dropIdle(turn.by)
    const second = safe && sendings.length === 1 ? secondFor(turn, first, parts) : undefined
    if (second === undefined) return
    if (!parts.makeRoom()) sendings[0]?.cancel()
    start(second)
  }
  try {
    for (;;) {
      const turn = await turns.take()
      if (turn.is === 'broken') throw turn.error
      if (turn.is === 'answered') return { answer: turn.answer, line: turn.by.name }
      take(turn)
      if (ended === sendings.length) throw furthest(faults)
    }
  } finally {
    signal.removeEventListener('abort', cancel)
    for (const sending of sendings) sending.cancel()
  }
}

/** Over which line to ask a second time, where that is worth it. */
function secondFor(
  turn: Exclude<Turn<unknown>, { is: 'answered' | 'broken' }>,
  first: Carrier,
  { choose }: AskingParts,
): Carrier | undefined {
  if (turn.is === 'cancelled') return undefined
  if (turn.is === 'failed' && !kindOf(turn.fault.code).elsewhere) return undefined
  const lines = choose()
  const others = lines.filter((one) => one !== first)
  const again = isOfConnection(turn) && lines.includes(first) ? first : undefined
  const isOfLine = turn.is === 'failed' ? !kindOf(turn.fault.code).ofGateway : turn.is !== 'late'
  return others.find(({ isMetered }) => !isMetered) ?? again ?? (isOfLine ? others[0] : undefined)
}

/** One connection was dead, or was closed while it was kept: the line itself may be well. */
const isOfConnection = (turn: Turn<unknown>) =>
  turn.is === 'stalled' || (turn.is === 'failed' && turn.fault.code === 'LINE_BROKEN')

/** Where one kept connection was dead, so may be the others; those made after it are not. */
function openDropper(): (carrier: Carrier) => void {
  const dropped = new Set<Carrier>()
  return (carrier) => {
    if (!dropped.has(carrier)) carrier.dropIdle()
    dropped.add(carrier)
  }
}

/** A fault of the gateway came from further away than one of a line. */
const furthest = (faults: readonly AgentError[]): AgentError | undefined =>
  faults.find(({ code }) => kindOf(code).ofGateway) ?? faults[0]

interface Sending {
  cancel(): void
}

function startSending<Answer>(
  carrier: Carrier,
  request: Request,
  { accept }: AskOptions<Answer>,
  parts: AskingParts,
  tell: (turn: Turn<Answer>) => void,
): Sending {
  const stop = new AbortController()
  const over = new AbortController()
  const begunAt = parts.now()
  const gone = carrier.gone()
  const leave = () => stop.abort(gone.reason)
  gone.addEventListener('abort', leave, { once: true })
  let isCancelled = false
  let sent: { readonly socket: Socket; readonly at: number } | undefined
  const onSent = (socket: Socket) => {
    sent = { socket, at: parts.now() }
  }
  const run = async () => {
    if (gone.aborted) leave()
    const answer = accept(await carrier.send(request, stop.signal, { onSent }))
    parts.ended(carrier, parts.now() - begunAt, null)
    tell({ is: 'answered', answer, by: carrier })
  }
  const fail = (error: unknown) => {
    if (!(error instanceof AgentError)) return tell({ is: 'broken', error })
    if (isCancelled) return tell({ is: 'cancelled', by: carrier })
    parts.ended(carrier, parts.now() - begunAt, error)
    tell({ is: 'failed', fault: error, by: carrier })
  }
  run()
    .catch(fail)
    .finally(() => {
      over.abort()
      gone.removeEventListener('abort', leave)
    })
  const unacknowledgedForMs = () =>
    sent !== undefined && (parts.unacknowledged(sent.socket) ?? 0) > 0 ? parts.now() - sent.at : 0
  const isStalled = () => unacknowledgedForMs() > carrier.acknowledgedWithinMs()
  const doubt = (is: 'silent' | 'stalled' | 'late') => {
    if (is !== 'stalled' || unacknowledgedForMs() < policy.givenUpMs) tell({ is, by: carrier })
    else stop.abort(new AgentError('LINE_BROKEN', `line ${carrier.name}: nothing is acknowledged`))
  }
  watch(carrier, parts, begunAt, isStalled, over.signal, doubt).catch((error: unknown) =>
    tell({ is: 'broken', error }),
  )
  const cancelled = new AgentError('LINE_BROKEN', `line ${carrier.name}: no longer wanted`)
  return {
    cancel() {
      isCancelled = true
      stop.abort(cancelled)
    },
  }
}

/** Looks at the line while the question is out, again and again until it is over. */
async function watch(
  carrier: Carrier,
  { clock, now, lateMs }: AskingParts,
  begunAt: number,
  isStalled: () => boolean,
  over: AbortSignal,
  doubt: (is: 'silent' | 'stalled' | 'late') => void,
): Promise<void> {
  const late = async () => {
    await clock.sleep(lateMs, over)
    if (!over.aborted) doubt('late')
  }
  const lateness = lateMs > 0 ? late() : undefined
  let waitMs: number = policy.firstLookMs
  for (;;) {
    await clock.sleep(waitMs, over)
    if (over.aborted) return lateness
    const look = await carrier.look(over)
    if (over.aborted) return lateness
    if (look.is === 'silent') doubt('silent')
    else if (isStalled()) doubt('stalled')
    const nextMs = Math.max(policy.lookAgainMs, (now() - begunAt) * (policy.lookGrowth - 1))
    waitMs = look.is === 'silent' ? 0 : nextMs
  }
}

/** What is put is taken in order, also when it was put before. */
function openTurns<T>() {
  const waiting: T[] = []
  let wake: (() => void) | undefined
  return {
    put(turn: T) {
      waiting.push(turn)
      wake?.()
    },
    async take(): Promise<T> {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) return next
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await promise
      }
    },
  }
}
