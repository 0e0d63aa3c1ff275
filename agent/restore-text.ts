import type { RestoreGap } from './kernel/backup.ts'
import { toRfc3339 } from './kernel/time.ts'
import { duration } from './ops/text-page.ts'

/** What came of a restore. Names of files only. */
export interface RestoreReport {
  readonly gap: RestoreGap
  readonly store: string
  /** Where the old store is kept; null: there was none. */
  readonly aside: string | null
  readonly isNewKey: boolean
  readonly written: readonly string[]
  /** Files that were there already, and stay. */
  readonly kept: readonly string[]
  /** Secrets that no backup holds, and that are not there. */
  readonly missing: readonly string[]
  /** Folders of the official terminal and of consumers that are not there. */
  readonly unseen: readonly string[]
}

const minute = (at: number) => toRfc3339(at).slice(0, 16).replace('T', ' ')

/** What a person is told after a restore. Japanese, then English. */
export function restoredText(report: RestoreReport): string {
  const { gap, store, aside, isNewKey, written, kept, missing, unseen } = report
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
    ...(isNewKey ? ['データベースの鍵は新しくなりました。The database has a new key.'] : []),
    ...listed('置いたファイル / Written', written),
    ...listed('前からあったので変えていません / Already there, kept', kept),
    ...listed('まだないもの。置いてから起動してください / Still missing', missing),
    ...(aside === null
      ? []
      : listed(
          '元のデータ（不要になったら消してください。backups_days が過ぎると自動で消えます）/ The old one, removed by itself after retention.backups_days',
          [aside],
        )),
    ...(missing.length === 0 ? [] : ONCE_MORE),
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

/** Its account stands in no backup. */
const CONNECT = [
  '  資格確認端末の共有フォルダーは、onshi-agent setup をもう一度実行するとつながります。手でマウントしても構いません。',
  '  The official terminal’s share: `onshi-agent setup` once more mounts it, or mount it by hand.',
  '',
]

const listed = (title: string, files: readonly string[]): string[] =>
  files.length === 0 ? [] : [`${title}:`, ...files.map((file) => `  ${file}`), '']
