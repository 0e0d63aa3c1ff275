import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEMO_ACCOUNT, startGatewaySimulator } from '../../agent/sim/gateway/server.ts'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { DEMO_INSTITUTION_CODE, makePki, serverTls, writePki } from '../../agent/sim/pki.ts'
import { atTerminal, makeSetupBed, terminalIn } from '../bed/setup.ts'

const STATE = 'etc/onshi-agent/setup.json'
const PAPERS = 'root/onshi-agent-setup'
const TEMPFAIL = 75

const noScript =
  spawnSync('script', ['--version']).status === 0 ? false : 'needs script of util-linux'

test('over the Web API by questions: a wrong passphrase is asked again, the master account never taken', {
  skip: noScript,
}, async (t) => {
  const bed = makeSetupBed(t)
  const pki = makePki()
  const gateway = await startGatewaySimulator({ tls: serverTls(pki), account: DEMO_ACCOUNT })
  t.after(() => gateway.close())
  const files = writePki(join(bed.folder, 'pki'), pki)
  const face = patientByNumber('01')?.cardFace
  const person = atTerminal(t, ['setup', '--root', bed.root])
  for (const [question, answer] of [
    ['資格確認への接続方法', 'web-api'],
    ['医療機関コード（10桁）', DEMO_INSTITUTION_CODE],
    ['医療機関の名称', ''],
    ['回線の名前', ''],
    ['回線の種類', '1'],
    ['接続先（https', gateway.url.replace('https', 'http')],
    ['an https origin', ''],
    ['接続先（https', gateway.url],
    ['ネットワークの口', ''],
    ['お客様ID', ''],
    ['利用申請は', 'はい'],
    ['回線認証の URL', ''],
    ['もう一つの回線', ''],
    ['電子証明書のファイル', files.clientPkcs12],
    ['電子証明書のパスワード', 'CANARY-wrong'],
    ['認証局の証明書', files.ca],
    ['接続先の証明書の名前', ''],
    ['E206 CERTIFICATE_PASSPHRASE_WRONG', null],
    ['once more? [Y/n/-]', 'y'],
    ['電子証明書のファイル', ''],
    ['電子証明書のパスワード', pki.passphrase],
    ['認証局の証明書', ''],
    ['接続先の証明書の名前', ''],
    ['valid until', null],
    ['ログインが必要ですか', ''],
    ['アカウントの種類', 'master'],
    ['Web API用アカウントが必要です', null],
    ['アカウントの種類', '1'],
    ['その利用者名', DEMO_ACCOUNT.user],
    ['そのパスワード', DEMO_ACCOUNT.password],
    ['カードリーダーの名前', 'none'],
    ['待つアドレス', '127.0.0.1:0'],
    ['バックアップの保存先', ''],
    ['AGE-SECRET-KEY-1', null],
    ['書き写したら Enter', ''],
    ['OK  ngn', null],
    ['電子カルテの名前', ''],
    ['院内IT）の氏名', '-'],
    ['保険者番号', face?.insurerNumber ?? ''],
    ['記号', face?.insuredCardSymbol ?? ''],
    ['番号', face?.insuredIdentificationNumber ?? ''],
    ['枝番', ''],
    ['生年月日', face?.birthdate ?? ''],
    ['資格は有効です', null],
    ['氏名が決まったら続けます', null],
  ] as const) {
    await person.sees(question)
    if (answer !== null && question !== 'an https origin') person.types(answer)
  }
  assert.equal(await person.ended(), 75)
  const screen = person.screen()
  assert.ok(!screen.includes('CANARY') && !screen.includes(pki.passphrase))
  assert.ok(!screen.includes(DEMO_ACCOUNT.password), 'nothing secret was shown')
})

