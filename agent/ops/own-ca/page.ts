import { pictureOf } from '../staff/qr.ts'

export interface CaOnPaper {
  /** SHA-256, pairs of hex digits. */
  readonly fingerprint: string
  /** RFC 3339. */
  readonly notAfter: string
  readonly names: readonly string[]
  readonly addresses: readonly string[]
  /** What clients dial, without a path. */
  readonly urls: readonly string[]
}

const STYLE =
  'body{font:12pt/1.6 sans-serif;margin:2em;max-width:48em;color:#000;background:#fff}h1{font-size:16pt}h2{font-size:13pt}code{font:bold 14pt/1.8 monospace;word-spacing:.4em}svg{width:40mm;height:40mm}@page{margin:15mm}'

/** `AB:CD:EF:01:…` in groups of four digits, which two people can compare aloud. */
export const grouped = (fingerprint: string): string =>
  fingerprint.replaceAll(':', '').match(/.{4}/g)?.join(' ') ?? ''

/** A page to print, in Japanese, that needs nothing else. */
export function caPage({ fingerprint, notAfter, names, addresses, urls }: CaOnPaper): string {
  const [url = ''] = urls
  const places = urls.map((one) => `<li>${safe(one)}/ca.crt</li>`).join('')
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>onshi-agent 証明書の設定</title><style>${STYLE}</style></head><body>
<h1>資格確認の画面を開く端末の設定（証明書）</h1>
<p>この紙は、管理者がこの機器の前で印刷したものです。初めて開く端末ごとに、一度だけ行います。</p>
<h2>1. 証明書を受け取る</h2>
<p>端末のブラウザーで次のアドレスを開き、証明書（ca.crt）を保存します。最初は警告が出ますが、この手順の間だけ先に進みます。</p>
<ul>${places}</ul>
${url === '' ? '' : `<p>${drawing(`${url}/ca.crt`)}</p>`}
<h2>2. 指紋（SHA-256）を比べる</h2>
<p>保存したファイルを開き、「詳細」の拇印（SHA-256）が次と同じことを確かめます。Windows で SHA-256 が表示されないときは、コマンド プロンプトで <b>certutil -hashfile ca.crt SHA256</b> を実行します。<b>一文字でも違えば、設定せずに保守業者に連絡してください。</b></p>
<p><code>${grouped(fingerprint)}</code></p>
<h2>3. 設定する</h2>
<p><b>Windows:</b> ca.crt をダブルクリック →「証明書のインストール」→「ローカル コンピューター」→「証明書をすべて次のストアに配置する」→「信頼されたルート証明機関」→「完了」。取り消すときは certlm.msc の同じ場所から削除します。</p>
<p><b>Mac:</b> ca.crt を開き、キーチェーン「システム」に追加 → 証明書をダブルクリック →「信頼」→「常に信頼」。</p>
<p><b>iPad / iPhone:</b> Safari で上のアドレスを開く →「設定」→「プロファイルがダウンロード済み」→ インストール →「一般」→「情報」→「証明書信頼設定」でオンにする。</p>
<h2>この証明書について</h2>
<p>使えるのは次の名前とアドレスだけです。ほかのサイトの証明書を作ることはできません。期限は ${safe(notAfter.slice(0, 10))} です。</p>
<p>${[...names, ...addresses].map(safe).join('、')}</p>
</body></html>
`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}
const safe = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] ?? '')

/** With the quiet zone of four modules. [ISO/IEC 18004] */
function drawing(text: string): string {
  const rows = pictureOf(text).split('\n')
  const side = rows.length + 8
  const dark = rows.flatMap((row, y) =>
    [...row].flatMap((cell, x) => (cell === '1' ? `M${x + 4} ${y + 4}h1v1h-1z` : [])),
  )
  return `<svg viewBox="0 0 ${side} ${side}" role="img" aria-label="${safe(text)}"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${dark.join('')}"/></svg>`
}
