import type { Conditions } from '../kernel/conditions.ts'
import type { Consumer } from '../kernel/consumer.ts'
import { broughtBy, type Delivered, type Delivery, type Sink } from '../kernel/delivery.ts'
import { type AgentError, asFault, type Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import type { SinkKind } from '../kernel/sink.ts'
import { patientOf, type Settlement, type WaitingDelivery } from '../store/deliveries.ts'
import type { Store } from '../store/store.ts'
import { deliverInTime } from './attempt.ts'
import { pauseMs, type RetryPolicy } from './backoff.ts'
import { Chunk, type Suspect } from './chunk.ts'
import { Resting } from './resting.ts'
import { openTelling, type Telling } from './telling.ts'

export interface RunnerPorts {
  readonly deliveries: Pick<
    Store['deliveries'],
    'next' | 'isWaiting' | 'depth' | 'waiting' | 'oldestAt' | 'settle'
  >
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
const SETTLE_RETRY_MS = 1_000
/** After so many failures in a row it is asked whether another patient's goes through. */
const SUSPECT_AFTER = 4
/** Of these the order matters per patient; a webhook gets its events in the order of the feed. */
const isByPatient = (kind: SinkKind) => kind === 'orca' || kind === 'fhir'

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
  #lastFacts: Facts = {}
  #failures = 0
  #hasNews = true
  #hasTold = false
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

  /** From now on nothing is said either: the next consumer may have the same name. */
  stop(): void {
    this.#closing.abort()
    this.#telling.close()
    this.#ring()
  }

  async run(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await this.#turn()
      } catch (error) {
        // The store cannot be read for a moment; what was not settled is sent again.
        await this.#pause(asFault(error))
      }
    }
    await this.#sink?.close()
  }

  async #turn(): Promise<void> {
    const { deliveries, clock } = this.#ports
    if (!this.#hasTold) {
      this.#hasTold = true
      this.tell()
    }
    this.#hasNews = false
    const rows = deliveries.next(this.#consumer.id, CHUNK, this.#resting.at(clock.now()))
    if (rows.length < CHUNK) this.#resting.keepOnly(new Set(rows.map(patientOf)), clock.now())
    if (rows.length > 0) return this.#send(rows)
    this.#failures = 0
    this.state = IDLE
    this.#tellStuck()
    await this.#news()
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
    const chunk = new Chunk({
      mayBeThePatient: () => this.#mayBeThePatient(),
      rest: (suspect) => this.#rest(suspect),
    })
    await this.#attemptAll(rows, chunk)
    await this.#settle(chunk.settled)
    if (chunk.settled.some(({ is }) => is !== 'delivered')) this.tell()
    else this.#tellStuck()
    if (chunk.fault !== null) await this.#pause(chunk.fault)
  }

  /** Stops at a fault of the target; those behind are left for the next time. */
  async #attemptAll(rows: readonly WaitingDelivery[], chunk: Chunk): Promise<void> {
    for (const row of rows) {
      const patient = patientOf(row)
      if (this.#closing.signal.aborted) return
      if (chunk.isHeldBack(patient)) continue
      try {
        // A person may have dropped it since it was read.
        if (!this.#ports.deliveries.isWaiting(row.seq)) continue
        chunk.settle(patient, settlementOf(row, await this.#attempt(row)))
        this.#succeeded(patient)
      } catch (error) {
        if (this.#closing.signal.aborted || !chunk.fail(patient, asFault(error))) return
      }
    }
  }

  /** A webhook is told what happened, whatever becomes of it. */
  get #keepsState(): boolean {
    return this.#consumer.sink?.kind !== 'webhook'
  }

  #mayBeThePatient(): boolean {
    const { sink } = this.#consumer
    return this.#failures + 1 >= SUSPECT_AFTER && sink !== null && isByPatient(sink.kind)
  }

  #rest({ patient, fault: { code, facts } }: Suspect): void {
    const { clock, log, random } = this.#ports
    this.#resting.add(patient, code, clock.now(), random(), askedFor(facts))
    log.info({ consumer: this.#consumer.id, ...told(facts), code }, 'delivery-rests')
    this.#succeeded(null)
  }

  async #attempt(row: WaitingDelivery): Promise<Delivered> {
    const { deliveryOf, audit, openSink, clock } = this.#ports
    const failures = this.#failures + this.#resting.failuresOf(patientOf(row))
    const delivery = deliveryOf(this.#consumer, row, failures + 1)
    if (delivery === null) return { is: 'delivered', comparison: null }
    // A person may have it sent again without having said whose it is.
    if (this.#keepsState && broughtBy(delivery.event)?.held === true)
      return { is: 'parked', code: 'VERIFICATION_HELD', facts: {} }
    await audit(this.#consumer, delivery)
    this.#closing.signal.throwIfAborted()
    this.#sink ??= openSink(this.#consumer)
    return deliverInTime(this.#sink, delivery, clock, this.#closing.signal)
  }

  /** The target answered as it should; about a patient, or that one must wait (null). */
  #succeeded(patient: string | null): void {
    if (patient !== null) this.#resting.remove(patient)
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
    const ms = pauseMs(this.#failures, retry, random(), askedFor(facts))
    const now = clock.now()
    const failingSince = this.state.failingSince ?? now
    this.state = { is: 'failing', failingSince, nextAttemptAt: now + ms, fault: code }
    const tried = { failures: this.#failures, pauseMs: Math.round(ms) }
    log.warn({ consumer: this.#consumer.id, ...told(facts), code, ...tried }, 'delivery-failed')
    this.#lastFacts = told(facts)
    this.#tellStuck()
    await clock.sleep(ms, this.#closing.signal)
  }

  tell(): void {
    this.#say(() => this.#telling.open())
    this.#tellStuck()
  }

  #tellStuck(): void {
    const { fault } = this.state
    const code = fault ?? this.#resting.newsAt(this.#ports.clock.now())
    this.#say(() => this.#telling.stuck(code, fault === null ? {} : this.#lastFacts))
  }

  /** Where the store cannot be read for a moment, health says so itself, and this is said again. */
  #say(word: () => void): void {
    if (this.#closing.signal.aborted) return
    try {
      word()
    } catch (error) {
      asFault(error)
      this.#hasTold = false
    }
  }
}

/** How long the target wants to be left alone, s. */
const askedFor = (facts: Facts) => Number(facts['retryAfterSeconds'] ?? 0)

/** The system's own word for a fault would stand where ours does. */
const told = ({ code, ...facts }: Facts): Facts =>
  code === undefined ? facts : { ...facts, cause: code }

function settlementOf({ seq, verificationId }: WaitingDelivery, came: Delivered): Settlement {
  if (came.is === 'delivered')
    return { seq, verificationId, is: 'delivered', comparison: came.comparison }
  return { seq, is: came.is, code: came.code, facts: came.facts }
}
