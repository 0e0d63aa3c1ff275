import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readRecoveryKey } from '../../agent/ops/backup/recovery-key.ts'
import { DEMO_ACCOUNT, startGatewaySimulator } from '../../agent/sim/gateway/server.ts'
import { DEMO_INSTITUTION_CODE, makePki, serverTls, writePki } from '../../agent/sim/pki.ts'
import { jsonIn } from '../bed/consumer.ts'
import { runCli } from '../bed/process.ts'
import { makeSetupBed, type SetupBed, terminalIn } from '../bed/setup.ts'

const CONFIG = 'etc/onshi-agent/agent.toml'
const STATE = 'etc/onshi-agent/setup.json'
const PAPERS = 'root/onshi-agent-setup'
const TEMPFAIL = 75
const pki = makePki()

const byTerminal = (root: string) => `way = "terminal"
simulator = true
[institution]
code = "${DEMO_INSTITUTION_CODE}"
[terminal]
folder = "${root}"
certificate_expires = "2099-05-31"
[network]
address = "127.0.0.1:0"
[[consumers]]
name = "rececom"
role = "receipt-computer"
[staff]
name = "院内　太郎"
`

async function gatewayIn(t: TestContext, bed: SetupBed) {
  const gateway = await startGatewaySimulator({ tls: serverTls(pki), account: DEMO_ACCOUNT })
  t.after(() => gateway.close())
  return { url: gateway.url, files: writePki(join(bed.folder, 'pki'), pki) }
}

const live = (printed: unknown) =>
  Object(printed)
    .items.filter(({ revokedAt }: { revokedAt?: string | null }) => revokedAt == null)
    .map(({ name }: { name: string }) => name)

test('through the terminal’s folders: an answer file goes to a first verification, and a second run changes nothing', async (t) => {
  const bed = makeSetupBed(t)
  bed.answers(byTerminal(await terminalIn(t, bed)))
  const first = await bed.setup()
  assert.equal(first.code, 0, first.stdout + first.stderr)
  assert.match(first.stdout, /資格は有効です[\s\S]*セットアップが終わりました/)
  assert.match(
    first.stdout,
    /管理者がまだサインインしていません[\s\S]*動いています[\s\S]*これからすること 1 件/,
  )
  assert.match(first.stdout, /保存先がありません[\s\S]*復元キー \/ recovery key: /)
  const { secret, recipient } = await readRecoveryKey(bed.read(`${PAPERS}/recovery-key.txt`))
  assert.ok(bed.read(CONFIG).includes(recipient))
  assert.ok(!(bed.read(STATE) + bed.read(CONFIG) + first.stdout).includes(secret.slice(16)))
  assert.deepEqual(live(jsonIn(await bed.cli('consumer', 'list'))), ['rececom'])
  const token = bed.read(`${PAPERS}/consumer-rececom.txt`)
  assert.match(token, /^oa_/)
  for (const path of [
    `${PAPERS}/consumer-rececom.txt`,
    `${PAPERS}/staff-code.txt`,
    `${PAPERS}/recovery-key.txt`,
    STATE,
  ])
    assert.equal(bed.modeOf(path), 0o600, path)
  assert.ok(!first.stdout.includes(token.trim()), 'a token is in its file, and on no screen')
  const before = [bed.read(CONFIG), bed.read('etc/onshi-agent/credentials/store.key')]
  const second = await bed.setup()
  assert.equal(second.code, 0, second.stderr)
  assert.doesNotMatch(second.stdout, /^- /m, 'no step is done again')
  assert.deepEqual([bed.read(CONFIG), bed.read('etc/onshi-agent/credentials/store.key')], before)
})

