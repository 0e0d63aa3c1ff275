import type { Facts } from './errors.ts'
import type { Clock } from './ports.ts'

/** Where a thing is broken, as `/health` groups it. */
export type Component =
  | 'agent'
  | 'reader'
  | 'line'
  | 'certificate'
  | 'gateway'
  | 'terminal'
  | 'store'
  | 'delivery'

interface ConditionKind {
  readonly number: `C${number}`
  readonly component: Component
  /** `fail` only for what the clinic or its vendor can cure; `pass` states something, always. */
  readonly severity: 'pass' | 'warn' | 'fail'
  /** How long, ms, it must hold before anyone is told: a transient is no news. */
  readonly graceMs: number
  /**
   * Causes of which this is a symptom: while one of them shows, for the same subject or for more
   * than one line, this does not.
   */
  readonly hiddenBy?: readonly string[]
  /** Outside the clinic's hours it is only a warning: nobody is there to cure it. */
  readonly inHours?: true
  readonly title: string
  readonly action: string
  readonly hint: string
}

const kind = (
  number: ConditionKind['number'],
  component: Component,
  severity: ConditionKind['severity'],
  graceMs: number,
  title: string,
  action: string,
  hint: string,
): ConditionKind => ({ number, component, severity, graceMs, title, action, hint })

/** A line that loses some packets, or a router that restarts its radio, is no news. */
const LINE_GRACE_MS = 10_000
/** Causes that lie outside the clinic; nobody there can cure what they bring. */
const OUTSIDE: readonly string[] = ['GATEWAY_UNREACHABLE', 'MAINTENANCE_RUNNING']
const ofLine = { hiddenBy: OUTSIDE, inHours: true } as const
/** Before the carrier's network: an outage at the gateway does not unplug a cable. */
const ofOurSide = { hiddenBy: ['MAINTENANCE_RUNNING'], inHours: true } as const

/**
 * What can be wrong now. Levels, not events: raised, holds, cleared; raising again is free and
 * keeps the age. The rules on codes and numbers of `faults.ts` hold here too.
 */
