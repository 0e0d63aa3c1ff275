import { Secret, TOTP } from 'otpauth'

/** What every authenticator app takes. [RFC 6238; Key URI format] */
const SETTINGS = { issuer: 'onshi-agent', algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Clocks of telephones and of the agent differ, and typing takes its time. [RFC 6238, 5.2] */
const WINDOW = 1

/** A new key, Base32. 160 bits. [RFC 4226, section 4] */
export const newKey = (): string => new Secret({ size: 20 }).base32

const totpOf = (key: string, label: string) =>
  new TOTP({ ...SETTINGS, label, secret: Secret.fromBase32(key) })

/** `otpauth://totp/…`, to scan. `label`: whose it is. */
export const uriOf = (key: string, label: string): string => totpOf(key, label).toString()

/** The step of 30 s whose code it is, now or one to either side; null where it is none. */
export function stepOf(key: string, code: string, now: number): number | null {
  const token = code.normalize('NFKC').replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const delta = totpOf(key, '').validate({ token, timestamp: now, window: WINDOW })
  return delta === null ? null : Math.floor(now / (SETTINGS.period * 1_000)) + delta
}
