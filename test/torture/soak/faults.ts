import { setTimeout as wait } from 'node:timers/promises'
import type { Behaviour } from '../../../agent/sim/gateway/behaviour.ts'
import type { GatewaySimulator } from '../../../agent/sim/gateway/server.ts'
import type { Chance } from '../random.ts'

/** Some of them for both lines at once. */
const FAULTS: readonly Behaviour[] = [
  { mode: 'hang' },
  { mode: 'reset' },
  { mode: 'cut' },
  { mode: 'stall' },
  { mode: 'status', status: 500 },
  { mode: 'status', status: 503 },
  { mode: 'busy' },
  { mode: 'not-xml' },
  { mode: 'truncated' },
  { mode: 'slow-body' },
  { mode: 'logout', times: 20 },
  { mode: 'refuse', at: 'connection' },
  { mode: 'silent-tls', at: 'connection' },
  { mode: 'normal', delayMs: 400 },
]
const HOLDS_MS = 6_000
const PAUSE_MS = 8_000
const BOTH = 0.15

/** One fault after the other, with calm between them, until `signal` aborts. Resolves with how many. */
export async function trouble(
  gateways: readonly GatewaySimulator[],
  chance: Chance,
  signal: AbortSignal,
): Promise<number> {
  const pause = (ms: number) =>
    wait(ms + chance.below(ms), undefined, { signal }).catch(() => undefined)
  let count = 0
  while (!signal.aborted) {
    await pause(PAUSE_MS)
    const fault = chance.of(FAULTS)
    const struck = chance.happens(BOTH) ? gateways : [chance.of(gateways)]
    for (const gateway of struck) gateway.behave(fault)
    count += 1
    await pause(HOLDS_MS)
    for (const gateway of gateways) gateway.behave({ mode: 'normal' })
  }
  return count
}
