import type { Conditions } from '../kernel/conditions.ts'
import type { Clock, Part } from '../kernel/ports.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
/** The official notices begin at 90 days before the end, and renewal by post takes weeks. */
const WARN_DAYS = 120
const LOOK_EVERY_MS = 60 * 60 * 1_000

/**
 * Raises the conditions of the clinic's certificate as its end comes near; clears them when the
 * machine's clock is put right.
 */
export function watchCertificate(
  notAfter: number,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  clock: Clock,
): Part {
  const stop = new AbortController()
  const look = () => {
    const days = Math.floor((notAfter - clock.now()) / DAY_MS)
    const isExpired = days < 0
    if (isExpired) conditions.raise('CERTIFICATE_EXPIRED', 'client')
    else conditions.clear('CERTIFICATE_EXPIRED', 'client')
    if (!isExpired && days <= WARN_DAYS)
      conditions.raise('CERTIFICATE_EXPIRING', 'client', { days })
    else conditions.clear('CERTIFICATE_EXPIRING', 'client')
  }
  const looking = (async () => {
    while (!stop.signal.aborted) {
      look()
      await clock.sleep(LOOK_EVERY_MS, stop.signal)
    }
  })()
  return {
    async close() {
      stop.abort()
      await looking
    },
  }
}
