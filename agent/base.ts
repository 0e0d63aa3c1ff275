import type { Config } from '../config/schema.ts'
import { counted, metersOf } from './counting.ts'
import type { Judging } from './eligibility/ending.ts'
import { judgingOf } from './judging.ts'
import { Conditions } from './kernel/conditions.ts'
import { asFault } from './kernel/errors.ts'
import type { Closer } from './kernel/lifecycle.ts'
import { openHoursOf } from './lines.ts'
import { checkAuditAtStart, watchAudit } from './ops/audit-watch.ts'
import { type ClockTrust, openClockTrust } from './ops/clock-trust.ts'
import { watchStore } from './ops/fault-watch.ts'
import type { Meters } from './ops/metrics/meters.ts'
import type { Platform } from './platform.ts'
import { readIdentity, standing, withKey } from './settings.ts'
import { openStore, type Store } from './store/store.ts'
import { openStoreKey } from './store-key.ts'
import type { Identity } from './uplink/identity.ts'
import { openWatching, type Watching } from './watching.ts'

/** The parts on which all others stand. */
export interface Base {
  readonly conditions: Conditions
  readonly meters: Meters
  readonly identity: Identity | null
  readonly store: Store
  readonly clockTrust: ClockTrust
  readonly watching: Watching
  readonly judging: Judging
}

/** Opens them, in the order of their dependencies. Throws what the store and the certificate throw. */
export async function openBase(config: Config, closer: Closer, platform: Platform): Promise<Base> {
  const conditions = new Conditions(platform.clock, openHoursOf(config), platform.monotonic)
  const meters = metersOf(config)
  for (const condition of standing(config)) conditions.raise(...condition)
  // Before the store: a refused certificate leaves nothing behind.
  const identity = readIdentity(config)
  const store = closer.add('store', await storeOf(config, conditions, meters, platform))
  const trail = { ...platform, trail: store.auditTrail, conditions }
  closer.add('audit check', checkAuditAtStart(trail, platform.onBug))
  const clockTrust = closer.add('clock trust', openClockTrust(platform))
  const parts = { conditions, trust: clockTrust }
  const watching = closer.add('watching', openWatching(config, parts, platform))
  const judging = judgingOf(config, clockTrust)
  return { conditions, meters, identity, store, clockTrust, watching, judging }
}

const MIB = 1024 * 1024

/** Throws what the store throws, with the key of the configuration that may be wrong. */
async function storeOf(
  config: Config,
  conditions: Conditions,
  meters: Meters,
  platform: Platform,
): Promise<Store> {
  const { path, key_file: keyFile } = config.store
  const reserveBytes = config.audit.reserve_mib * MIB
  try {
    const watch = watchStore(conditions, 'database')
    const store = await openStore({
      path,
      key: openStoreKey(config, conditions),
      observe: (fault, tookMs) => {
        watch(fault)
        meters.stored(fault, tookMs)
      },
      observeReads: watchStore(conditions, 'reading'),
      audit: {
        reserveBytes,
        second: config.audit.anchor_file ?? null,
        observe: watchAudit(conditions, reserveBytes),
      },
      ...platform,
    })
    return counted(store, meters)
  } catch (error) {
    const fault = asFault(error)
    if (fault.code === 'STORE_KEY_WRONG') throw withKey(fault, 'store.key_file', keyFile)
    throw withKey(fault, 'store.path', path)
  }
}
