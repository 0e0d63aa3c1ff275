import { dirname } from 'node:path'
import type { Config } from '../config/schema.ts'
import type { Conditions } from './kernel/conditions.ts'
import type { UplinkEvent } from './kernel/line.ts'
import type { Part } from './kernel/ports.ts'
import type { ClockTrust } from './ops/clock-trust.ts'
import { type ClockWatch, watchClock } from './ops/clock-watch.ts'
import { type DiskWatch, lookAtDisk, watchDisk } from './ops/disk-watch.ts'
import { openProcessMeter, type ProcessMeter } from './ops/metrics/process.ts'
import { showNodeEnd } from './ops/node-schedule.ts'
import { UPGRADE_FOLDER, watchUpgrade } from './ops/upgrade/standing.ts'
import type { Platform } from './platform.ts'
import { BUILT_AT } from './version.ts'

/** The machine under the agent: clock, disk, Node.js, and what the process costs. */
export interface Watching extends Part {
  readonly clock: Pick<ClockWatch, 'state'>
  readonly disk: Pick<DiskWatch, 'state'>
  readonly process: ProcessMeter
  line(event: UplinkEvent): void
}

/** A clock that was set and a disk that fills up: nobody needs to know sooner. */
const LOOK_MS = 10_000

export function openWatching(
  { store }: Pick<Config, 'store'>,
  parts: { readonly conditions: Conditions; readonly trust: ClockTrust },
  { clock, monotonic, log, onBug }: Platform,
): Watching {
  const { conditions } = parts
  const closing = new AbortController()
  const folder = dirname(store.path)
  const disk = watchDisk(() => lookAtDisk(folder), conditions)
  const clockWatch = watchClock({ ...parts, clock, monotonic, builtAt: BUILT_AT })
  const meter = openProcessMeter(clock, monotonic)
  const upgrade = watchUpgrade(UPGRADE_FOLDER, conditions, log)
  const watch = async () => {
    while (!closing.signal.aborted) {
      clockWatch.look()
      showNodeEnd(process.versions.node, clock.now(), conditions)
      upgrade.look()
      await disk.look()
      await clock.sleep(LOOK_MS, closing.signal)
    }
  }
  const watching = watch().catch(onBug)
  return {
    clock: clockWatch,
    disk,
    process: meter,
    line(event) {
      if (event.is !== 'dated') return
      clockWatch.dated(event.aheadMs)
      clockWatch.look()
    },
    async close() {
      closing.abort()
      await watching
      await meter.close()
    },
  }
}
