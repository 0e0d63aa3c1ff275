import type { TestContext } from 'node:test'
import type { Comparison, Delivered, Delivery, Sink } from '../../../../agent/kernel/delivery.ts'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { Clock } from '../../../../agent/kernel/ports.ts'
import type { OrcaSink, OrcaWrite } from '../../../../agent/kernel/sink.ts'
import {
  defaultAssumptions,
  type OrcaAssumptions,
} from '../../../../agent/outbox/orca/assumptions.ts'
import { openOrcaSink } from '../../../../agent/outbox/orca/sink.ts'
import { openTargets } from '../../../../agent/outbox/targets.ts'
import type { HealthInsurance } from '../../../../agent/sim/orca/patient.ts'
import type { SeedPatient } from '../../../../agent/sim/orca/seed.ts'
import {
  type OrcaSimulator,
  type OrcaSimulatorOptions,
  startOrcaSimulator,
} from '../../../../agent/sim/orca/server.ts'
import { type RecordingLog, recordingLog } from '../../../fakes/log.ts'

/** How long a slow ORCA takes, on the clock of the test. */
export const SLOW_MS = 1_400

export const START = Date.parse('2026-04-01T09:30:00+09:00')

/**
 * Time that stands still while ORCA answers. Where an answer hangs it goes on to the moment at which
 * the first one gives up, so that what is held is held for as long as the rules say, on any machine.
 */
export class SteppedClock implements Clock {
  #nowMs = START
  readonly #sleepers = new Set<{ readonly dueAt: number; readonly wake: () => void }>()

  now(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => {
      this.#sleepers.delete(sleeper)
      resolve()
    }
    const sleeper = { dueAt: this.#nowMs + ms, wake }
    this.#sleepers.add(sleeper)
    signal.addEventListener('abort', wake, { once: true })
    return promise
  }

  /** To the moment at which the first sleeper wakes. */
  step(): void {
    this.pass(Math.max(0, Math.min(...[...this.#sleepers].map(({ dueAt }) => dueAt)) - this.#nowMs))
  }

  pass(ms: number): void {
    this.#nowMs += ms
    for (const { dueAt, wake } of [...this.#sleepers]) if (dueAt <= this.#nowMs) wake()
  }
}

export const everyWrite: OrcaWrite[] = ['new-patient', 'add-insurance', 'change-insurance']

export interface Bed {
  readonly orca: OrcaSimulator
  readonly log: RecordingLog
  readonly clock: SteppedClock
  readonly sink: Sink
  /** Another run of the agent: what it remembers is gone. */
  again(): Sink
  deliver(delivery: Delivery): Promise<Delivered>
}

export interface BedOptions extends OrcaSimulatorOptions {
  readonly write?: readonly OrcaWrite[]
  readonly assumptions?: Partial<OrcaAssumptions>
  readonly clientId?: string
  readonly password?: string
  /** Of another ORCA than the simulated one. */
  readonly url?: string
}

/** A sink, and the simulated ORCA that it pushes to. */
export async function bed(t: TestContext, options: BedOptions = {}): Promise<Bed> {
  const clock = new SteppedClock()
  const orca = await startOrcaSimulator({
    now: () => clock.now(),
    ...options,
    onServed(served) {
      if (served.mode === 'hang' || served.mode === 'stall') setImmediate(() => clock.step())
      if (served.mode === 'slow') clock.pass(SLOW_MS)
      options.onServed?.(served)
    },
  })
  t.after(() => orca.close())
  const log = recordingLog()
  const settings: OrcaSink = {
    kind: 'orca',
    url: options.url ?? orca.url,
    user: 'ormaster',
    write: [...(options.write ?? [])],
    secrets: { password: options.password ?? 'ormaster' },
  }
  const again = () => {
    const sink = openOrcaSink(settings, {
      targets: openTargets([{ host: '127.0.0.1', networks: ['127.0.0.1'] }], () => []),
      clock,
      log,
      assumptions: { ...defaultAssumptions, ...options.assumptions },
      clientId: options.clientId ?? '1319999991/orca',
    })
    t.after(() => sink.close())
    return sink
  }
  const sink = again()
  const never = new AbortController().signal
  return { orca, log, clock, sink, again, deliver: (delivery) => sink.deliver(delivery, never) }
}

/** The comparison of a delivery that arrived. Throws where it did not, or where there is none. */
export function comparisonOf(delivered: Delivered): Comparison {
  if (delivered.is !== 'delivered' || delivered.comparison === null)
    throw new Error(`no comparison: ${JSON.stringify(delivered)}`)
  return delivered.comparison
}

export const isFault = (code: string) => (error: unknown) =>
  error instanceof AgentError && error.code === code

/** The invented person as ORCA has them, in agreement with the official side. */
export const ichiroInOrca: SeedPatient = {
  Patient_ID: '00042',
  WholeName: '検証　一郎',
  WholeName_inKana: 'ケンショウ　イチロウ',
  BirthDate: '1980-05-02',
  Sex: '1',
  Home_Address_Information: {
    Address_ZipCode: '1000000',
    WholeAddress1: '東京都架空区見本町',
    WholeAddress2: '１丁目２番３号',
  },
  HealthInsurance_Info: [
    {
      InsuranceProvider_Class: '006',
      InsuranceProvider_Number: '06139992',
      HealthInsuredPerson_Symbol: '１２・３４',
      HealthInsuredPerson_Number: '５６７８',
      HealthInsuredPerson_Branch_Number: '01',
      RelationToInsuredPerson: '1',
      HealthInsuredPerson_WholeName: '検証　一郎',
      Certificate_StartDate: '2024-04-01',
      Certificate_GetDate: '2024-04-01',
      Certificate_CheckDate: '2026-04-01',
    },
  ],
}

/** `koki` as ORCA has them, still with 1割. */
export const kokiInOrca = (more: Partial<HealthInsurance>): SeedPatient => ({
  Patient_ID: '00042',
  WholeName: '検証　後期',
  WholeName_inKana: 'ケンショウ　コウキ',
  BirthDate: '1945-08-20',
  Sex: '1',
  HealthInsurance_Info: [
    {
      InsuranceProvider_Class: '039',
      InsuranceProvider_Number: '39139993',
      HealthInsuredPerson_Number: '０１２３４５６７',
      HealthInsuredPerson_Assistance: '1',
      Certificate_GetDate: '2020-08-20',
      ...more,
    },
  ],
})
