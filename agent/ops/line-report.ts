import { AgentError } from '../kernel/errors.ts'
import { type FaultCode, faults } from '../kernel/faults.ts'
import type { LineCard } from '../kernel/line.ts'
import { inJapan } from '../kernel/time.ts'
import type { LineEventRecord, LineRecords } from '../store/line-history.ts'
import { downMsIn, type LineOutage, outagesIn } from './line-outages.ts'
import { type DayQuality, dayOf, qualityOf, type RttQuality } from './line-quality.ts'
import { duration, fit, percent, row, rule, WIDTH } from './text-page.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const MINUTE_MS = 60_000
/** As long as the history is kept. */
const MOST_DAYS = 90

/** What fits on the page. */
const OUTAGES_SHOWN = 15
const ADDRESSES_SHOWN = 4
const DAYS_SHOWN = 14

/** Everything that the page says. Times are epoch ms. */
export interface LineQuality {
  readonly card: LineCard
  readonly from: number
  readonly to: number
  readonly days: readonly DayQuality[]
  readonly rtt: RttQuality | null
  readonly outages: readonly LineOutage[]
  /** Changes of the line's own address, in order. */
  readonly addresses: readonly LineEventRecord[]
}

/** The page for the last `days` days, today among them. Throws `REQUEST_INVALID`. */
export async function reportOf(
  records: Pick<LineRecords, 'minutes' | 'events' | 'standingBefore' | 'lastMinuteBefore'>,
  card: LineCard,
  days: number,
  now: number,
): Promise<string> {
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new AgentError('REQUEST_INVALID', `days: a whole number from 1 to ${MOST_DAYS}`)
  const period = { from: dayOf(now) - (days - 1) * DAY_MS, to: now }
  const { name } = card
  const events = records.events(name, period)
  const seen = {
    before: records.standingBefore(name, period.from),
    events,
    lastMinuteBefore: (at: number) => records.lastMinuteBefore(name, at),
  }
  return reportText({
    card,
    ...period,
    ...(await qualityOf(records, name, period)),
    outages: outagesIn(seen, period),
    addresses: events.filter(({ kind }) => kind === 'address'),
  })
}

/** One page of A4, 80 columns, Japanese: what a carrier asks for. */
export function reportText(quality: LineQuality): string {
  const parts = [
    head(quality),
    summary(quality),
    outageList(quality),
    addressList(quality),
    dayTable(quality),
    notes,
  ]
  return `${parts
    .flat()
    .map((line) => fit(line, WIDTH).trimEnd())
    .join('\n')}\n`
}

const minuteText = (at: number) => inJapan(at).replace('T', ' ').slice(0, 16)
const secondText = (at: number) => inJapan(at).replace('T', ' ')

const KINDS = {
  'ip-vpn': 'IP-VPN',
  ipsec: 'IPsec+IKE',
  simulator: 'シミュレーター',
} as const satisfies Record<LineCard['kind'], string>

function head({ card, from, to }: LineQuality): string[] {
  const { name, kind, family, contact } = card
  const called = [contact.carrier, contact.phone, contact.hours].filter((one) => one !== null)
  const entry = (label: string, text: string) => `${fit(label, 16)}${text}`
  return [
    rule('='),
    '回線品質報告書（オンライン資格確認の接続回線）',
    rule('='),
    entry('回線', `${name}（${KINDS[kind]}、${family === 'ipv6' ? 'IPv6' : 'IPv4'}）`),
    entry('お客様ID', contact.customerId ?? '（未記入）'),
    entry('回線事業者', called.join('　') || '（未記入）'),
    entry('ルーター', contact.router ?? '（未記入）'),
    entry('対象期間', `${minuteText(from)} から ${minuteText(to)} まで（日本時間）`),
    '',
  ]
}

function summary({ days, rtt, outages, addresses, from, to }: LineQuality): string[] {
  const sum = (of: (day: DayQuality) => number) => days.reduce((total, day) => total + of(day), 0)
  const recordedMs = sum(({ minutes }) => minutes) * MINUTE_MS
  const downMs = Math.min(downMsIn(outages, from, to), recordedMs)
  const longest = Math.max(0, ...outages.map((outage) => outage.to - outage.from))
  const [probes, lost] = [sum((day) => day.probes), sum((day) => day.lost)]
  const prefixes = addresses.filter(({ facts }) => facts['prefixChanged'] === true).length
  const entry = (label: string, text: string) => `  ${fit(label, 22)}${text}`
  return [
    '■ まとめ',
    entry(
      '稼働率',
      recordedMs === 0
        ? '記録がありません'
        : `${percent(1 - downMs / recordedMs)}（記録 ${duration(recordedMs)}のうち停止 ${duration(downMs)}）`,
    ),
    entry(
      '停止',
      outages.length === 0 ? 'なし' : `${outages.length} 回、最長 ${duration(longest)}`,
    ),
    entry(
      '往復時間',
      rtt === null
        ? '記録がありません'
        : `中央値 ${rtt.median.toFixed(1)} ms、95% 値 ${rtt.p95.toFixed(1)} ms、最大 ${rtt.worst.toFixed(1)} ms`,
    ),
    entry(
      '損失率',
      probes === 0
        ? '記録がありません'
        : `${percent(lost / probes, 'up')}（確認 ${probes} 回のうち応答なし ${lost} 回）`,
    ),
    entry('照会', `${sum((day) => day.questions)} 回のうち失敗 ${sum((day) => day.failed)} 回`),
    entry('プレフィックスの変更', prefixes === 0 ? 'なし' : `${prefixes} 回`),
    '',
  ]
}

