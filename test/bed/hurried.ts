import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Agent, start } from '../../agent/main.ts'
import { openRegister, type Register } from '../../agent/sim/register.ts'
import { checkConfig } from '../../config/load.ts'
import { HurriedClock } from '../fakes/hurried-clock.ts'
import { recordingLog } from '../fakes/log.ts'
import { type Bed, type BedOptions, makeBed } from './agent.ts'
import { type Client, clientOf } from './client.ts'

/** A bed whose agent runs in this process, where hours can pass, for it and for the gateway. */
export interface HurriedBed extends Bed {
  readonly clock: HurriedClock
  /** Starts the agent, with a client of the bed's receipt computer. Closed after the test. */
  run(): Promise<{ readonly agent: Agent; readonly client: Client }>
}

/** `startAt`: what time it is at the beginning, epoch ms. */
export async function makeHurriedBed(
  t: TestContext,
  startAt: number,
  options: BedOptions = {},
): Promise<HurriedBed> {
  const clock = new HurriedClock(startAt)
  const gateway = { now: () => clock.now(), ...options.gateway }
  const bed = await makeBed(t, { ...options, gateway })
  const token = await bed.addConsumer('receipt-computer')
  return Object.assign(bed, {
    clock,
    async run() {
      const bugs: unknown[] = []
      const agent = await start(checkConfig(bed.configFile), {
        clock,
        monotonic: () => performance.now(),
        log: recordingLog(),
        onBug: (error) => void bugs.push(error),
      })
      bed.atEnd(() => agent.close())
      t.after(() => assert.deepEqual(bugs, []))
      return { agent, client: clientOf(agent.urls[0] ?? '', token) }
    },
  })
}

/** Nine in the morning, in Japan, of the next day of this month and day (`08-01`); epoch ms. */
export function nineOn(monthDay: string): number {
  const year = new Date().getUTCFullYear()
  const at = (one: number) => Date.parse(`${one}-${monthDay}T09:00:00+09:00`)
  return at(year) > Date.now() ? at(year) : at(year + 1)
}

/** A running agent on such a day, insurers whose register a test writes, and the billing office. */
export async function startOn(t: TestContext, monthDay: string): Promise<DatedDesks> {
  const register = openRegister()
  const startAt = nineOn(monthDay)
  const gateway = { alsoKnown: register.alsoKnown }
  const bed = await makeHurriedBed(t, startAt, { gateway })
  const billingToken = await bed.addConsumer('billing', 'billing')
  const { agent, client } = await bed.run()
  const billing = clientOf(agent.urls[0] ?? '', billingToken)
  return Object.assign(bed, { register, client, billing, year: new Date(startAt).getUTCFullYear() })
}

export interface DatedDesks extends HurriedBed {
  readonly register: Register
  readonly client: Client
  readonly billing: Client
  /** Of the day that it is. */
  readonly year: number
}
