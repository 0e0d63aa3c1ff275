import type { Conditions } from '../kernel/conditions.ts'
import type { Consumer } from '../kernel/consumer.ts'
import type { Delivered, Delivery, Sink } from '../kernel/delivery.ts'
import { type AgentError, asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import { patientOf, type Settlement, type WaitingDelivery } from '../store/deliveries.ts'
import type { Store } from '../store/store.ts'
import { pauseMs, type RetryPolicy } from './backoff.ts'
import { isOfOnePatient, Resting } from './resting.ts'
import { openTelling, type Telling } from './telling.ts'

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
  readonly #resting: Resting
  readonly #telling: Telling
  #sink: Sink | null = null
  #failures = 0
  #hasNews = true
  #ring: () => void = () => undefined

  constructor(consumer: Consumer, ports: RunnerPorts) {
    this.#consumer = consumer
    this.#ports = ports
    this.#resting = new Resting(ports.retry)
    this.#telling = openTelling(consumer, ports)
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
      const resting = this.#resting.at(this.#ports.clock.now())
      const rows = this.#ports.deliveries.next(this.#consumer.id, CHUNK, resting)
      if (rows.length > 0) await this.#send(rows)
      else {
        if (this.state.is === 'sending') this.state = IDLE
        await this.#news()
      }
    }
    await this.#sink?.close()
    this.#telling.close()
  }

  /** Until there may be something to send: a commit, a decision, or the end of a patient's rest. */
  async #news(): Promise<void> {
    const { clock } = this.#ports
    if (this.#hasNews || this.#closing.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ring = resolve
    const now = clock.now()
    const restUntil = this.#resting.nextAt(now)
    const over = new AbortController()
    if (restUntil !== undefined) void clock.sleep(restUntil - now, over.signal).then(resolve)
    await promise
    over.abort()
  }

  async #send(rows: readonly WaitingDelivery[]): Promise<void> {
    this.state = { ...this.state, is: this.#failures > 0 ? 'failing' : 'sending' }
    const settled: Settlement[] = []
    const fault = await this.#attemptAll(rows, settled)
    await this.#settle(settled)
    if (settled.some(({ is }) => is !== 'delivered')) this.tell()
    if (fault !== null) await this.#pause(fault)
  }

  /** The fault at which it stopped; those behind are left for the next time. */
  async #attemptAll(
    rows: readonly WaitingDelivery[],
    settled: Settlement[],
  ): Promise<AgentError | null> {
    const heldBack = new Set<string>()
    for (const row of rows) {
      if (this.#closing.signal.aborted) return null
      const patient = patientOf(row)
      if (heldBack.has(patient)) continue
      try {
        const settlement = settlementOf(row, await this.#attempt(row))
        settled.push(settlement)
        if (settlement.is === 'parked') heldBack.add(patient)
        this.#succeeded(patient)
      } catch (error) {
        if (this.#closing.signal.aborted) return null
        const fault = asFault(error)
        if (!isOfOnePatient(fault.code)) return fault
        heldBack.add(patient)
        this.#rest(patient, fault)
      }
    }
    return null
  }

  /** The target works; only this patient cannot be dealt with now. */
  #rest(patient: string, { code, facts }: AgentError): void {
    const { clock, log, random } = this.#ports
    const asked = Number(facts['retryAfterSeconds'] ?? 0)
    this.#resting.add(patient, clock.now(), random(), asked)
    log.info({ consumer: this.#consumer.id, code }, 'delivery-rests')
    this.#succeeded(null)
    this.tell()
  }

  async #attempt(row: WaitingDelivery): Promise<Delivered> {
    const { deliveryOf, audit, openSink, clock } = this.#ports
    const failures = this.#failures + this.#resting.failuresOf(patientOf(row))
    const delivery = deliveryOf(this.#consumer, row, failures + 1)
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

  /** The target answered as it should; about a patient, or that one must wait (null). */
  #succeeded(patient: string | null): void {
    if (patient !== null) this.#resting.remove(patient)
    const hasFailed = this.#failures > 0
    this.#failures = 0
    this.state = { ...IDLE, is: 'sending' }
    if (hasFailed || patient !== null) this.#tellStuck()
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
    this.#telling.open()
    this.#tellStuck()
  }

  #tellStuck(): void {
    const isLong = this.#resting.newsSince(this.#ports.clock.now()) !== null
    this.#telling.stuck(this.state.fault ?? (isLong ? 'ORCA_LOCKED' : null))
  }
}

function settlementOf({ seq, verificationId }: WaitingDelivery, came: Delivered): Settlement {
  if (came.is === 'delivered')
    return { seq, verificationId, is: 'delivered', comparison: came.comparison }
  return { seq, is: came.is, code: came.code, facts: came.facts }
}
