import { toRfc3339 } from '../kernel/time.ts'
import type { VendorAction } from '../kernel/vendor-access.ts'
import type { ShownWindow } from './vendor-shown.ts'

/** 作業報告書 of one window: what was done, by whom, as the audit has it. */
export interface Report {
  readonly window: ShownWindow
  readonly actions: readonly ReportedAction[]
  /** Those of `actions` that changed something. */
  readonly changes: readonly ReportedAction[]
}

/** The same thing done again and again by one person, in one line. */
export interface ReportedAction {
  /** Name; `console` for commands on the machine itself. */
  readonly by: string
  /** Japanese. */
  readonly title: string
  /** As the audit has it. */
  readonly action: string
  readonly isChange: boolean
  readonly count: number
  /** RFC 3339. */
  readonly firstAt: string
  readonly lastAt: string
}

/** What the vendor may use, in the words of the clinic. */
const routes: Readonly<Record<string, string>> = {
  'GET /desk/live': '画面を開いた',
  'GET /health': '装置全体の状態を見た',
  'GET /metrics': '統計を見た',
  'GET /openapi.json': '連携の仕様を見た',
  'GET /v1/deliveries': '配信の状態を見た',
  'GET /v1/jobs': '自動の仕事の状態を見た',
  'GET /v1/lines': '回線の状態を見た',
  'GET /v1/lines/:name/quality': '回線の品質を見た',
  'GET /v1/lines/:name/report': '回線の報告書を見た',
  'GET /v1/outages': '照会できなかった時間を見た',
  'GET /v1/readers': 'カードリーダーの状態を見た',
  'GET /v1/terminal': '資格確認端末の状態を見た',
  'POST /desk/prints': '印刷した',
}

const words: Readonly<Record<string, string>> = {
  'sign-in': 'サインインした',
  'sign-in-to-set': '一度だけの番号で入った',
  'sign-in-refused': 'サインインに失敗した',
  'sign-out': 'サインアウトした',
  'session-end': 'サインインの期限が切れた',
  'staff-secret': 'パスワードとPINを決めた',
  lock: '画面がロックされた',
  unlock: 'ロックを解除した',
  'unlock-refused': 'ロックの解除に失敗した',
  'staff-add': '職員を登録した',
  'staff-reset': '職員の番号を再発行した',
  'staff-disable': '職員の登録を無効にした',
  'line-use': '回線を切り替えた',
  'line-release': '回線の切り替えを元に戻した',
}

/** What only looks, or is part of coming and going. */
const looks = /^(sign-|session-|lock$|unlock|staff-secret$)/

export function reportOf(
  window: ShownWindow,
  actions: readonly VendorAction[],
  names: ReadonlyMap<string, string>,
): Report {
  const rows = new Map<string, ReportedAction>()
  for (const { at, actor, action, subject } of actions) {
    const who = actor === 'agent' ? (subject.split(' ', 1)[0] ?? actor) : actor
    const by = names.get(who) ?? who
    const isRoute = action === 'vendor'
    const what = isRoute ? subject : action
    const key = `${by} ${what}`
    const known = rows.get(key)
    const time = toRfc3339(at)
    rows.set(key, {
      by,
      title: (isRoute ? routes[subject] : words[action]) ?? what,
      action: what,
      isChange: isRoute ? !/^(GET|HEAD) |\/prints$/.test(subject) : !looks.test(action),
      count: (known?.count ?? 0) + 1,
      firstAt: known?.firstAt ?? time,
      lastAt: time,
    })
  }
  const all = [...rows.values()]
  return { window, actions: all, changes: all.filter(({ isChange }) => isChange) }
}
