import type { TestContext } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import type { Delivered, Delivery, Sink } from '../../../agent/kernel/delivery.ts'
import type { Role } from '../../../agent/kernel/roles.ts'
import type { SinkSettings } from '../../../agent/kernel/sink.ts'
import { openOutbox } from '../../../agent/outbox/outbox.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'
import { webhook } from '../store/deliveries-bed.ts'
import { end, judged, open, question, scratch, verification } from '../store/fixtures.ts'

const done: Delivered = { is: 'delivered', comparison: null }

/** A sink that does what the test says: once for each answer, then it takes everything. */
export class FakeSink implements Sink {
  /** Verification ids in the order of the attempts. */
  readonly attempts: string[] = []
  readonly taken: string[] = []
  readonly deliveries: Delivery[] = []
  readonly script: (Error | Delivered | Promise<Delivered>)[] = []
  closed = false
  #wake: () => void = () => undefined

  async deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
    const id = idIn(delivery)
    this.attempts.push(id)
    this.deliveries.push(delivery)
    this.#wake()
    const { promise: left, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    const next = await Promise.race([this.script.shift() ?? done, left])
    if (next instanceof Error) throw next
    if (next.is === 'delivered') this.taken.push(id)
    this.#wake()
    return next
  }

  /** Resolves once the condition holds, looked at after each attempt. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }

  close() {
    this.closed = true
  }
}

const idIn = ({ event }: Delivery) =>
  event.type === 'verification' ? event.verification.id : event.note.verificationId

/** A real store, time that the test moves, and sinks that do what it says. */
export async function outboxBed(t: TestContext) {
  const path = scratch(t)
  let store = await open(path)
  const clock = new FakeClock(Date.now())
  const conditions = new Conditions(clock)
  const log = recordingLog()
  const sinks = new Map<string, FakeSink>()
  const refusals = new Map<string, Error>()
  const bugs: unknown[] = []
  const start = () =>
    openOutbox({
      store,
      conditions,
      clock,
      log,
      random: () => 1,
      retry: { firstMs: 1_000, capMs: 60_000 },
      openSink({ name }) {
        const refusal = refusals.get(name)
        if (refusal !== undefined) throw refusal
        return sinkOf(name)
      },
      onBug: (bug) => void bugs.push(bug),
    })
  const sinkOf = (name: string) => {
    const sink = sinks.get(name) ?? new FakeSink()
    sinks.set(name, sink)
    return sink
  }
  let outbox = start()
  t.after(async () => {
    await outbox.close()
    await store.close()
  })
  return {
    clock,
    conditions,
    log,
    bugs,
    refusals,
    sinkOf,
    get store() {
      return store
    },
    get outbox() {
      return outbox
    },
    add: (name: string, role: Role = 'ehr', sink: SinkSettings = webhook) =>
      store.consumers.add({ name, role, sources: [], sink }),
    /** Ends a question about the patient of a number; the verification's id. */
    async verify(number = '00001', name = '検証　太郎', birthdate = '19800101') {
      const { id } = await store.accept(question())
      await store.end(
        judged(
          store,
          end(id, {
            verification: { ...verification(id), results: [{ name, insurerNumber: '06139992' }] },
            numbers: { asked: number, returned: null },
            subject: { name, nameKana: '', birthdate, sex: '1', identity: number },
          }),
        ),
      )
      return id
    },
    /** Everything is closed and opened again, as after a crash. */
    async restart() {
      await outbox.close()
      await store.close()
      sinks.clear()
      store = await open(path)
      outbox = start()
    },
    /** Resolves once a consumer is left alone after so many attempts. */
    untilPaused: (name: string, attempts: number) =>
      until(() => {
        const state = outbox.report().find(({ consumer }) => consumer.name === name)
        const isDue = (state?.nextAttemptAt ?? 0) > clock.now()
        return isDue && sinkOf(name).attempts.length === attempts
      }),
    shows: () => conditions.showing().map(({ code, subject }) => `${code} ${subject}`),
  }
}

/** Resolves once the condition holds; the runner's time-out bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