test('a person answers at a terminal, goes back, leaves, and goes on another day', {
  skip: noScript,
}, async (t) => {
  const bed = makeSetupBed(t)
  const root = await terminalIn(t, bed)
  const args = ['setup', '--root', bed.root]
  const first = atTerminal(t, args)
  await first.sees('資格確認への接続方法')
  first.types('9')
  await first.sees('選べない値です')
  first.types('１')
  await first.sees('医療機関コード（10桁）')
  first.types('123')
  await first.sees('write ten digits, 1312345678')
  first.types('<')
  await first.sees('資格確認への接続方法')
  first.types('')
  await first.sees('医療機関コード（10桁）')
  first.types('？')
  await first.sees('例 1312345678')
  first.types(
    [...DEMO_INSTITUTION_CODE]
      .map((digit) => String.fromCodePoint(Number(digit) + 0xff10))
      .join(''),
  )
  await first.sees('医療機関の名称')
  first.presses('\u0003')
  assert.equal(await first.ended(), TEMPFAIL)
  assert.match(bed.read(STATE), new RegExp(DEMO_INSTITUTION_CODE), 'what was answered is kept')

  const second = atTerminal(t, args)
  for (const [question, answer] of [
    ['医療機関の名称', '"見本診療所"'],
    // What cannot be reached today holds up no other question.
    ['共有フォルダー /', 'none'],
    ['のあるフォルダー', join(bed.folder, 'nowhere')],
    ['電子証明書の有効期限', ''],
    ['お客様ID', ''],
    ['once more? [Y/n/-]', '-'],
    ['カードリーダーの名前', '\u0003'],
  ] as const) {
    await second.sees(question)
    if (answer === '\u0003') second.presses(answer)
    else second.types(answer)
  }
  assert.equal(await second.ended(), TEMPFAIL)
  assert.match(bed.read(STATE), /"見本診療所"/)

  const later = atTerminal(t, args)
  for (const [question, answer] of [
    ['once more? [Y/n/-]', 'y'],
    ['共有フォルダー /', '//192.0.2.1/OQS'],
    ['専用の利用者名', '<'],
    ['共有フォルダー /', ''],
  ] as const) {
    await later.sees(question)
    later.types(answer)
  }
  await later.sees('専用の利用者名')
  later.types('onshi')
  await later.sees('そのパスワード')
  later.types('CANARY-share')
  await later.sees('電子証明書の有効期限')
  later.presses('\u0004')
  assert.equal(await later.ended(), TEMPFAIL)
  assert.doesNotMatch(later.screen() + bed.read(STATE), /CANARY/)
  assert.match(later.screen(), /共有フォルダー用の利用者名とパスワードが決まったら続けます/)

  // Back to what was answered on another day: the folder is on this machine after all.
  const third = atTerminal(t, args)
  const face = patientByNumber('01')?.cardFace
  for (const [question, answer] of [
    ['そのパスワード', '<'],
    ['専用の利用者名', '<'],
    ['共有フォルダー /', 'none'],
    ['のあるフォルダー', join(bed.folder, 'elsewhere')],
    ['E719 SHARE_NOT_MOUNTED', ''],
    ['once more? [Y/n/-]', ''],
    ['共有フォルダー /', ''],
    ['のあるフォルダー', root],
    ['電子証明書の有効期限', '2099-05-31'],
    ['お客様ID', ''],
    ['カードリーダーの名前', 'none'],
    ['待つアドレス', '127.0.0.1:0'],
    ['バックアップの保存先', ''],
    ['AGE-SECRET-KEY-1', 'wait'],
    ['書き写したら Enter', ''],
    ['電子カルテの名前', 'rececom'],
    ['その役割', '1'],
    ['その名前', ''],
    ['トークン（今だけ', 'wait'],
    ['院内IT）の氏名', '院内　太郎'],
    ['一度だけの番号（72時間', 'wait'],
    ['保険者番号', face?.insurerNumber ?? ''],
    ['記号', face?.insuredCardSymbol ?? ''],
    ['番号', face?.insuredIdentificationNumber ?? ''],
    ['枝番', ''],
    ['生年月日', face?.birthdate ?? ''],
  ] as const) {
    await third.sees(question)
    if (answer !== 'wait' && !question.startsWith('E7')) third.types(answer)
  }
  await third.sees('資格は有効です')
  await third.sees('セットアップが終わりました')
  assert.equal(await third.ended(), 0)
  assert.match(third.screen(), /\boa_[0-9a-f]{12}_/, 'the token is shown to who sits there')
  assert.equal(bed.has(PAPERS), false)
  assert.doesNotMatch(bed.read(STATE), new RegExp(`oa_|${face?.insurerNumber}`))
})
