import { inJapan } from '../kernel/time.ts'

/** Digits of a UUID that are its time, and those of the random rest that a name carries. */
const TIME_DIGITS = 12
const RANDOM_DIGITS = 8

/** Japanese wall-clock time of a UUID version 7, YYYYMMDDHHmmss. */
const momentOf = (timeDigits: string) =>
  inJapan(Number.parseInt(timeDigits, 16)).replaceAll(/\D/g, '')

/**
 * The name that receipt computers take in: 医療機関コード, directly followed by 20 hex digits, and
 * the time. The digits are the event's own, time first, so that one event has one name, at every
 * attempt and in every replay, and names of one institution sort as the events came.
 *
 * `eventId`: a UUID version 7. Its time is the time in the name.
 */
export function faceName(institutionCode: string, eventId: string): string {
  const digits = eventId.replaceAll('-', '').toUpperCase()
  const time = digits.slice(0, TIME_DIGITS)
  const opaque = time + digits.slice(-RANDOM_DIGITS)
  return `OQSsiquc01res_face_${institutionCode}${opaque}_${momentOf(time)}.xml`
}

const NAME = /^OQSsiquc01res_face_(\d{10})([0-9A-F]{12})[0-9A-F]{8}_(\d{14})\.xml$/

/**
 * When a file of ours was named, epoch ms; null: it is none of ours. A name of the official terminal
 * has other digits, in which its own time is not found again.
 */
export function namedAt(institutionCode: string, name: string): number | null {
  const [, code, time = '', moment] = NAME.exec(name) ?? []
  if (code !== institutionCode || momentOf(time) !== moment) return null
  return Number.parseInt(time, 16)
}
