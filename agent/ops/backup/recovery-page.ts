import { rule } from '../text-page.ts'
import { groupsOf, type RecoveryKey, SECRET_PREFIX } from './recovery-key.ts'

const GROUPS_A_LINE = 5

/** What the clinic prints and locks away. Japanese, 80 columns. `made` is a date, YYYY-MM-DD. */
export function recoveryPage({ secret, recipient }: RecoveryKey, made: string): string {
  const groups = groupsOf(secret)
  const lines = Array.from({ length: Math.ceil(groups.length / GROUPS_A_LINE) }, (_, at) =>
    groups.slice(at * GROUPS_A_LINE, (at + 1) * GROUPS_A_LINE).join('  '),
  )
  return `${[
    rule('='),
    '  復元キー（オンライン資格確認 onshi-agent のバックアップ用）',
    rule('='),
    '',
    `  作成日: ${made}`,
    '',
    `  ${SECRET_PREFIX}`,
    ...lines.map((line) => `      ${line}`),
    '',
    '  ・この紙がないと、機械が壊れたときにバックアップを開けません。',
    '    この鍵は機械の中には残りません。失くすと誰にも作り直せません。',
    '  ・この紙とバックアップがあれば、患者さんの情報を読めます。',
    '    金庫など、機械とバックアップから離れた場所に保管してください。',
    '  ・入力するときは上の文字を順に続けて打ちます。空白と改行、大文字と小文字は',
    '    区別しません。数字の 1、英字の B・I・O は、先頭の行のほかにはありません。',
    '',
    '  復元のしかた（新しい機械に onshi-agent を入れてから）:',
    '    onshi-agent restore バックアップのファイル --key-file prompt \\',
    '      --certificate 電子証明書のファイル.p12',
    '',
    '  For a technician: a backup is an age file around a tar archive. With this key',
    '  `age -d -i KEYFILE FILE | tar x` opens it; its manifest has the store’s key.',
    `  Public half (backup.recipient): ${recipient.slice(0, 34)}`,
    `                                  ${recipient.slice(34)}`,
    rule('='),
  ].join('\n')}\n`
}
