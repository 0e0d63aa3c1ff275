import type { TestContext } from 'node:test'
import type { Comparison, Delivered, Delivery, Sink } from '../../../../agent/kernel/delivery.ts'
import type { Clock } from '../../../../agent/kernel/ports.ts'
import type { OrcaSink, OrcaWrite } from '../../../../agent/kernel/sink.ts'
import {
  defaultAssumptions,
  type OrcaAssumptions,
} from '../../../../agent/outbox/orca/assumptions.ts'
import { openOrcaSink } from '../../../../agent/outbox/orca/sink.ts'
import { openTargets } from '../../../../agent/outbox/targets.ts'
import { systemClock } from '../../../../agent/platform.ts'
import type { SeedPatient } from '../../../../agent/sim/orca/seed.ts'
import {
  type OrcaSimulator,
  type OrcaSimulatorOptions,
  startOrcaSimulator,
} from '../../../../agent/sim/orca/server.ts'
import { type RecordingLog, recordingLog } from '../../../fakes/log.ts'

export const START = Date.parse('2026-04-01T09:30:00+09:00')

/** A clock that runs `speed` times as fast as time, from `START` on: waits stay real, and short. */
export function fastClock(speed: number): Clock {
  const began = performance.now()
  return {
    now: () => START + (performance.now() - began) * speed,
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  }
}

export const everyWrite: OrcaWrite[] = ['new-patient', 'add-insurance', 'change-insurance']

export interface Bed {
  readonly orca: OrcaSimulator
  readonly log: RecordingLog
  readonly clock: Clock
  readonly sink: Sink
  /** Another run of the agent: what it remembers is gone. */
  again(): Sink
  deliver(delivery: Delivery): Promise<Delivered>
}

export interface BedOptions extends OrcaSimulatorOptions {
  readonly write?: readonly OrcaWrite[]
  readonly speed?: number
  readonly assumptions?: Partial<OrcaAssumptions>
  readonly clientId?: string
  readonly password?: string
}

/** A sink, and the simulated ORCA that it pushes to. */
export async function bed(t: TestContext, options: BedOptions = {}): Promise<Bed> {
  const clock = fastClock(options.speed ?? 10)
  const orca = await startOrcaSimulator({ now: () => clock.now(), ...options })
  t.after(() => orca.close())
  const log = recordingLog()
  const settings: OrcaSink = {
    kind: 'orca',
    url: orca.url,
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