test('over the Web API: it waits for each letter and says so, and goes on when it is there', async (t) => {
  const bed = makeSetupBed(t)
  const { url, files } = await gatewayIn(t, bed)
  const answers = (more: { accepted: boolean; pass: string }) => `way = "web-api"
simulator = true
[institution]
code = "${DEMO_INSTITUTION_CODE}"
[[lines]]
name = "ngn"
kind = "simulator"
gateway = "${url}"
application_accepted = ${more.accepted}
[certificate]
file = "later.p12"
passphrase_file = "${more.pass}"
ca_file = "${files.ca}"
[account]
kind = "web-api"
user = "${DEMO_ACCOUNT.user}"
password_file = "${bed.secret('account.pass', DEMO_ACCOUNT.password)}"
[network]
address = "127.0.0.1:0"
[staff]
name = "院内　太郎"
`
  const wrong = bed.secret('wrong.pass', 'CANARY-wrong')
  bed.answers(answers({ accepted: false, pass: wrong }))
  const applied = await bed.setup()
  assert.equal(applied.code, TEMPFAIL)
  assert.match(
    applied.stdout,
    /回線「ngn」の利用申請が受け付けられたら続けます。\n.*application_accepted = true/,
  )
  assert.match(
    applied.stdout,
    /電子証明書発行通知書が届き、電子証明書をダウンロードしたら続けます。/,
  )
  assert.equal(bed.has(CONFIG), false, 'half a configuration is none')

  writeFileSync(join(bed.folder, 'later.p12'), pki.clientPkcs12 ?? Buffer.alloc(0), { mode: 0o600 })
  bed.answers(answers({ accepted: true, pass: wrong }))
  const refused = await bed.setup()
  assert.equal(refused.code, 65)
  assert.match(refused.stderr, /E206 CERTIFICATE_PASSPHRASE_WRONG/)
  assert.deepEqual(
    [bed.has(CONFIG), bed.has('etc/onshi-agent/credentials/clinic.p12')],
    [false, false],
  )

  const right = answers({ accepted: true, pass: files.passphrase })
  bed.answers(right.replace(DEMO_INSTITUTION_CODE, '1319999992'))
  const another = await bed.setup()
  assert.equal(another.code, 65)
  assert.match(another.stderr, /E417 CERTIFICATE_OF_ANOTHER_INSTITUTION/)
  assert.equal(bed.has('etc/onshi-agent/credentials/clinic.p12'), false)

  bed.answers(right)
  const done = await bed.setup()
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.match(done.stdout, /valid until: \d{4}-[\s\S]*OK {2}ngn[\s\S]*資格は有効です/)
  const kept = bed.read(STATE) + bed.read(CONFIG) + done.stdout
  assert.doesNotMatch(kept, new RegExp(`CANARY|${DEMO_ACCOUNT.password}`))
  renameSync(join(bed.folder, 'later.p12'), join(bed.folder, 'gone.p12'))
  assert.equal((await bed.setup()).code, 0, 'the stick that the certificate came on is not needed')
})

test('killed in any step it goes on, with one token and one administrator', async (t) => {
  const bed = makeSetupBed(t)
  bed.answers(byTerminal(await terminalIn(t, bed)))
  for (const step of [
    '- バックアップ',
    '- 設定ファイル',
    '- サービス',
    '- レセコン',
    '- 最初の管理者',
    '- 開通確認',
  ])
    assert.equal(await bed.setupUntil(step), 'SIGKILL', step)
  const { code, stdout, stderr } = await bed.setup()
  assert.equal(code, 0, stdout + stderr)
  assert.deepEqual(live(jsonIn(await bed.cli('consumer', 'list'))), ['rececom'])
  assert.deepEqual(live(jsonIn(await bed.cli('staff', 'list'))), ['院内 太郎'])
  assert.match(bed.read(`${PAPERS}/consumer-rececom.txt`), /^oa_/)
  assert.match(bed.read(`${PAPERS}/staff-code.txt`), /[0-9A-Z]{4}-[0-9A-Z]{4}/)

  // Killed after a token was made and before it was kept: nobody has it, so another one is made.
  const state = JSON.parse(bed.read(STATE))
  const { consumers: _consumers, staff: _staff, backup: _backup, ...done } = state.done
  const unshown = ['consumer rececom', 'staff 院内　太郎', 'recovery key']
  const { recipient: _recipient, ...others } = { ...state, done, unshown }
  writeFileSync(join(bed.root, STATE), JSON.stringify(others))
  rmSync(join(bed.root, CONFIG))
  const paper = bed.read(`${PAPERS}/recovery-key.txt`)
  const before = bed.read(`${PAPERS}/consumer-rececom.txt`)
  const again = await bed.setup()
  assert.equal(again.code, 0, again.stdout + again.stderr)
  assert.deepEqual(live(jsonIn(await bed.cli('consumer', 'list'))), ['rececom'])
  assert.notEqual(bed.read(`${PAPERS}/consumer-rececom.txt`), before)
  assert.match(again.stdout, /前に表示・印刷した復元キーは無効です/)
  assert.notEqual(bed.read(`${PAPERS}/recovery-key.txt`), paper)
  const printed = await readRecoveryKey(bed.read(`${PAPERS}/recovery-key.txt`))
  assert.ok(bed.read(CONFIG).includes(printed.recipient))
})

