import type { Facts } from './errors.ts'
import type { Clock } from './ports.ts'

/** Where a thing is broken, as `/health` groups it, in the order of the path from the desk on. */
export const components = [
  'agent',
  'reader',
  'line',
  'line-authentication',
  'certificate',
  'gateway',
  'terminal',
  'store',
  'delivery',
  'backup',
  'job',
  'clock',
] as const
export type Component = (typeof components)[number]

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
/** An hour without a time server is no news: a quartz loses less than a second. */
const UNSYNCHRONISED_GRACE_MS = 60 * 60_000
/** A time service that sets the clock after the boot says half a minute later that it is right. */
const SET_GRACE_MS = 60_000
/** A file that is written and removed again. */
const DISK_GRACE_MS = 30_000
/** Unpacking takes seconds; who upgrades a whole system, minutes. */
const UNPACKING_GRACE_MS = 10 * 60_000
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
  STORE_FAILING: kind('C908', 'store', 'fail', 0, '記録の読み書きができません。', '保守業者に連絡してください。', 'See `code`: a change (`database`) or a read (`reading`) was refused. What can be read is answered; check the disk.'),
  INSECURE_LISTEN: kind('C909', 'agent', 'warn', 0, '院内ネットワークへの公開が暗号化されていません。', '保守業者に連絡してください。', '`insecure_lan = true`: give the listener `allow` and `tls`.'),
  SIMULATOR_IN_USE: kind('C910', 'gateway', 'warn', 0, '練習用の接続先（シミュレーター）を使っています。', '本番の照会ではありません。', '`gateway.simulator = true`: answers are invented.'),
  LINE_LINK_DOWN: { ...kind('C911', 'line', 'fail', 5_000, '回線のLANケーブルがつながっていません。', 'LANケーブルと、ルーター・ONU の電源を確認してください。', 'The line’s interface has no carrier.'), ...ofOurSide },
  LINE_ADDRESS_MISSING: { ...kind('C912', 'line', 'fail', LINE_GRACE_MS, '回線のアドレスが割り当てられていません。', 'ルーターの電源を入れ直し、続くときは回線の窓口へ連絡してください。', 'The line’s interface has no usable address.'), ...ofOurSide },
  LINE_ROUTER_GONE: { ...kind('C913', 'line', 'fail', LINE_GRACE_MS, '回線のルーターが応答しません。', 'ルーターの電源を入れ直してください。', 'No route from the line’s address, or its router is silent.'), ...ofOurSide },
  LINE_NAME_UNRESOLVED: { ...kind('C914', 'line', 'fail', LINE_GRACE_MS, '接続先の名前を解決できません（DNS）。', '回線の窓口へ連絡してください。', 'See `code`: the line’s DNS servers fail.'), ...ofLine },
  LINE_AUTH_LOST: { ...kind('C915', 'line-authentication', 'fail', 0, '回線認証が切れています。', '回線認証をもう一度行ってください。', 'Repeat the line authentication; `prefixChanged` says whether the line got another prefix.'), ...ofLine },
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
  TERMINAL_UNWRITABLE: { ...kind('C944', 'terminal', 'fail', LINE_GRACE_MS, '資格確認端末の共有フォルダーに書き込めません。', '保守業者に連絡してください。', 'See `code`: the folder is there and takes no file, so that nothing is asked. It clears with the next one that it takes.'), inHours: true, hiddenBy: ['TERMINAL_UNREACHABLE'] },
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
  JOB_FAILED: kind('C941', 'job', 'warn', 0, '決まった時刻に自動で行う確認ができませんでした。', '予約患者や在宅名簿の資格が未確認のことがあります。一覧を確かめ、もう一度実行するか、保守業者に連絡してください。', 'The job failed, and once more when it was tried again; see `job` and `code`. `onshi-agent job run NAME` runs it now; cleared by a run that is done.'),
  STAFF_UNUSED: kind('C942', 'agent', 'warn', 0, '90日以上使われていない職員の登録があります。', '退職した人の登録を無効にしてください。', '`onshi-agent staff list` has `unusedFor90Days`; `onshi-agent staff disable NAME`.'),
  PURGE_FAILED: kind('C959', 'store', 'warn', 0, '保存期間を過ぎた記録の消去ができませんでした。', '保守業者に連絡してください。', 'See `code`. It is tried again by itself; `onshi-agent job run purge` runs it now.'),
  PURGE_HELD_UP: kind('C960', 'store', 'warn', 0, '保存期間を過ぎても、処理待ちのため消せない記録があります。', '配信・本人確認・災害時受付の一覧を確認し、済んでいないものを終えてください。', 'Older than `[retention]` says and still needed: undelivered (`deliveries`), undecided (`held`), open offline intakes (`intakes`). They go with the next purge once they are closed.'),
  KEY_ROTATION_OPEN: kind('C961', 'store', 'warn', 0, 'データベースの鍵の交換が途中で止まっています。', '保守業者に連絡してください。', 'The database has its new key, the key file still the old one; everything works. Stop the agent, then `onshi-agent key rotate` brings it to its end.'),
  CREDENTIAL_FALLBACK: kind('C962', 'agent', 'warn', 0, 'TPM で復号できず、控えの鍵で起動しました。', '保守業者に連絡してください。', 'The TPM did not open `count` credentials: gone, cleared, or another one. The copies sealed to this machine were taken. Seal them anew, or without TPM.'),
  AUDIT_BROKEN: kind('C963', 'store', 'fail', 0, '監査記録が書き込まれた時のままではありません。', '何も消さずに保守業者に連絡してください。', 'See `kind` and `place`, and `onshi-agent audit verify`: changed, removed or put back behind the agent’s back. `onshi-agent audit accept` once it is cleared up.'),
  AUDIT_VERIFIED: kind('C964', 'store', 'pass', 0, '監査記録を検証しました。', '対応は不要です。', 'The audit trail is as it was written up to record `seq`; `wholeAt` is when all of it was last looked at.'),
  AUDIT_UNVERIFIED: kind('C943', 'store', 'warn', 0, '監査記録を検証できませんでした。', '保守業者に連絡してください。', 'See `code`: the look at the audit trail did not come to its end, so nobody knows whether it is as it was written. It is tried again by itself; `onshi-agent job run audit` tries now.'),
  AUDIT_ANCHOR_FAILING: kind('C965', 'store', 'warn', 60_000, '監査記録の控えを書き込めません。', '保守業者に連絡してください。', 'See `code`: the anchor (`anchor`: beside the database; `second`: `audit.anchor_file`) takes no lines. Until it does, a tail that is cut off is not found.'),
  AUDIT_RESERVE_IN_USE: kind('C966', 'store', 'warn', 0, 'ディスクに空きがなく、予備の場所に閲覧を記録しています。', '保守業者に連絡してください。', 'The disk is full; `usedKib` of `roomKib` are taken, then reads are refused. Free space; it is emptied by itself.'),
  CLOCK_UNSYNCHRONISED: kind('C967', 'clock', 'warn', UNSYNCHRONISED_GRACE_MS, '時計の同期が取れていません。', '続くときは保守業者に連絡してください。', '`timedatectl` has said “synchronized: no” for an hour: is the time server reachable, and does a time service run?'),
  CLOCK_WRONG: { ...kind('C968', 'clock', 'fail', SET_GRACE_MS, 'この機械の時計がずれています。', '受付の時刻を時計で確かめながら続け、保守業者に連絡してください。', 'Over a minute off the gateway (`aheadSeconds`), or set by so much without a time server (`jumpSeconds`). The order of events is not touched.'), hiddenBy: ['CLOCK_IMPLAUSIBLE'] },
  CLOCK_IMPLAUSIBLE: kind('C969', 'clock', 'fail', 0, 'この機械の日付が正しくありません。', '保守業者に連絡してください。', 'Before this release was made (`builtAt`), or over a year off the gateway (`aheadSeconds`): an empty clock battery, mostly. Certificates seem expired or not valid yet.'),
  NODE_ENDING: kind('C970', 'agent', 'warn', 0, '受付システムの土台（実行環境）の保守期限が近づいています。', '保守業者に、受付システムの更新を依頼してください。', 'Node.js of this release gets security fixes until `endsAt`: install a release with a newer one.'),
  NODE_ENDED: kind('C971', 'agent', 'fail', 0, '受付システムの土台（実行環境）の保守期限が過ぎています。', '保守業者に、受付システムの更新を至急依頼してください。', 'Node.js of this release has had no security fixes since `endsAt`: install a newer release.'),
  DISK_LOW: { ...kind('C972', 'store', 'warn', DISK_GRACE_MS, 'ディスクの空きが少なくなっています。', '保守業者に連絡してください。', 'Less than 1 GiB is left (`freeMiB`) on the file system of `store.path`.'), hiddenBy: ['DISK_FULL'] },
  DISK_FULL: kind('C973', 'store', 'fail', DISK_GRACE_MS, 'ディスクに書き込めなくなるところです。', 'すぐに保守業者に連絡してください。', 'Less than 100 MiB is left (`freeMiB`) on the file system of `store.path`, or it is read-only (`readOnly`).'),
  STORE_WENT_BACK: kind('C976', 'store', 'fail', 0, 'データベースが以前の状態に戻っていました。その間の記録がないかもしれません。', 'その間の受付を資格確認端末や紙の記録と照らし、保守業者に連絡してください。', 'What lies outside the database (`seenBy`) has seen it further: of `from` to `to` (`seconds`) results may be missing, `events` at least. The official folder refills what it still holds; `consumers` are told 410 and read anew. Find out why (disk, a copy that was put back), then `onshi-agent restore acknowledge`.'),
  STORE_DAMAGED: kind('C977', 'store', 'fail', 0, 'データベースが壊れていて、受付システムが動きません。', '資格確認端末や資格確認書などで受付を続け、すぐに保守業者に連絡してください。', 'The start found pages that do not read (`code`): nothing is asked and nothing answered but this. `onshi-agent restore FILE --key-file F --replace` with the newest backup; it is taken up by itself.'),
  UPGRADE_ROLLED_BACK: kind('C983', 'agent', 'warn', 0, '新しい版で問題があり、前の版に戻して動いています。', '受付はそのまま続けられます。保守業者に連絡してください。', 'The package went back from `from` to `to`; `why` names what was wrong. Records are untouched. See `journalctl -u onshi-agent-upgrade`; `onshi-agent upgrade accept` ends this message.'),
  UPGRADE_UNFINISHED: kind('C984', 'agent', 'warn', UNPACKING_GRACE_MS, '更新が途中で止まっています。前の版で動いています。', '受付はそのまま続けられます。保守業者に連絡してください。', 'The package was not unpacked to its end: `dpkg --configure -a`, or install it again.'),
  RECOVERY_KEY_MISSING: kind('C953', 'backup', 'warn', 0, 'バックアップを作れません。復元キーがありません。', '復元キーを作り、紙を金庫などに保管してください。', '`onshi-agent backup recovery-key` makes one; `backup.recipient` takes its public half. Until then no backup is made.'),
  BACKUP_ONLY_HERE: kind('C954', 'backup', 'warn', 0, 'バックアップがこの機械の中にしかありません。', 'USBメモリーか共有フォルダーをバックアップの保存先にし、つないでください。', '`code`: nothing stands in `backup.target`, or it is away, full or read-only. What is missing there is copied when it is back.'),
  BACKUP_OVERDUE: kind('C955', 'backup', 'fail', 0, '新しいバックアップがありません。', '保守業者に連絡してください。', 'The newest one that was restored for trial is two days old or more, or there is none; see `code`, and `onshi-agent job list`.'),
  BACKUP_BROKEN: kind('C956', 'backup', 'fail', 0, '壊れたバックアップがあります。', '保守業者に連絡してください。', 'The named file does not open or is not whole (`code`). `knownGood` is the newest that is.'),
  BACKUP_KEPT: kind('C957', 'backup', 'pass', 0, 'バックアップがあります。', '対応は不要です。', 'The newest one that was restored for trial: its age, its size, and whether it is protected and off this machine.'),
  RESTORED_WITH_GAP: kind('C958', 'backup', 'warn', 0, 'バックアップから復元しました。記録のない時間があります。', 'その間の受付を資格確認端末や紙の記録と照らし、確認を終えたら記録してください。', 'Nothing from `from` to `to` is in the database. `onshi-agent restore acknowledge` once somebody has looked.'),
  OWN_CA_OUTGROWN: kind('C948', 'certificate', 'warn', 60_000, 'この機器のアドレスか名前が変わり、証明書が合いません。', '保守業者に連絡してください。', '`outside` is not within what the own CA may sign for: give the machine its old address, or `onshi-agent ca new` and install the new CA on every client.'),
  OWN_CA_ENDING: kind('C949', 'certificate', 'warn', 0, 'この機器の証明書の大もと（CA）の期限が近づいています。', '保守業者に連絡してください。', 'The own CA ends in `days`: `onshi-agent ca new`, then install the new CA on every client.'),
  LISTEN_CERTIFICATE_EXPIRING: kind('C950', 'certificate', 'warn', 0, '画面と連携の証明書の期限が近づいています。', '証明書を用意した業者に連絡してください。', 'The certificate of `listen.tls` ends in `days`: put the new one into its files; it is taken up within a minute, without a restart.'),
  LISTEN_CERTIFICATE_WRONG: kind('C951', 'certificate', 'fail', 0, '画面と連携の証明書が使えません。', '証明書を用意した業者に連絡してください。', 'The certificate of `listen.tls` has ended (`days`), or its files hold no certificate with its key (`code`); the last good one is still shown.'),
  VENDOR_ACCESS_OPEN: kind('C952', 'agent', 'warn', 0, '保守業者の接続を許可しています。', '作業が終わったら「状態」の画面で終えてください。', 'Until `until`; `onshi-agent vendor close` ends it at once.'),
} as const satisfies Record<string, ConditionKind>

