import type { LineQuality } from '../../api/desk-shapes.ts'
import { clockOf } from '../words.ts'

type Minute = LineQuality['items'][number]

/** Minutes of a line’s picture. */
export const MINUTES = 24 * 60
/** A line of ten minutes is as fine as an eye sees on a day. */
const SLOT = 10
/** The row of a minute comes after it. */
const LATE = 2

/** Minutes from the beginning of the picture, `to` not among them. */
export interface Stretch {
  readonly standing: Minute['standing'] | 'unknown'
  readonly from: number
  readonly to: number
}

export interface Slot {
  readonly from: number
  /** Of the looks at the line, how many came to nothing; null: there was none. */
  readonly lostPercent: number | null
  readonly rttMs: number | null
}

/** The last day of a line, ready to be drawn and to be read out. */
export interface QualityPicture {
  readonly stretches: readonly Stretch[]
  readonly slots: readonly Slot[]
  /** Upper end of the scale of round trips. */
  readonly topMs: number
  /** Says the same as the picture. */
  readonly summary: string
  /** When it was down, newest first: `9:12～9:20（8分）`. */
  readonly stops: readonly string[]
  /** `9:30`, from the beginning to the end, three hours apart. */
  readonly hours: readonly string[]
}

/** `until`: RFC 3339; the picture ends with its minute. */
export function pictureOf({ items }: LineQuality, until: string): QualityPicture {
  const startMs = Math.floor(Date.parse(until) / 60_000) * 60_000 - MINUTES * 60_000
  const minutes = new Map<number, Minute>()
  for (const item of items) minutes.set(Math.floor((Date.parse(item.at) - startMs) / 60_000), item)
  const stretches = stretchesOf(minutes)
  const slots = slotsOf(minutes)
  const clock = (minute: number) => clockOf(inJapan(startMs + minute * 60_000))
  return {
    stretches,
    slots,
    topMs: topOf(slots.map(({ rttMs }) => rttMs ?? 0)),
    summary: summaryOf(stretches, [...minutes.values()], slots),
    stops: stretches
      .filter(({ standing }) => standing === 'down')
      .map(({ from, to }) => `${clock(from)}～${clock(to)}（${to - from}分）`)
      .reverse(),
    hours: Array.from({ length: 9 }, (_, index) => clock(index * 180)),
  }
}

const inJapan = (ms: number) => new Date(ms + 9 * 60 * 60_000).toISOString()

function stretchesOf(minutes: ReadonlyMap<number, Minute>): Stretch[] {
  const found: Stretch[] = []
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const standing = minutes.get(minute)?.standing ?? 'unknown'
    const last = found.at(-1)
    if (last?.standing === standing) found.splice(-1, 1, { ...last, to: minute + 1 })
    else found.push({ standing, from: minute, to: minute + 1 })
  }
  const isNotYetThere = ({ standing, from, to }: Stretch) =>
    standing === 'unknown' && to === MINUTES && to - from <= LATE
  return found.filter((stretch) => !isNotYetThere(stretch))
}

function slotsOf(minutes: ReadonlyMap<number, Minute>): Slot[] {
  return Array.from({ length: MINUTES / SLOT }, (_, index) => {
    const from = index * SLOT
    const inside = Array.from({ length: SLOT }, (_, n) => minutes.get(from + n) ?? []).flat()
    const { lostPercent } = lossOf(inside)
    return {
      from,
      lostPercent,
      rttMs: middleOf(inside.flatMap(({ rttMedianMs }) => rttMedianMs ?? [])),
    }
  })
}

function lossOf(rows: readonly Minute[]): { readonly lostPercent: number | null } {
  const probes = rows.reduce((sum, row) => sum + row.probes, 0)
  const lost = rows.reduce((sum, row) => sum + row.lost, 0)
  return { lostPercent: probes === 0 ? null : (lost / probes) * 100 }
}

/** Lower median, null of nothing. */
function middleOf(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

/** 10, 20, 50, 100 …: a scale that a person reads. */
function topOf(numbers: readonly number[]): number {
  const most = Math.max(10, ...numbers)
  const power = 10 ** Math.floor(Math.log10(most))
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= most) ?? most
}

function summaryOf(
  stretches: readonly Stretch[],
  rows: readonly Minute[],
  slots: readonly Slot[],
): string {
  if (rows.length === 0) return '記録がまだありません'
  const told = (standing: Stretch['standing'], word: string) => {
    const own = stretches.filter((one) => one.standing === standing)
    const minutes = own.reduce((sum, { from, to }) => sum + to - from, 0)
    return own.length === 0 ? [] : [`${word} ${own.length}回 合計${minutes}分`]
  }
  const down = told('down', '停止')
  const rtts = slots.flatMap(({ rttMs }) => rttMs ?? [])
  const usual = middleOf(rtts)
  const { lostPercent } = lossOf(rows)
  return [
    ...(down.length === 0 ? ['停止なし'] : down),
    ...told('trial', '様子見'),
    ...told('unknown', '記録なし'),
    ...(lostPercent === null ? [] : [`欠落 ${rounded(lostPercent)}%`]),
    ...(usual === null
      ? []
      : [`往復 ふだん${rounded(usual)}ミリ秒、最大${rounded(Math.max(...rtts))}ミリ秒`]),
  ].join('、')
}

const rounded = (value: number) => Math.round(value * 10) / 10
