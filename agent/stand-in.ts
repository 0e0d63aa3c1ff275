import { statSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { Config } from '../config/schema.ts'
import { sameAddress } from '../config/sources.ts'
import { nagiosLine } from './api/health.ts'
import { openStandInApi } from './api/stand-in.ts'
import { openDoors } from './doors.ts'
import { Conditions } from './kernel/conditions.ts'
import type { AgentError } from './kernel/errors.ts'
import { Closer } from './kernel/lifecycle.ts'
import type { Part } from './kernel/ports.ts'
import { openHoursOf } from './lines.ts'
import { versionsOf } from './measured.ts'
import type { Platform } from './platform.ts'
import { standing } from './settings.ts'
import { VERSION } from './version.ts'

/** What a start cannot help and a person must: what is asked meanwhile is to hear why. */
export const isForStandIn = ({ code }: AgentError): boolean => code === 'STORE_CORRUPT'

/** To the process, as an agent. */
export interface StandIn extends Part {
  readonly urls: readonly string[]
  isStuck(): boolean
  ping(): Promise<void>
  status(): string
  /** Resolves when another start may do: the store is another file, or a while has passed. */
  readonly isOver: Promise<void>
}

const LOOK_MS = 5_000
/** A disk that could not read may read again. */
const TRY_AGAIN_MS = 10 * 60_000
const CLOSE_BUDGET_MS = 5_000

/**
 * Stands in for an agent whose store cannot be opened: the same addresses, and nothing of an agent but
 * `/health`. It holds no lock, so that `restore` works beside it. Throws `LISTEN_FAILED`, `OWN_CA_UNUSABLE`.
 */
export async function openStandIn(
  config: Config,
  fault: AgentError,
  platform: Platform,
): Promise<StandIn> {
  const { clock, log, monotonic, onBug } = platform
  const closer = new Closer(log, CLOSE_BUDGET_MS)
  const conditions = new Conditions(clock, openHoursOf(config), monotonic)
  for (const condition of standing(config)) conditions.raise(...condition)
  conditions.raise('STORE_DAMAGED', 'database', { code: fault.code })
  try {
    const doors = closer.add('doors', openDoors(config, conditions, platform))
    const unreadable = {
      vitals: () => {
        throw fault
      },
    }
    const { urls } = closer.add(
      'stand-in',
      await openStandInApi({
        listen: doors.listen,
        isOfLine: (address) => isOfLine(config, address),
        monitorFrom: config.monitor_from,
        fault,
        health: { showing: () => conditions.showing(), versions: () => versionsOf(unreadable) },
        version: VERSION,
      }),
    )
    log.error({ code: fault.code, url: urls.join(' ') }, 'agent-stands-in')
    const closing = new AbortController()
    const watching = otherStore(config.store.path, platform, closing.signal)
    watching.catch(onBug)
    return {
      urls,
      isOver: watching,
      isStuck: () => false,
      ping: () => Promise.resolve(),
      status: () => nagiosLine(conditions.showing()).trimEnd(),
      close: async () => {
        closing.abort()
        await closer.close()
      },
    }
  } catch (error) {
    await closer.close()
    throw error
  }
}

async function otherStore(path: string, { clock }: Platform, closing: AbortSignal): Promise<void> {
  const before = identityOf(path)
  for (let waitedMs = 0; waitedMs < TRY_AGAIN_MS; waitedMs += LOOK_MS) {
    await clock.sleep(LOOK_MS, closing)
    if (closing.aborted) return
    const now = identityOf(path)
    // While it is swapped there is none.
    if (now !== null && now !== before) return
  }
}

function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? null : `${found.ino} ${found.size} ${found.mtimeMs}`
}

/** As far as it can be said without asking the network: no line is opened. */
function isOfLine({ lines }: Config, address: string): boolean {
  const interfaces = networkInterfaces()
  return lines.some(
    ({ source_address, interface: name }) =>
      (source_address !== undefined && sameAddress(source_address, address)) ||
      (name !== undefined && interfaces[name]?.some((one) => one.address === address) === true),
  )
}