const ENDS = { over: '', lasts: '（継続中）', unseen: '（記録中断）' } as const

function outageList({ outages }: LineQuality): string[] {
  if (outages.length === 0) return []
  const columns = [20, 15, 11, 33]
  const longest = outages
    .toSorted((one, other) => other.to - other.from - (one.to - one.from))
    .slice(0, OUTAGES_SHOWN)
  const more = outages.length - longest.length
  return [
    `■ 停止（長い順${more > 0 ? `、ほか ${more} 回` : ''}）`,
    row(columns, ['開始', '終了', '長さ', '原因']),
    ...longest.map(({ from, to, cause, end }) =>
      row(columns, [
        secondText(from),
        end === 'over' ? endText(from, to) : ENDS[end],
        duration(to - from),
        cause === null ? '不明' : `${faults[cause].number} ${causeText(cause)}`,
      ]),
    ),
    '',
  ]
}

/** The time alone where the day is that of the begin. */
const endText = (from: number, to: number) =>
  secondText(to).slice(secondText(from).slice(0, 10) === secondText(to).slice(0, 10) ? 11 : 5)

/** What carriers call it; the other faults go by their titles. */
const CAUSES: Partial<Readonly<Record<FaultCode, string>>> = {
  LINE_LINK_DOWN: 'LAN リンク断',
  LINE_ADDRESS_MISSING: 'アドレス割当なし（RA）',
  LINE_ROUTER_GONE: 'ルーター応答なし',
  LINE_NAME_UNRESOLVED: '名前解決不可（DNS）',
  LINE_AUTH_LOST: '回線認証切れ',
  LOGIN_PAGE: '回線認証切れ（画面応答）',
  LINE_SILENT: '通信途絶（応答なし）',
  LINE_UNREACHABLE: '接続不可',
  LINE_TIMEOUT: '応答時間超過',
  LINE_BROKEN: '通信切断',
  GATEWAY_UNREACHABLE: '接続先に到達不可',
}

const causeText = (fault: FaultCode) => CAUSES[fault] ?? faults[fault].title.replace(/。$/, '')

function addressList({ addresses }: LineQuality): string[] {
  if (addresses.length === 0) return []
  const shown = addresses.slice(-ADDRESSES_SHOWN)
  return [
    `■ アドレスの変更（新しい ${shown.length} 件）`,
    ...shown.map(({ at, facts }) => {
      const note = facts['prefixChanged'] === true ? '　プレフィックス変更' : ''
      return `  ${secondText(at)}  ${facts['address'] ?? '（なし）'}${note}`
    }),
    '',
  ]
}

function dayTable({ days, outages }: LineQuality): string[] {
  const columns = [12, 9, 14, 6, 9, 11, 10, 7]
  const shown = days.slice(-DAYS_SHOWN)
  if (shown.length === 0) return []
  const ms = (value: number | null) => (value === null ? '-' : `${value.toFixed(1)} ms`)
  return [
    `■ 日ごとの品質${shown.length < days.length ? `（最後の ${shown.length} 日）` : ''}`,
    row(columns, ['日付', '記録', '停止', '回数', '損失', '往復中央値', '往復最大', '照会']),
    ...shown.map(({ from, minutes, probes, lost, questions, rttMs, rttMaxMs }) => {
      const downMs = downMsIn(outages, from, from + DAY_MS)
      const begun = outages.filter((one) => one.from >= from && one.from < from + DAY_MS).length
      return row(columns, [
        minuteText(from).slice(0, 10),
        `${minutes} 分`,
        downMs === 0 ? '-' : duration(downMs),
        begun === 0 ? '-' : String(begun),
        probes === 0 ? '-' : percent(lost / probes, 'up'),
        ms(rttMs),
        ms(rttMaxMs),
        String(questions),
      ])
    }),
    '',
  ]
}

const notes = [
  '■ 注記',
  '  往復時間と損失は接続先までの TCP 接続で測り、往復時間は 1 分ごとの中央値から求め',
  '  た。停止は回線を使えなかった時間で、秒単位で記録した。',
  '  時刻はこの端末の時計による。事業者の記録と照合するときは時計のずれに注意する。',
]