export type ConditionCode = keyof typeof conditions

export const isConditionCode = (code: string): code is ConditionCode =>
  Object.hasOwn(conditions, code)

/** One condition that shows now. `since` is epoch ms. */
export interface Showing extends ConditionKind {
  readonly code: ConditionCode
  /** Which reader, line or file. */
  readonly subject: string
  readonly since: number
  readonly facts: Facts
}

/** The worst of what shows of a component. */
export function statusOf(component: Component, showing: readonly Showing[]) {
  const found = showing.filter((one) => one.component === component)
  const isAt = (status: Showing['severity']) => found.some(({ severity }) => severity === status)
  return isAt('fail') ? 'fail' : isAt('warn') ? 'warn' : 'pass'
}

/** The registry that every part reports to and `/health` reads. */
export class Conditions {
  readonly #clock: Pick<Clock, 'now'>
  readonly #isOpen: (at: number) => boolean
  readonly #monotonic: () => number
  readonly #held = new Map<string, Held>()

  /** `isOpen`: whether the clinic is open at an epoch ms. `monotonic`: ms on a clock that nobody sets. */
  constructor(
    clock: Pick<Clock, 'now'>,
    isOpen: (at: number) => boolean = () => true,
    monotonic: () => number = () => clock.now(),
  ) {
    this.#clock = clock
    this.#isOpen = isOpen
    this.#monotonic = monotonic
  }

