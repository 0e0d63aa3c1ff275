import { createHash } from 'node:crypto'
import type { Answers } from '../config/answers.ts'
import { isLoopback, parseListenAddress } from '../config/listen.ts'
import type { StepName, StepView, Words } from './ops/setup/plan.ts'

/** What the steps know beside the answers. */
export interface SetupWorld {
  isFile(path: string): boolean
  /** A secret that was typed, or that is kept already. */
  hasSecret(name: SecretName): boolean
  /** Public half of the recovery key that was printed last; null: setup made none. */
  readonly recipient: string | null
}

/** Secrets that a person types or an answer file names. */
export const secretNames = ['share.password', 'clinic.p12.pass', 'gateway-account.pass'] as const
export type SecretName = (typeof secretNames)[number]

/** Where an answer file names the file of each. */
export const secretFiles: Readonly<Record<SecretName, string>> = {
  'share.password': 'terminal.password_file',
  'clinic.p12.pass': 'certificate.passphrase_file',
  'gateway-account.pass': 'account.password_file',
}

const words = (ja: string, en: string): Words => ({ ja, en })

export const titles: Readonly<Record<StepName, Words>> = {
  way: words('接続方法', 'how questions reach the official side'),
  institution: words('医療機関コード', 'institution code'),
  share: words('資格確認端末の共有フォルダー', 'shared folder of the terminal'),
  lines: words('回線（利用申請・回線認証）', 'lines, their application and authentication'),
  certificate: words('電子証明書', 'the clinic’s certificate'),
  account: words('Web API用アカウント', 'account for the Web API'),
  readers: words('カードリーダー', 'card readers'),
  network: words('院内ネットワークからの接続', 'who may connect'),
  backup: words('バックアップと回復キー', 'backup and recovery key'),
  configuration: words('設定ファイル', 'agent.toml'),
  paths: words('回線の試験', 'path test of each line'),
  service: words('サービスの起動', 'service'),
  consumers: words('レセコン・電子カルテなどの登録', 'consumers'),
  staff: words('最初の管理者（院内IT）', 'first administrator'),
  first: words('開通確認（最初の照会）', 'first verification'),
}

/** Pure but for what `world` looks up. Every step, in order. */
export function stepViews(answers: Answers, world: SetupWorld): StepView[] {
  const isWebApi = answers.way === 'web-api'
  const { consumers = [] } = answers
  const view = (
    name: StepName,
    made: unknown,
    waitsFor: Words | null = null,
    applies = true,
  ): StepView => ({ name, title: titles[name], applies, waitsFor, fingerprint: hashOf(made) })
  const { simulator, way, institution, clinic, lines, readers, network, backup, staff } = answers
  return [
    view('way', { way, simulator }, awaitedWay(answers)),
    view('institution', { institution, clinic }, awaitedCode(answers)),
    view('share', answers.terminal, awaitedShare(answers, world), way === 'terminal'),
    view('lines', lines, awaitedLines(answers), isWebApi),
    view('certificate', answers.certificate, awaitedCertificate(answers, world), isWebApi),
    view('account', answers.account, awaitedAccount(answers, world), isWebApi),
    view('readers', readers),
    view('network', network, awaitedNetwork(answers)),
    view('backup', backup),
    view('configuration', configured(answers, world)),
    view('paths', { lines, certificate: answers.certificate }, null, isWebApi),
    view('service', configured(answers, world)),
    view('consumers', consumers, null, consumers.length > 0),
    view('staff', staff, awaitedStaff(answers)),
    // The card face is a patient's: nothing is kept that could be compared with it.
    view('first', { way, simulator }, awaitedFace(answers)),
  ]
}

