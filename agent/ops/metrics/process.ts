import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock, Part } from '../../kernel/ports.ts'
import { alone, type Readings } from './catalogue.ts'

/** Coarse, so that an idle agent is not woken for it more often than for anything else. */
const RESOLUTION_MS = 50
/** Whoever scrapes: what is shown is of the last minute, or of up to two. */
const WINDOW_MS = 60_000

export interface ProcessMeter extends Part {
  readings(): Readings
}

/** What the process itself costs, and how late its thread is. `monotonic`: ms. */
export function openProcessMeter(clock: Pick<Clock, 'now'>, monotonic: () => number): ProcessMeter {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  // Once: it would move with each correction of the clock, and say that the agent was started anew.
  const startedAt = clock.now() / 1_000 - process.uptime()
  let last: Readings = {}
  let begunAt = Number.NEGATIVE_INFINITY
  const lag = (): Readings => {
    if (monotonic() - begunAt < WINDOW_MS && delay.count === 0) return last
    last = {
      nodejs_eventloop_lag_p50_seconds: alone(lateBy(delay.percentile(50))),
      nodejs_eventloop_lag_p99_seconds: alone(lateBy(delay.percentile(99))),
      nodejs_eventloop_lag_max_seconds: alone(lateBy(delay.max)),
    }
    if (monotonic() - begunAt >= WINDOW_MS) {
      delay.reset()
      begunAt = monotonic()
    }
    return last
  }
  return {
    readings: () => ({ ...usage(startedAt), ...lag() }),
    close: () => void delay.disable(),
  }
}

/** Of nanoseconds between two looks, seconds that are more than was meant. */
const lateBy = (ns: number): number => Math.max(0, ns / 1e9 - RESOLUTION_MS / 1_000)

function usage(startedAt: number): Readings {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  return {
    process_start_time_seconds: alone(startedAt),
    process_cpu_seconds_total: alone((user + system) / 1e6),
    process_resident_memory_bytes: alone(rss),
    process_open_fds: alone(readdirSync('/proc/self/fd').length),
    process_max_fds: alone(fileLimitIn(readFileSync('/proc/self/limits', 'utf8'))),
    nodejs_heap_size_used_bytes: alone(heapUsed),
    nodejs_heap_size_total_bytes: alone(heapTotal),
    nodejs_external_memory_bytes: alone(external),
  }
}

/** The soft limit; null: none. [proc_pid_limits(5)] */
export function fileLimitIn(limits: string): number | null {
  const found = /^Max open files +(\d+)/m.exec(limits)?.[1]
  return found === undefined ? null : Number(found)
}