// biome-ignore format: a table; one condition a row reads best
export const conditions = {
  READER_DOWN: kind('C901', 'reader', 'warn', 5_000, 'カードリーダーが使えません。', 'カードリーダーのケーブルと電源を確認してください。', 'See `code` for the fault; reading goes on by itself when it is cured.'),
  LINE_DOWN: { ...kind('C902', 'line', 'fail', LINE_GRACE_MS, '回線がつながりません。', 'ルーターと ONU の電源を確認してください。', 'The gateway is not reached over this line; see `code`, and `onshi-agent doctor`.'), ...ofLine },
  GATEWAY_FAULT: { ...kind('C903', 'gateway', 'warn', 10_000, 'オンライン資格確認システムから正しい回答がありません。', '続くときはコールセンターに連絡してください。', 'See `code` for the last fault of the gateway.'), hiddenBy: OUTSIDE },
  CERTIFICATE_EXPIRING: kind('C904', 'certificate', 'warn', 0, '電子証明書の期限が近づいています。', '電子証明書の更新を申請してください。', 'Renew the clinic’s certificate before `days` have passed.'),
  CERTIFICATE_EXPIRED: kind('C905', 'certificate', 'fail', 0, '電子証明書の期限が切れています。', '電子証明書を更新してください。', 'Renew the clinic’s certificate.'),
  CERTIFICATE_REFUSED: { ...kind('C906', 'certificate', 'fail', 0, '電子証明書による接続ができません。', '保守業者に連絡してください。', 'See `code` for the last TLS fault.'), hiddenBy: ['CERTIFICATE_EXPIRED'] },
  LOGIN_REFUSED_HOLDS: kind('C907', 'gateway', 'fail', 0, 'オンライン資格確認システムにログインできません。', 'ユーザー ID とパスワードを確認してください。', 'Correct `[gateway.account]` and restart; logins wait so as not to lock the account.'),
  STORE_FAILING: kind('C908', 'store', 'fail', 0, '記録ができません。', '保守業者に連絡してください。', 'See `code`; check the disk.'),
  INSECURE_LISTEN: kind('C909', 'agent', 'warn', 0, '院内ネットワークへの公開が暗号化されていません。', '保守業者に連絡してください。', '`insecure_lan = true`: give the listener `allow` and `tls`.'),
  SIMULATOR_IN_USE: kind('C910', 'gateway', 'warn', 0, '練習用の接続先（シミュレーター）を使っています。', '本番の照会ではありません。', '`gateway.simulator = true`: answers are invented.'),
  LINE_LINK_DOWN: { ...kind('C911', 'line', 'fail', 5_000, '回線のLANケーブルがつながっていません。', 'LANケーブルと、ルーター・ONU の電源を確認してください。', 'The line’s interface has no carrier.'), ...ofOurSide },
  LINE_ADDRESS_MISSING: { ...kind('C912', 'line', 'fail', LINE_GRACE_MS, '回線のアドレスが割り当てられていません。', 'ルーターの電源を入れ直し、続くときは回線の窓口へ連絡してください。', 'The line’s interface has no usable address.'), ...ofOurSide },
  LINE_ROUTER_GONE: { ...kind('C913', 'line', 'fail', LINE_GRACE_MS, '回線のルーターが応答しません。', 'ルーターの電源を入れ直してください。', 'No route from the line’s address, or its router is silent.'), ...ofOurSide },
  LINE_NAME_UNRESOLVED: { ...kind('C914', 'line', 'fail', LINE_GRACE_MS, '接続先の名前を解決できません（DNS）。', '回線の窓口へ連絡してください。', 'See `code`: the line’s DNS servers fail.'), ...ofLine },
  LINE_AUTH_LOST: { ...kind('C915', 'line', 'fail', 0, '回線認証が切れています。', '回線認証をもう一度行ってください。', 'Repeat the line authentication; `prefixChanged` says whether the line got another prefix.'), ...ofLine },
  LINE_MISROUTED: { ...kind('C916', 'line', 'fail', 0, '回線の経路設定に誤りがあります。', '保守業者に連絡してください。', '`onshi-agent doctor` prints the routing that is needed.'), ...ofOurSide },
  SERVER_CERTIFICATE_WRONG: { ...kind('C917', 'gateway', 'fail', LINE_GRACE_MS, '接続先の証明書が正しくありません。', '保守業者に連絡してください。', 'See `code`: another CA, another name or expired. Check DNS, `gateway.ca_file` and the clock; nothing was sent.'), ...ofLine },
  GATEWAY_UNREACHABLE: { ...kind('C918', 'gateway', 'warn', LINE_GRACE_MS, 'オンライン資格確認システムに接続できません。', '全国的な障害の可能性があります。お知らせを確認してください。', 'The lines live, the gateway does not take connections.'), hiddenBy: ['MAINTENANCE_RUNNING'] },
  MAINTENANCE_ANNOUNCED: kind('C919', 'gateway', 'warn', 0, 'メンテナンスが予定されています。', '予定の時間は照会できないことがあります。', 'From the file that `maintenance.file` names; shown from 24 hours before.'),
  MAINTENANCE_RUNNING: kind('C920', 'gateway', 'warn', 0, '予定されたメンテナンス中です。', '終わるまで資格確認書などで受付を続けてください。', 'From the file that `maintenance.file` names.'),
  NO_LINE: { ...kind('C921', 'line', 'fail', LINE_GRACE_MS, 'どの回線でも照会できません。', '資格確認書などで受付を続けてください。回線が戻ると自動で照会し直します。', 'Every line is down; the conditions of the lines say why.'), ...ofLine },
  LINE_HELD_BY_HAND: kind('C922', 'line', 'warn', 0, '回線を手動で切り替えたままです。', '工事などが終わったら元に戻してください。', '`onshi-agent line release NAME` gives the choice back.'),
  LINE_UNSTABLE: kind('C923', 'line', 'warn', 0, '回線が不安定です。', '続くときは回線の窓口へ連絡してください。', 'It went down soon after it had come back; `onshi-agent line report NAME` is what the carrier asks for.'),
  CERTIFICATE_EXPIRES_SOON: kind('C924', 'certificate', 'fail', 0, '電子証明書がまもなく切れます。', 'すぐに電子証明書を更新してください。', 'A week or less is left: `onshi-agent cert import`.'),
  MAINTENANCE_FILE_INVALID: kind('C925', 'agent', 'warn', 0, 'メンテナンス予定のファイルを読めません。', '保守業者に連絡してください。', 'See `mistake`: correct the file that `maintenance.file` names; it is read again within a minute.'),
  TERMINAL_UNREACHABLE: { ...kind('C926', 'terminal', 'fail', LINE_GRACE_MS, '資格確認端末の共有フォルダーにつながりません。', '資格確認端末の電源と、LANケーブルを確認してください。', 'See `code`: the folder cannot be listed, or does not answer. It is taken up again by itself.'), inHours: true },
  TERMINAL_SILENT: { ...kind('C927', 'terminal', 'fail', 0, '資格確認端末が照会を受け取りません。', '資格確認端末が起動し、連携アプリケーションが動いているか確認してください。', 'Requests stay in `req`; cleared by the next one that is picked up, or by any new file of the terminal.'), inHours: true, hiddenBy: ['TERMINAL_UNREACHABLE'] },
  TERMINAL_QUIET: { ...kind('C928', 'terminal', 'warn', 0, '資格確認端末から結果が届いていません。', '資格確認端末とカードリーダーの画面を確認してください。', 'The newest file is older than `terminal.quiet_hours` within clinic hours.'), inHours: true, hiddenBy: ['TERMINAL_UNREACHABLE', 'TERMINAL_SILENT'] },
  TERMINAL_FILE_UNREADABLE: kind('C929', 'terminal', 'warn', 0, '資格確認端末の結果に読めないファイルがあります。', '公式の画面で結果を確認し、保守業者に連絡してください。', 'See `code` and `modifiedAt`; the file was left as it is. Cleared after a day without another one.'),
  TERMINAL_CLOCK_WRONG: kind('C930', 'terminal', 'warn', 0, '資格確認端末の時計がずれています。', '保守業者に連絡してください。', 'Its files are `seconds` off this machine’s clock; set the clock that is wrong.'),
  TERMINAL_BYPASSED: kind('C931', 'terminal', 'warn', 0, '中継を切り離した状態です。', '保守業者に連絡してください。', 'The folder of the receipt computer leads to the terminal itself; nothing is written into it. Undo the bypass that `onshi-agent terminal` prints.'),
  FRONT_UNWRITABLE: kind('C932', 'terminal', 'fail', 0, 'レセコンに渡すフォルダーへ書き込めません。', '保守業者に連絡してください。', 'See `code`; results wait and are written when it can be. `onshi-agent terminal` prints the one-step bypass.'),
  TERMINAL_OF_ANOTHER_INSTITUTION: kind('C933', 'terminal', 'warn', 0, '別の医療機関の結果がフォルダーにあります。', '保守業者に連絡してください。', 'Results whose MedicalInstitutionCode is not `institution.code`; they are not taken in.'),
  LINE_NOT_VISIBLE: kind('C934', 'line', 'pass', 0, '回線は資格確認端末のもので、ここからは見えません。', '回線の状態は資格確認端末で確認してください。', 'Not visible from here: `gateway.via` is `terminal`, the line is the terminal’s.'),
  CERTIFICATE_NOT_VISIBLE: kind('C935', 'certificate', 'pass', 0, '電子証明書は資格確認端末のもので、ここからは見えません。', '電子証明書の期限は資格確認端末で確認してください。', 'Not visible from here: `gateway.via` is `terminal`, the certificate is the terminal’s.'),
  TERMINAL_WATCHED: kind('C936', 'terminal', 'pass', 0, '資格確認端末のフォルダーを見ています。', '対応は不要です。', 'Whether the share is there, the age of its newest file, and the terminal’s answer time.'),
  DELIVERY_STUCK: { ...kind('C937', 'delivery', 'fail', 60_000, '配信が届いていません。', '配信先の電源とネットワークを確認してください。', 'Deliveries wait for this consumer; see `code`, `depth` and `oldestSeconds`. They go on by themselves.'), inHours: true },
  DELIVERY_REFUSED: kind('C938', 'delivery', 'warn', 0, '配信先に拒否されたものがあります。', '一覧を確認し、手で入力するか送り直してください。', 'Dead letters: `onshi-agent delivery list`, then retry, replay or drop.'),
  DELIVERY_PARKED: kind('C939', 'delivery', 'warn', 0, '人の確認を待つ配信があります。', '一覧を確認し、承認するか取り消してください。', 'Parked: `onshi-agent delivery list`; later ones of the same patient wait behind it.'),
  DELIVERY_BEFORE_RESTORE: kind('C940', 'delivery', 'warn', 0, '復元より前の配信が送られずに残っています。', '配信先に届いているか確認し、必要なら送り直してください。', 'Not sent by itself after a restore: `onshi-agent delivery replay`, or drop.'),
  JOB_FAILED: kind('C941', 'agent', 'warn', 0, '決まった時刻に自動で行う確認ができませんでした。', '予約患者や在宅名簿の資格が未確認のことがあります。一覧を確かめ、もう一度実行するか、保守業者に連絡してください。', 'The job failed, and once more when it was tried again; see `job` and `code`. `onshi-agent job run NAME` runs it now; cleared by a run that is done.'),
  STAFF_UNUSED: kind('C942', 'agent', 'warn', 0, '90日以上使われていない職員の登録があります。', '退職した人の登録を無効にしてください。', '`onshi-agent staff list` has `unusedFor90Days`; `onshi-agent staff disable NAME`.'),
} as const satisfies Record<string, ConditionKind>

