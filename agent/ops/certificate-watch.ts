import type { Conditions } from '../kernel/conditions.ts'
import type { Facts } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
/** Renewal by post takes weeks; the official notices begin at 90 and go on with these. */
const STEPS = [7, 15, 30, 60, 90, 120] as const
/** From here on each day is a step. */
const SOON_DAYS = STEPS[0]
const LOOK_EVERY_MS = 60 * 60 * 1_000

/** What is to be told of a certificate that ends at `notAfter`. */
export type Expiry =
  | { readonly is: 'far' }
  /** `days` are whole days that are left, `notice` is the step that was passed last. */
  | { readonly is: 'near' | 'soon'; readonly days: number; readonly notice: number }
  | { readonly is: 'expired' }

/** Pure. Times are epoch ms. */
export function expiryOf(notAfter: number, now: number): Expiry {
  const days = Math.floor((notAfter - now) / DAY_MS)
  if (days < 0) return { is: 'expired' }
  if (days <= SOON_DAYS) return { is: 'soon', days, notice: days }
  const notice = STEPS.find((step) => days <= step)
  return notice === undefined ? { is: 'far' } : { is: 'near', days, notice }
}

const CODES = {
  near: 'CERTIFICATE_EXPIRING',
  soon: 'CERTIFICATE_EXPIRES_SOON',
  expired: 'CERTIFICATE_EXPIRED',
} as const
/** Whose certificate: ours, or that of the official terminal, whose end a person typed. */
export type CertificateSubject = 'client' | 'terminal'

const factsOf = (expiry: Expiry): Facts =>
  'days' in expiry ? { days: expiry.days, notice: expiry.notice } : {}

function show(
  expiry: Expiry,
  subject: CertificateSubject,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
): void {
  for (const is of ['near', 'soon', 'expired'] as const) {
    if (is === expiry.is) conditions.raise(CODES[is], subject, factsOf(expiry))
    else conditions.clear(CODES[is], subject)
  }
}

function tell(expiry: Expiry, subject: CertificateSubject, log: Log): void {
  if (expiry.is === 'expired') log.error({ subject }, 'certificate-expired')
  else if (expiry.is !== 'far') log.warn({ subject, ...factsOf(expiry) }, 'certificate-expiring')
}

export interface CertificateWatch extends Part {
  /** For when another certificate was activated. */
  look(): void
}

/**
 * Raises the conditions of the clinic's certificate as its end comes near, and writes each new step
 * to the log; clears them when the machine's clock is put right or another certificate is active.
 * `notAfter` gives the end of the active one, epoch ms.
 */
export function watchCertificate(
  notAfter: () => number,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  log: Log,
  clock: Clock,
  subject: CertificateSubject = 'client',
): CertificateWatch {
  const stop = new AbortController()
  let told = ''
  const look = () => {
    const end = notAfter()
    const expiry = expiryOf(end, clock.now())
    show(expiry, subject, conditions)
    const step = `${end} ${expiry.is} ${factsOf(expiry)['notice']}`
    if (step !== told) tell(expiry, subject, log)
    told = step
  }
  const looking = (async () => {
    while (!stop.signal.aborted) {
      look()
      await clock.sleep(LOOK_EVERY_MS, stop.signal)
    }
  })()
  return {
    look,
    async close() {
      stop.abort()
      await looking
    },
  }
}