const hashOf = (value: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('hex')

/** All of the answers that agent.toml is made of. */
const configured = (
  { staff: _staff, first: _first, consumers = [], ...rest }: Answers,
  { recipient }: SetupWorld,
) => ({
  ...rest,
  recipient,
  targets: consumers.flatMap(({ url, networks }) => (url === undefined ? [] : [{ url, networks }])),
})

const awaitedWay = ({ way }: Answers) =>
  way === undefined
    ? words(
        '接続方法（資格確認端末の共有フォルダー、または Web API）が決まったら続けます。',
        'which way the clinic goes: `way`',
      )
    : null

const awaitedCode = ({ institution }: Answers) =>
  institution?.code === undefined
    ? words(
        '医療機関コード（10桁）が分かったら続けます。',
        'the institution code: `institution.code`',
      )
    : null

function awaitedShare(answers: Answers, world: SetupWorld): Words | null {
  const terminal: Partial<NonNullable<Answers['terminal']>> = answers.terminal ?? {}
  const { share, folder, user, password_file: file } = terminal
  if (share === undefined && folder === undefined)
    return words(
      '資格確認端末で共有フォルダーと、エージェント専用の利用者を用意したら続けます。',
      'the share of the terminal and an account of its own: `terminal.share`, `terminal.user`',
    )
  if (folder !== undefined) return null
  if (user !== undefined && isSecretThere('share.password', file, world)) return null
  return words(
    '共有フォルダー用の利用者名とパスワードが決まったら続けます。',
    'user and password of the share: `terminal.user`, `terminal.password_file`',
  )
}

function awaitedLines({ lines = [] }: Answers): Words | null {
  if (lines.length === 0)
    return words('回線が開通したら続けます。', 'the line, as its carrier describes it: `lines`')
  const applying = lines.find(({ application_accepted: accepted }) => accepted !== true)
  if (applying !== undefined)
    return words(
      `回線「${applying.name}」の利用申請が受け付けられたら続けます。`,
      `利用申請 of line ${applying.name}: \`application_accepted = true\``,
    )
  const unproved = lines.find(
    ({ line_auth_url: url, line_auth_done: done }) => url !== undefined && done !== true,
  )
  if (unproved === undefined) return null
  return words(
    `回線「${unproved.name}」の回線認証（${unproved.line_auth_url}）が済んだら続けます。`,
    `回線認証 of line ${unproved.name}: \`line_auth_done = true\``,
  )
}

function awaitedCertificate({ certificate = {} }: Answers, world: SetupWorld): Words | null {
  const { file, passphrase_file: passphrase, ca_file: ca } = certificate
  if (file === undefined || !world.isFile(file))
    return words(
      '電子証明書発行通知書が届き、電子証明書をダウンロードしたら続けます。',
      `the clinic’s PKCS#12: \`certificate.file\`${file === undefined ? '' : ` (no file ${file})`}`,
    )
  if (!isSecretThere('clinic.p12.pass', passphrase, world))
    return words(
      '電子証明書のパスワードが分かったら続けます。',
      'its passphrase: `certificate.passphrase_file`',
    )
  if (ca !== undefined && world.isFile(ca)) return null
  return words(
    '接続先の認証局の証明書（PEM）を受け取ったら続けます。',
    'the CA of the gateway, PEM: `certificate.ca_file`',
  )
}

function awaitedAccount({ account = {} }: Answers, world: SetupWorld): Words | null {
  const { needed, kind, user, password_file: file } = account
  if (needed === false) return null
  if (user === undefined || kind === undefined)
    return words(
      'Web API用アカウントが発行されたら続けます（マスタアカウントは使えません）。',
      'the Web API account: `account.kind`, `account.user`, or `account.needed = false`',
    )
  if (isSecretThere('gateway-account.pass', file, world)) return null
  return words(
    'Web API用アカウントのパスワードが分かったら続けます。',
    'its password: `account.password_file`',
  )
}

function awaitedNetwork({ network = {} }: Answers): Words | null {
  const { address, allow = [] } = network
  const host = address === undefined ? '127.0.0.1' : (parseListenAddress(address)?.host ?? '')
  if (isLoopback(host) || allow.length > 0) return null
  return words(
    '接続を許すパソコンのアドレスが決まったら続けます。',
    'who may connect: `network.allow`',
  )
}

const awaitedStaff = ({ staff }: Answers) =>
  staff?.name === undefined
    ? words(
        '最初の管理者（院内IT）の氏名が決まったら続けます。',
        'who is the first administrator: `staff.name`',
      )
    : null

const awaitedFace = ({ simulator, first }: Answers) =>
  simulator || first !== undefined
    ? null
    : words(
        '開通確認に使う資格確認書などを用意したら続けます。',
        'a card face for the first verification: `[first]`, or run setup at a terminal',
      )

const isSecretThere = (name: SecretName, file: string | undefined, world: SetupWorld) =>
  world.hasSecret(name) || (file !== undefined && world.isFile(file))
