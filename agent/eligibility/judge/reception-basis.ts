import type { DayHours, Span, Weekday } from '../../kernel/hours.ts'
import type { Reception, TimeClass } from '../../kernel/judgement.ts'
import { isSaturdayAfternoon, type Minute, type ReceptionDay } from './reception-day.ts'

const weekdays: Record<Weekday, string> = {
  sun: '日曜日',
  mon: '月曜日',
  tue: '火曜日',
  wed: '水曜日',
  thu: '木曜日',
  fri: '金曜日',
  sat: '土曜日',
}
const bands: Record<Reception['band'], string> = {
  early: '早朝',
  day: '日中',
  night: '夜間',
  midnight: '深夜',
}
const IN_A_GAP = '時間外加算の候補（緊急性と患者の希望、日中の診療時間外が対象になるかは人が判断）'
const PERSON = '緊急性と患者の希望は人が判断'
const verdicts: Record<TimeClass, string> = {
  'in-hours': '時間内',
  'early-or-night': '夜間・早朝等加算の候補（施設基準は人が確認）',
  'out-of-hours': `時間外加算の候補（${PERSON}）`,
  holiday: `休日加算の候補（${PERSON}）`,
  midnight: `深夜加算の候補（${PERSON}）`,
}

/** Why a minute of a day is what it is: one sentence for staff. */
export function basisOf(minute: number, day: ReceptionDay, found: Minute): string {
  const opening = openingIn(day.hours, found.inHours)
  const verdict = isGapByDay(minute, day, found) ? IN_A_GAP : verdicts[found.matched[0]]
  return `${timeOf(minute)}（${bands[found.band]}）、${dayIn(day)}、${opening}：${verdict}。`
}

const timeOf = (minute: number) =>
  `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`

function dayIn({ weekday, holiday }: ReceptionDay): string {
  const name = weekdays[weekday]
  if (holiday === null) return name
  return holiday === name ? `${name}（休日）` : `${name}（休日：${holiday}）`
}

function openingIn({ spans, since, closedAs }: DayHours, inHours: boolean | null): string {
  if (closedAs === 'day-off') return '休診日'
  if (spans === null) return '診療時間の登録なし（時間内とみなす）'
  const said = [...spans.map(spanOf), ...(since === null ? [] : [`${dateOf(since)}からの表`])]
  const table = said.length === 0 ? '' : `（${said.join('、')}）`
  if (closedAs !== null) return `${closedAs === 'holiday' ? '祝日の休診' : '休診の曜日'}${table}`
  return `診療時間${table}の${inHours ? '内' : '外'}`
}

const spanOf = ([from, to]: Span) => `${timeOf(from)}～${timeOf(to)}`

const dateOf = (day: string) => {
  const [year, month, date] = day.split('-').map(Number)
  return `${year}年${month}月${date}日`
}

/**
 * As at lunch, on a day that has hours. The fee schedule means by 時間外 the early morning, the evening
 * (on Saturdays the afternoon) and days closed as a whole; other clinics it takes by their hours.
 * [医科点数表の実施上の留意事項, A000 時間外加算]
 */
const isGapByDay = (minute: number, day: ReceptionDay, { band, matched }: Minute) =>
  matched[0] === 'out-of-hours' &&
  band === 'day' &&
  day.hours.closedAs === null &&
  !isSaturdayAfternoon(minute, day)