export type ConditionCode = keyof typeof conditions

/** One condition that shows now. `since` is epoch ms. */
export interface Showing extends ConditionKind {
  readonly code: ConditionCode
  /** Which reader, line or file. */
  readonly subject: string
  readonly since: number
  readonly facts: Facts
}

/** The registry that every part reports to and `/health` reads. */
export class Conditions {
  readonly #clock: Pick<Clock, 'now'>
  readonly #isOpen: (at: number) => boolean
  readonly #held = new Map<
    string,
    { code: ConditionCode; subject: string; since: number; facts: Facts }
  >()

  /** `isOpen`: whether the clinic is open at an epoch ms. */
  constructor(clock: Pick<Clock, 'now'>, isOpen: (at: number) => boolean = () => true) {
    this.#clock = clock
    this.#isOpen = isOpen
  }

  raise(code: ConditionCode, subject: string, facts: Facts = {}): void {
    const key = `${code} ${subject}`
    const since = this.#held.get(key)?.since ?? this.#clock.now()
    this.#held.set(key, { code, subject, since, facts })
  }

  clear(code: ConditionCode, subject: string): void {
    this.#held.delete(`${code} ${subject}`)
  }

  /** Those that outlived their grace and are no symptom of another that shows. */
  showing(): Showing[] {
    const now = this.#clock.now()
    const isOpen = this.#isOpen(now)
    const due = [...this.#held.values()]
      .map((held): Showing => ({ ...conditions[held.code], ...held }))
      .filter(({ since, graceMs }) => now - since >= graceMs)
    return due
      .filter((one) => !due.some((other) => isCause(other, one)))
      .map((one) => (one.inHours && !isOpen ? { ...one, severity: 'warn' } : one))
  }
}

/** The subject of what concerns every line; no line has this name. */
export const EVERY_LINE = 'gateway'

/** A cause on one line says nothing about another. */
const isCause = (cause: Showing, symptom: Showing) =>
  symptom.hiddenBy?.includes(cause.code) === true &&
  (cause.subject === symptom.subject || !isOfOneLine(cause))

const isOfOneLine = ({ component, subject }: Showing) =>
  component === 'line' || (component === 'gateway' && subject !== EVERY_LINE)