test('a configuration that was changed by hand is not overwritten, and a person says which one holds', async (t) => {
  const bed = makeSetupBed(t)
  const answers = byTerminal(await terminalIn(t, bed))
  bed.answers(answers)
  assert.equal((await bed.setup()).code, 0)
  appendFileSync(join(bed.root, CONFIG), '\n[desk]\nlock_minutes = 5\n')
  const mine = bed.read(CONFIG)
  assert.equal((await bed.setup()).code, 0, 'without another answer there is nothing to write')
  bed.answers(answers.replace('2099-05-31', '2099-06-30'))
  const refused = await bed.setup()
  assert.equal(refused.code, 78)
  assert.match(refused.stderr, /E718[\s\S]*agent\.toml\.setup[\s\S]*--keep-config/)
  assert.equal(bed.read(CONFIG), mine)
  assert.match(bed.read(`${CONFIG}.setup`), /2099-06-30/)
  assert.equal((await bed.setup('--keep-config')).code, 0)
  assert.equal(bed.read(CONFIG), mine)
})

test('what is wrong is one coded message, and nothing is written', async (t) => {
  const bed = makeSetupBed(t)
  const root = await terminalIn(t, bed)
  bed.answers(byTerminal(root).replace('[staff]', '[stuff]'))
  const unknown = await bed.setup()
  assert.equal(unknown.code, 65)
  assert.match(unknown.stderr, /E716 SETUP_ANSWERS_INVALID[\s\S]*staff if that is meant/)
  assert.equal(bed.has('etc'), false)
  bed.answers(byTerminal(`${root}-elsewhere`))
  const absent = await bed.setup()
  assert.equal(absent.code, 69)
  assert.match(absent.stderr, /E719 SHARE_NOT_MOUNTED[\s\S]*req/)
  assert.equal(bed.has(CONFIG), false)
  bed.answers(byTerminal(root))
  const checked = await bed.setup('--check')
  assert.equal(checked.code, 0)
  assert.equal(bed.has(CONFIG), false, '--check changes nothing')
})

test('where it keeps how far it is may be anybody’s folder, which stays as it is', async (t) => {
  const bed = makeSetupBed(t)
  bed.answers('way = "terminal"\n')
  const folder = join(bed.folder, 'of-somebody')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  const { code, stdout } = await bed.setup('--state', join(folder, 'setup.json'))
  assert.equal(code, TEMPFAIL, stdout)
  assert.equal(statSync(folder).mode & 0o777, 0o755)
  assert.equal(statSync(join(folder, 'setup.json')).mode & 0o777, 0o600)
})

/** Somebody who is not root: as root, another user; else what even its owner may not read. */
const asRoot = process.getuid?.() === 0
const NOBODY = asRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []

test('without sudo, --check judges the answers and says that what is done cannot be seen', async (t) => {
  const bed = makeSetupBed(t)
  const file = join(bed.folder, 'answers.toml')
  const args = ['setup', '--answers', file, '--root', bed.root, '--check']
  mkdirSync(join(bed.root, 'etc/onshi-agent/credentials'), { recursive: true })
  writeFileSync(join(bed.root, STATE), 'root’s')
  bed.answers(byTerminal('/srv/onshi-agent/oqs'))
  chmodSync(bed.folder, 0o755)
  chmodSync(join(bed.root, 'etc/onshi-agent'), asRoot ? 0o700 : 0)
  const judged = await runCli(args, NOBODY)
  assert.deepEqual([judged.code, judged.stderr], [0, ''])
  assert.match(judged.stdout, /sudo なしでは見えません[\s\S]*without sudo[\s\S]*次 .*接続方法/)
  // As the package has it: the folder can be looked into, what is in it cannot.
  chmodSync(join(bed.root, 'etc/onshi-agent'), 0o755)
  for (const name of [STATE, 'etc/onshi-agent/credentials'])
    chmodSync(join(bed.root, name), asRoot ? 0o700 : 0)
  const waiting = `way = "web-api"\n[certificate]\nfile = "/none"\n`
  bed.answers(waiting)
  assert.equal((await runCli(args, NOBODY)).code, TEMPFAIL)
  bed.answers('wai = "web-api"\n')
  const wrong = await runCli(args, NOBODY)
  assert.match(wrong.stderr, /E716 SETUP_ANSWERS_INVALID[\s\S]*wai/)
  const alone = await runCli(['setup', '--root', bed.root, '--check'], NOBODY)
  assert.match(alone.stderr, /E724 SETUP_NOT_ALLOWED[\s\S]*sudo onshi-agent setup --check/)
  chmodSync(join(bed.root, 'etc/onshi-agent/credentials'), 0o700)
})
