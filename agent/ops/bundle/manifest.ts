/** What a bundle holds, for whoever sends it and whoever gets it. */
export const contents = {
  'doctor.json': ['診断結果', 'what `onshi-agent doctor` found, without paths and names'],
  'status.json': ['いまの異常（ヘルス）', 'health: what is wrong now'],
  'metrics.txt': ['計測値', 'metrics, consumers numbered'],
  'versions.json': ['ソフトウェアの版', 'versions of agent, Node, SQLite, OpenSSL, system'],
  'config.json': ['設定（文字は伏せてあります）', 'the configuration; texts are masked'],
  'journal.jsonl': ['動作の記録（決まった項目のみ）', 'the log: listed events and facts only'],
  'service.json': ['サービスの状態', 'systemd: the unit, its last end, its sandbox'],
  'network.json': ['この機械のアドレスと経路', 'addresses and routes of this machine'],
  'devices.json': ['USB 機器', 'USB devices: model numbers, no serial numbers'],
  'files.json': ['ファイルの権限', 'modes and sizes; foreign names are masked'],
  'disk.json': ['ディスク', 'free space and file system'],
  'kernel.txt': ['OS の記録（USB・通信・ディスクのみ）', 'the kernel on USB, network, disk'],
} as const
export type BundleFile = keyof typeof contents

/** Pure. `files`: what is in, and how large each is. */
export function manifestOf(
  files: readonly (readonly [name: BundleFile, bytes: number])[],
  made: {
    readonly at: string
    readonly version: string
    readonly hours: number
    readonly held: number
  },
): string {
  const rows = files.map(([name, bytes]) => {
    const [ja, en] = contents[name]
    return `  ${name}  (${bytes} bytes)\n      ${ja}\n      ${en}\n`
  })
  return `onshi-agent ${made.version}  サポート用資料（support bundle）  ${made.at}

患者の氏名・カナ・生年月日・記号番号・資格情報、暗証番号、鍵、パスワード、お客様ID、電子証明書の名義、
職員と連携先の名前は入っていません。決めた項目だけを書き出し、そのほかの文字は書き出しません。
この機械の IP アドレスは入っています。メールで保守業者に送れます。

No name, kana, birth date, number or insurance of a patient, no PIN, key or password, no お客様ID, no
subject of a certificate, no name of staff or of a consumer is in here: what is listed below is written
and nothing else. Addresses of this machine are. It may be mailed to the support vendor.

記録は直近 ${made.hours} 時間です。書き出さなかった記録の行: ${made.held}
The log is that of the last ${made.hours} hours. Lines of it that were held back: ${made.held}

${rows.join('')}`
}
