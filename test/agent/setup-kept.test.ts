import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { advance } from '../../agent/setup-advance.ts'
import { forgetOutdated, stillDone } from '../../agent/setup-kept.ts'
import { DEMO_INSTITUTION_CODE, makePki, writePki } from '../../agent/sim/pki.ts'
import type { Table } from '../../config/shape.ts'
import { makeWorkBed, type WorkBed } from '../bed/setup-work.ts'

const CREDENTIALS = 'etc/onshi-agent/credentials'
const SHARE = 'etc/onshi-agent/share.credentials'
const institution = { code: DEMO_INSTITUTION_CODE }

/** One run with an answer file; gives the steps that it did. */
async function run(bed: WorkBed, answers: Table): Promise<string[]> {
  const said: string[] = []
  const work = bed.work(answers, { say: (text) => void said.push(text) })
  forgetOutdated(work)
  await advance(work)
  return said
    .filter((text) => text.startsWith('- '))
    .map((text) => text.slice(2).split(' / ')[0] ?? '')
}

function withShare(t: TestContext) {
  const bed = makeWorkBed(t)
  const file = bed.secret('share.pass', 'CANARY-old')
  const terminal = { share: '//192.0.2.1/OQS', user: 'onshi', password_file: file }
  return { bed, file, answers: { way: 'terminal', institution, terminal } }
}

test('another password in the same file is taken, and the service starts anew; the same one changes nothing', async (t) => {
  const { bed, file, answers } = withShare(t)
  await run(bed, answers)
  assert.equal(bed.starts(), 1)
  assert.deepEqual(await run(bed, answers), [], 'nothing is done again')
  writeFileSync(file, 'CANARY-new')
  const { done } = bed.work(answers).progress.kept()
  assert.deepEqual(
    Object.keys(done).filter((name) => !(name in stillDone(bed.work(answers)))),
    ['share', 'service'],
    '--check shows it and changes nothing',
  )
  assert.deepEqual(await run(bed, answers), ['資格確認端末の共有フォルダー', 'サービスの起動'])
  assert.match(bed.read(SHARE), /^password=CANARY-new$/m)
  assert.equal(bed.starts(), 2)
  assert.doesNotMatch(bed.read('etc/onshi-agent/setup.json'), /CANARY/)
  rmSync(file)
  assert.deepEqual(await run(bed, answers), [], 'the file is not needed any more')
})

test('another certificate with its CA, or another account password, at the same place is taken, too', async (t) => {
  const bed = makeWorkBed(t)
  const folder = join(bed.folder, 'pki')
  const { clientPkcs12, passphrase, ca } = writePki(folder, makePki())
  const line = { name: 'ngn', kind: 'simulator', gateway: 'https://127.0.0.1:1' }
  const pass = bed.secret('account.pass', 'CANARY-old')
  const answers = {
    way: 'web-api',
    simulator: true,
    institution,
    lines: [{ ...line, application_accepted: true }],
    certificate: { file: clientPkcs12, passphrase_file: passphrase, ca_file: ca },
    account: { kind: 'web-api', user: 'clinic-api', password_file: pass },
  }
  await run(bed, answers)
  assert.deepEqual(await run(bed, answers), ['回線の試験'], 'the line that does not answer')
  const before = bed.read(`${CREDENTIALS}/clinic.p12`)
  writePki(folder, makePki())
  writeFileSync(pass, 'CANARY-new')
  assert.deepEqual(await run(bed, answers), ['電子証明書', 'Web API用アカウント', '回線の試験'])
  assert.notEqual(bed.read(`${CREDENTIALS}/clinic.p12`), before)
  assert.equal(bed.read('etc/onshi-agent/gateway-ca.pem'), readFileSync(ca, 'utf8'))
  assert.equal(bed.read(`${CREDENTIALS}/gateway-account.pass`), 'CANARY-new')
})

test('a password that is typed once more is taken, and asked for at no other run', async (t) => {
  const { bed, answers: given } = withShare(t)
  const answers = { ...given, readers: [] }
  await run(bed, answers)
  bed.work(answers).progress.save({ answers })
  assert.doesNotMatch(await bed.talk([]), /そのパスワード/)
  // Back from the question after it.
  await bed.talk(['', '<', 'CANARY-typed', '', '', '', ''])
  assert.match(bed.read(SHARE), /^password=CANARY-typed$/m)
  assert.equal(bed.starts(), 2)
  assert.doesNotMatch(bed.read('etc/onshi-agent/setup.json'), /CANARY|password_file/)
  assert.doesNotMatch(await bed.talk([]), /そのパスワード/)
  assert.match(bed.read(SHARE), /^password=CANARY-typed$/m, 'the old file does not come back')
})
