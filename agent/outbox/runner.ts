import type { Conditions } from '../kernel/conditions.ts'
import type { Consumer } from '../kernel/consumer.ts'
import type { Delivered, Delivery, Sink } from '../kernel/delivery.ts'
import { type AgentError, asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { Depth, Settlement, WaitingDelivery } from '../store/deliveries.ts'
import type { Store } from '../store/store.ts'
import { pauseMs, type RetryPolicy } from './backoff.ts'

export interface RunnerPorts {
  readonly deliveries: Pick<Store['deliveries'], 'next' | 'depth' | 'settle'>
  /** Null where the event is gone, or the role may not see it. */
  readonly deliveryOf: (
    consumer: Consumer,
    row: WaitingDelivery,
    attempt: number,
  ) => Delivery | null
  /** Written before anything leaves. Throws `AUDIT_UNAVAILABLE`. */
  readonly audit: (consumer: Consumer, delivery: Delivery) => Promise<void>
  /** Throws what the sink's settings can be refused for. */
  readonly openSink: (consumer: Consumer) => Sink
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly retry: RetryPolicy
}

/** How the last attempts went. Times are epoch ms. */
export interface RunnerState {
  readonly is: 'idle' | 'sending' | 'failing'
  readonly failingSince: number | null
  readonly nextAttemptAt: number | null
  readonly fault: FaultCode | null
}

/** Sends one consumer's deliveries, one after the other, and nobody else's. */
export interface Runner {
  /** There may be something to send. */
  wake(): void
  state(): RunnerState
  /** Raises and clears what health says of this consumer. */
  tell(): void
  /** Ends what is under way; nothing is sent afterwards. */
  close(): Promise<void>
}

/** So many are settled in one commit; a crash sends at most so many again. */
const CHUNK = 32
/** An attempt of any sink ends by itself before; one that does not is ended. */
const ATTEMPT_MS = 120_000
const SETTLE_RETRY_MS = 1_000

export function startRunner(
  consumer: Consumer,
  ports: RunnerPorts,
  onBug: (error: unknown) => void,
): Runner {
  const runner = new ConsumerRunner(consumer, ports)
  const done = runner.run().catch(onBug)
  return {
    wake: () => runner.wake(),
    state: () => runner.state,
    tell: () => runner.tell(),
    async close() {
      runner.stop()
      await done
    },
  }
}

const IDLE: RunnerState = { is: 'idle', failingSince: null, nextAttemptAt: null, fault: null }

class ConsumerRunner {
  state: RunnerState = IDLE
  readonly #consumer: Consumer
  readonly #ports: RunnerPorts
  readonly #closing = new AbortController()
  #sink: Sink | null = null
  #failures = 0
  #hasNews = true
  #ring: () => void = () => undefined

  constructor(consumer: Consumer, ports: RunnerPorts) {
    this.#consumer = consumer
    this.#ports = ports
  }

  wake(): void {
    this.#hasNews = true
    this.#ring()
  }

  stop(): void {
    this.#closing.abort()
    this.#ring()
  }

  async run(): Promise<void> {
    const { signal } = this.#closing
    this.tell()
    while (!signal.aborted) {
      this.#hasNews = false
      const rows = this.#ports.deliveries.next(this.#consumer.id, CHUNK)
      if (rows.length > 0) await this.#send(rows)
      else await this.#news()
    }
    await this.#sink?.close()
    for (const code of TOLD) this.#ports.conditions.clear(code, this.#consumer.name)
  }

  async #news(): Promise<void> {
    if (this.#hasNews || this.#closing.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ring = resolve
    await promise
  }

  async #send(rows: readonly WaitingDelivery[]): Promise<void> {
    this.state = { ...this.state, is: this.#failures > 0 ? 'failing' : 'sending' }
    const settled: Settlement[] = []
    const parked = new Set<string>()
    const fault = await this.#attemptAll(rows, settled, parked)
    await this.#settle(settled)
    if (settled.length > 0 && settled.some(({ is }) => is !== 'delivered')) this.tell()
    if (fault !== null) await this.#pause(fault)
  }

  /** The fault at which it stopped; those behind are left for the next time. */
  async #attemptAll(
    rows: readonly WaitingDelivery[],
    settled: Settlement[],
    parked: Set<string>,
  ): Promise<AgentError | null> {
    for (const row of rows) {
      if (this.#closing.signal.aborted) return null
      if (row.patientId !== null && parked.has(row.patientId)) continue
      try {
        const settlement = settlementOf(row, await this.#attempt(row))
        settled.push(settlement)
        if (settlement.is === 'parked' && row.patientId !== null) parked.add(row.patientId)
        this.#succeeded()
      } catch (error) {
        if (this.#closing.signal.aborted) return null
        return asFault(error)
      }
    }
    return null
  }

  async #attempt(row: WaitingDelivery): Promise<Delivered> {
    const { deliveryOf, audit, openSink, clock } = this.#ports
    const delivery = deliveryOf(this.#consumer, row, this.#failures + 1)
    if (delivery === null) return { is: 'delivered', comparison: null }
    await audit(this.#consumer, delivery)
    this.#sink ??= openSink(this.#consumer)
    const over = new AbortController()
    const end = () => over.abort()
    const { signal } = this.#closing
    signal.addEventListener('abort', end, { once: true })
    const done = new AbortController()
    void clock.sleep(ATTEMPT_MS, done.signal).then(() => {
      if (!done.signal.aborted) end()
    })
    try {
      return await this.#sink.deliver(delivery, over.signal)
    } finally {
      signal.removeEventListener('abort', end)
      done.abort()
    }
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#ports.conditions.clear('DELIVERY_STUCK', this.#consumer.name)
    this.#failures = 0
    this.state = { ...IDLE, is: 'sending' }
  }

  /** What was sent is sent again by a crash only, not because a disk was full for a while. */
  async #settle(settled: readonly Settlement[]): Promise<void> {
    const { deliveries, clock, log } = this.#ports
    const { id: consumerId } = this.#consumer
    while (settled.length > 0) {
      try {
        await deliveries.settle({ consumerId, at: clock.now(), settled })
        return
      } catch (error) {
        log.error({ consumer: consumerId, code: asFault(error).code }, 'delivery-not-settled')
        if (this.#closing.signal.aborted) return
        await clock.sleep(SETTLE_RETRY_MS, this.#closing.signal)
      }
    }
  }

  async #pause({ code, facts }: AgentError): Promise<void> {
    const { clock, log, random, retry } = this.#ports
    this.#failures += 1
    const asked = Number(facts['retryAfterSeconds'] ?? 0)
    const ms = pauseMs(this.#failures, retry, random(), asked)
    const now = clock.now()
    const failingSince = this.state.failingSince ?? now
    this.state = { is: 'failing', failingSince, nextAttemptAt: now + ms, fault: code }
    log.warn(
      { consumer: this.#consumer.id, code, failures: this.#failures, pauseMs: Math.round(ms) },
      'delivery-failed',
    )
    this.tell()
    await clock.sleep(ms, this.#closing.signal)
  }

  tell(): void {
    const { deliveries, conditions, clock } = this.#ports
    const { id, name } = this.#consumer
    const depth = deliveries.depth(id)
    const { fault } = this.state
    if (fault !== null)
      conditions.raise('DELIVERY_STUCK', name, {
        code: fault,
        depth: depth.waiting,
        oldestSeconds: Math.round((clock.now() - (depth.oldestAt ?? clock.now())) / 1_000),
      })
    for (const [code, count] of openCounts(depth)) {
      if (count > 0) conditions.raise(code, name, { count })
      else conditions.clear(code, name)
    }
  }
}

const openCounts = ({ parked, refused, restored }: Depth) =>
  [
    ['DELIVERY_PARKED', parked],
    ['DELIVERY_REFUSED', refused],
    ['DELIVERY_BEFORE_RESTORE', restored],
  ] as const

const TOLD = [
  'DELIVERY_STUCK',
  'DELIVERY_PARKED',
  'DELIVERY_REFUSED',
  'DELIVERY_BEFORE_RESTORE',
] as const

function settlementOf({ seq, verificationId }: WaitingDelivery, came: Delivered): Settlement {
  if (came.is === 'delivered')
    return { seq, verificationId, is: 'delivered', comparison: came.comparison }
  return { seq, is: came.is, code: came.code, facts: came.facts }
}
