import { pairsIn, printedBy } from './asked.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'

export interface ClockFacts {
  /** Null where there is no systemd to ask. */
  readonly isSynchronised: boolean | null
  /** By the time service, where it tells. Seconds, positive or negative. */
  readonly offsetSeconds: number | null
  /** Epoch ms. */
  readonly now: number
}

/** As health: more is another band of 時間外等加算, and TLS begins to fail. */
const OFFSET_LIMIT_SECONDS = 60
/** Before this release was made, no clock can be right. */
const EARLIEST = Date.parse('2026-01-01T00:00:00+09:00')

export async function readClock(now: () => number): Promise<ClockFacts> {
  const said = pairsIn((await printedBy('timedatectl', ['show'])) ?? '').get('NTPSynchronized')
  const isSynchronised = said === undefined ? null : said === 'yes'
  return { isSynchronised, offsetSeconds: await offset(), now: now() }
}

async function offset(): Promise<number | null> {
  const chrony = await printedBy('chronyc', ['-c', 'tracking'])
  if (chrony !== null) return chronyOffset(chrony)
  const timesyncd = await printedBy('timedatectl', ['timesync-status'])
  return timesyncd === null ? null : timesyncdOffset(timesyncd)
}

/** Pure. Fifth field: how far the system clock is from NTP time. [chronyc(1), tracking, -c] */
export function chronyOffset(line: string): number | null {
  const seconds = Number.parseFloat(line.split(',')[4] ?? '')
  return Number.isNaN(seconds) ? null : seconds
}

const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3_600 }

/** Pure. `Offset: -1.234ms`, `+1min 2.5s`. [systemd, timedatectl] */
export function timesyncdOffset(text: string): number | null {
  const [, sign = '', rest = ''] = /Offset: ([+-]?)(.+)/.exec(text) ?? []
  const parts = [...rest.matchAll(/([\d.]+)(us|ms|s|min|h)\b/g)]
  if (parts.length === 0) return null
  const seconds = parts.reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  )
  return sign === '-' ? -seconds : seconds
}

/** Pure. */
export function clockChecks({ isSynchronised, offsetSeconds, now }: ClockFacts): Check[] {
  const cure = next(
    '時刻の同期（systemd-timesyncd または chrony）を確認してください。',
    'timedatectl; systemctl status systemd-timesyncd or chrony',
  )
  if (now < EARLIEST)
    return [
      ng(
        'clock',
        'clock-synchronised',
        '時計が過去を指しています',
        'the clock is in the past',
        cure,
      ),
    ]
  const facts =
    offsetSeconds === null ? {} : { offsetSeconds: Math.round(offsetSeconds * 1_000) / 1_000 }
  if (offsetSeconds !== null && Math.abs(offsetSeconds) > OFFSET_LIMIT_SECONDS)
    return [
      ng(
        'clock',
        'clock-synchronised',
        '時計が {offsetSeconds} 秒ずれています',
        'the clock is {offsetSeconds} s off',
        { facts, ...cure },
      ),
    ]
  if (isSynchronised === null)
    return [
      unseen('clock', 'clock-synchronised', '時刻の同期', 'synchronisation', { facts, ...cure }),
    ]
  if (!isSynchronised)
    return [
      ng('clock', 'clock-synchronised', '時計が同期していません', 'not synchronised', {
        facts,
        ...cure,
      }),
    ]
  return [
    offsetSeconds === null
      ? ok('clock', 'clock-synchronised', '同期しています', 'synchronised')
      : ok(
          'clock',
          'clock-synchronised',
          '同期しています（ずれ {offsetSeconds} 秒）',
          'synchronised, off by {offsetSeconds} s',
          { facts },
        ),
  ]
}
