import { dirname } from 'node:path'
import type { RestoreGap } from './kernel/backup.ts'
import { toRfc3339 } from './kernel/time.ts'
import { duration } from './ops/text-page.ts'

/** What came of a restore. Names of files only. */
export interface RestoreReport {
  readonly gap: RestoreGap
  readonly store: string
  /** Where the old store and its CA are kept. */
  readonly aside: readonly string[]
  /** Secret files in whose place others were brought, by their new names. */
  readonly replaced: readonly string[]
  readonly isNewKey: boolean
  readonly written: readonly string[]
  /** Files that were there already, other than in the backup, and stay. */
  readonly kept: readonly string[]
  /** The file with the clinic’s certificate; null: none is configured. */
  readonly certificate: string | null
  /** Secrets that no backup holds, and that are not there. */
  readonly missing: readonly string[]
  /** The folder of secrets that the unit is handed; null: no unit is. */
  readonly handedOver: string | null
  /** Folders of the official terminal and of consumers that are not there. */
  readonly unseen: readonly string[]
}

const minute = (at: number) => toRfc3339(at).slice(0, 16).replace('T', ' ')

/** What a person is told after a restore. Japanese, then English. */
export function restoredText(report: RestoreReport): string {
  const { gap, store, aside, replaced, isNewKey, written, kept, missing, unseen } = report
  const { from, to, lastEventAt } = gap
  const last = lastEventAt === null ? 'なし none' : minute(lastEventAt)
  return [
    `復元しました。Restored: ${store}`,
    '',
    `記録のない時間  ${minute(from)} から ${minute(to)} まで（${duration(to - from)}）`,
    `最後の記録      ${last}`,
    '  この間の受付は、資格確認端末や紙の記録と照らして確認してください。',
    '  確認を終えたら: onshi-agent restore acknowledge',
    `  Nothing between these times is in the database; the newest event is of ${last}.`,
    '',
    '復元より前に送信を待っていた配信は送りません。onshi-agent delivery list で確認してください。',
    'Deliveries that waited when the backup was made are held: they may have arrived.',
    '',
    '全員がサインアウトし、保守業者のアクセスは閉じました。バックアップのあとに止めた職員とトークンは、また入れます:',
    '  onshi-agent staff list / onshi-agent consumer list で確かめ、もう一度止めてください。',
    'Everybody is signed out and vendor access is closed. Staff, tokens and consumers that were disabled or',
    'revoked since the backup can come in again: look at `staff list` and `consumer list`.',
    '',
    ...(isNewKey ? ['データベースの鍵は新しくなりました。The database has a new key.'] : []),
    ...listed('置いたファイル / Written', written),
    ...listed('前からあったので変えていません / Already there, kept', kept),
    ...listed('まだないもの。置いてから起動してください / Still missing', missing),
    ...listed(
      '元のデータ（不要になったら消してください。backups_days が過ぎると自動で消えます）/ The old one, removed by itself after retention.backups_days',
      aside,
    ),
    ...listed(
      '前の証明書とパスワード（不要になったら消してください）/ The old certificate and password, to be removed by hand',
      replaced,
    ),
    ...countingOf(report),
    ...(missing.length === 0 ? [] : ONCE_MORE),
    ...(missing.some((file) => dirname(file) === report.handedOver) ? HANDED_OVER : []),
    ...listed('まだ見えないフォルダー / Folders that are not there yet', unseen),
    ...(unseen.length === 0 ? [] : CONNECT),
    '次に / Next: systemctl start onshi-agent',
    '',
  ].join('\n')
}

/** A sealed box takes secrets from setup and from here, never from a file that is put beside. */
const ONCE_MORE = [
  '証明書とパスワードは、同じコマンドに次を付けてもう一度実行すると置けます。',
  'Certificate and password: the same command once more, with',
  '  --replace --certificate P12 --account-password-file F',
  '',
]

/** A file that lies there is in no drop-in of the unit yet. */
const HANDED_OVER = [
  '  ほかの秘密ファイル（api.key など）は、上の場所に置いて chmod 600 し、同じコマンドに --replace を付けてもう一度実行すると、サービスに渡ります。',
  '  Any other secret (api.key): put it there, chmod 600, then the same command once more with --replace, which hands it to the service.',
  '',
]

function countingOf({ certificate }: RestoreReport): string[] {
  if (certificate === null) return []
  return [
    `電子証明書は ${certificate} を使います。あとから取り込んだもの（cert import）はバックアップに入りません。更新していたときは、新しいものを --certificate で置くか、もう一度取り込んでください。`,
    `The certificate that counts is ${certificate}. One that was imported later (cert import) is in no backup: bring it with --certificate, or import it again.`,
    '',
  ]
}

/** Its account stands in no backup. */
const CONNECT = [
  '  資格確認端末の共有フォルダーは、onshi-agent setup をもう一度実行するとつながります。手でマウントしても構いません。',
  '  The official terminal’s share: `onshi-agent setup` once more mounts it, or mount it by hand.',
  '',
]

const listed = (title: string, files: readonly string[]): string[] =>
  files.length === 0 ? [] : [`${title}:`, ...files.map((file) => `  ${file}`), '']
