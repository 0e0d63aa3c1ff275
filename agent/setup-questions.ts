import { answerAt } from '../config/answer-one.ts'
import { accountKinds } from '../config/answers.ts'
import type { Table } from '../config/shape.ts'
import { type Question, question, secret } from './setup-question.ts'
import { ofFirst, ofHouse } from './setup-questions-house.ts'

const isYes = (draft: Table, key: string) => answerAt(draft, key) === true

/** Pure. What is asked, in the order in which a clinic gets it; later ones depend on earlier answers. */
export function questionsOf(draft: Table): Question[] {
  const isTerminal = answerAt(draft, 'way') === 'terminal'
  return [
    ...ofClinic(),
    ...(isTerminal
      ? ofTerminal(draft)
      : [...ofLines(draft), ...ofCertificate(), ...ofAccount(draft)]),
    ...ofHouse(draft),
    ...(isYes(draft, 'simulator') ? [] : ofFirst()),
  ]
}

function ofClinic(): Question[] {
  const way = question('way')
  const own = question('institution')
  return [
    way('way', '資格確認への接続方法', 'how questions reach the official side', {
      choices: ['terminal', 'web-api'],
      labels: { terminal: '資格確認端末の共有フォルダー', 'web-api': '自院の電子証明書で直接' },
      suggestion: 'terminal',
      help: 'terminal: 資格確認端末の共有フォルダー（多くの診療所）。web-api: 自院の電子証明書で直接接続します。',
    }),
    own('institution.code', '医療機関コード（10桁）', 'institution code, ten digits', {
      help: '都道府県2桁・点数表1桁・医療機関コード7桁を続けて入力します。例 1312345678',
    }),
    own('institution.name', '医療機関の名称', 'name of the clinic', { isOptional: true }),
  ]
}

function ofTerminal(draft: Table): Question[] {
  const ask = question('share')
  return [
    ask('terminal.share', '資格確認端末の共有フォルダー', 'share of the terminal', {
      help: '例 //192.168.1.50/OQS　この機器のフォルダーを使うときは none。',
      isOptional: true,
    }),
    ...(answerAt(draft, 'terminal.share') === undefined
      ? [
          ask(
            'terminal.folder',
            'req・res・face のあるフォルダー',
            'folder with req, res and face',
            {
              help: '例 /srv/onshi-agent/terminal',
            },
          ),
        ]
      : [
          ask('terminal.user', '共有フォルダー専用の利用者名', 'account of the share', {
            help: '資格確認端末に作った、エージェントだけが使う Windows の利用者です。',
          }),
          secret('share', 'share.password', 'そのパスワード', 'its password'),
        ]),
    ask(
      'terminal.certificate_expires',
      '資格確認端末の電子証明書の有効期限',
      'end of its certificate',
      {
        help: '端末の電子証明書の画面にある日付です。例 2027-05-31',
        isOptional: true,
      },
    ),
    ask('terminal.contact.customer_id', '回線のお客様ID', 'customer id of the line', {
      help: 'CAF または COP で始まる番号です。電話で使います。',
      isOptional: true,
    }),
  ]
}

function ofLines(draft: Table): Question[] {
  const lines = answerAt(draft, 'lines')
  const count = Array.isArray(lines) ? lines.length : 0
  return Array.from({ length: count + 1 }, (_, i) => ofLine(draft, i)).flat()
}

function ofLine(draft: Table, i: number): Question[] {
  const ask = question('lines')
  const at = (name: string) => `lines[${i}].${name}`
  const has = (name: string) => answerAt(draft, at(name)) !== undefined
  const head = ask(
    at('name'),
    i === 0 ? '回線の名前' : 'もう一つの回線の名前（なければ Enter）',
    i === 0 ? 'name of the line' : 'name of another line, or Enter',
    i === 0 ? { suggestion: 'ngn' } : { isOptional: true },
  )
  if (!has('name')) return [head]
  const kinds = isYes(draft, 'simulator') ? ['simulator'] : ['ip-vpn', 'ipsec']
  return [
    head,
    ask(at('kind'), '回線の種類', 'kind of line', {
      choices: kinds,
      help: 'ip-vpn: 閉域網（フレッツなど）。ipsec: IPsec+IKE サービス。',
    }),
    ask(at('gateway'), '接続先（https://…）', 'origin of the gateway', {
      help: '回線・システム事業者の資料にあります。例 https://[fd00::1]:8443',
    }),
    ask(at('interface'), 'この回線のネットワークの口', 'network interface', {
      isOptional: true,
      help: '例 eth1　「ip link」で見られます。',
    }),
    ...(has('interface')
      ? [
          ask(at('prefix'), 'この回線のアドレスの範囲', 'prefix of the line’s own address', {
            isOptional: true,
            help: '例 2001:db8:1000::/36',
          }),
        ]
      : []),
    ask(at('contact.customer_id'), 'お客様ID', 'customer id', {
      isOptional: true,
      help: 'CAF または COP で始まる番号です（NTT の IP-VPN）。',
    }),
    ask(at('application_accepted'), '利用申請は受け付けられましたか', 'was 利用申請 accepted', {
      kind: 'yes',
    }),
    ask(
      at('line_auth_url'),
      '回線認証の URL（要らない回線では Enter）',
      'URL of 回線認証, or Enter',
      {
        isOptional: true,
        help: 'NTT の IP-VPN: https://www.lineauth.mnw',
      },
    ),
    ...(has('line_auth_url')
      ? [ask(at('line_auth_done'), '回線認証は済みましたか', 'was 回線認証 done', { kind: 'yes' })]
      : []),
  ]
}

function ofCertificate(): Question[] {
  const ask = question('certificate')
  return [
    ask('certificate.file', '電子証明書のファイル（.p12）', 'the clinic’s PKCS#12', {
      help: '電子証明書発行通知書に従ってダウンロードしたファイルです。まだなら - と入力します。',
    }),
    secret('certificate', 'clinic.p12.pass', '電子証明書のパスワード', 'its passphrase'),
    ask('certificate.ca_file', '接続先の認証局の証明書（PEM）', 'the CA of the gateway, PEM'),
    ask('certificate.server_name', '接続先の証明書の名前（ふつうは Enter）', 'server name', {
      isOptional: true,
    }),
  ]
}

function ofAccount(draft: Table): Question[] {
  const ask = question('account')
  const needed = ask('account.needed', 'Web API のログインが必要ですか', 'is a login needed', {
    kind: 'yes',
    suggestion: 'y',
  })
  if (answerAt(draft, 'account.needed') === false) return [needed]
  return [
    needed,
    ask('account.kind', 'アカウントの種類（通知書のとおりに）', 'kind of account', {
      choices: accountKinds,
      help: 'マスタアカウントは使いません。管理アカウントで Web API用アカウント（web-api）を作ってください。',
    }),
    ask('account.user', 'その利用者名', 'its user id'),
    secret('account', 'gateway-account.pass', 'そのパスワード', 'its password'),
  ]
}