  raise(code: ConditionCode, subject: string, facts: Facts = {}): void {
    const key = `${code} ${subject}`
    const { since, raisedAt } = this.#held.get(key) ?? {
      since: this.#clock.now(),
      raisedAt: this.#monotonic(),
    }
    this.#held.set(key, { code, subject, since, raisedAt, facts })
  }

  clear(code: ConditionCode, subject: string): void {
    this.#held.delete(`${code} ${subject}`)
  }

  /** Those that outlived their grace and are no symptom of another that shows. */
  showing(): Showing[] {
    const due = this.#aged().filter(isDue)
    return this.#toldOf(due, due)
  }

  /** Those that will show if they outlive their grace, as far as it can be said now. */
  pending(): Showing[] {
    const all = this.#aged()
    return this.#toldOf(
      all.filter((one) => !isDue(one)),
      all,
    )
  }

  #aged(): Aged[] {
    const now = this.#clock.now()
    const monotonic = this.#monotonic()
    return [...this.#held.values()].map(({ raisedAt, ...held }) => {
      const ageMs = monotonic - raisedAt
      return { ...conditions[held.code], ...held, since: sinceOf(held.since, now, ageMs), ageMs }
    })
  }

  #toldOf(some: readonly Aged[], causes: readonly Aged[]): Showing[] {
    const isOpen = this.#isOpen(this.#clock.now())
    return some
      .filter((one) => !causes.some((other) => isCause(other, one)))
      .map(({ ageMs: _, ...one }) => (one.inHours && !isOpen ? { ...one, severity: 'warn' } : one))
  }
}

interface Held {
  readonly code: ConditionCode
  readonly subject: string
  readonly since: number
  /** On a clock that nobody sets: an age outlives a machine whose date is put right. */
  readonly raisedAt: number
  readonly facts: Facts
}

interface Aged extends Showing {
  readonly ageMs: number
}

const isDue = ({ ageMs, graceMs }: Aged) => ageMs >= graceMs

/** More than slewing makes of a day. */
const SET_MS = 60_000

/** When it began, by the clock as it is set now. */
const sinceOf = (since: number, now: number, ageMs: number): number =>
  Math.abs(now - since - ageMs) > SET_MS ? Math.round((now - ageMs) / 1_000) * 1_000 : since

/** The subject of what concerns every line; no line has this name. */
export const EVERY_LINE = 'gateway'

/** A cause on one line says nothing about another. */
const isCause = (cause: Showing, symptom: Showing) =>
  symptom.hiddenBy?.includes(cause.code) === true &&
  (cause.subject === symptom.subject || !isOfOneLine(cause))

const isOfOneLine = ({ component, subject }: Showing) =>
  component === 'line' ||
  component === 'line-authentication' ||
  (component === 'gateway' && subject !== EVERY_LINE)
