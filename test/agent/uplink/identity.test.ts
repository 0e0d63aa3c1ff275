import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makePki } from '../../../agent/sim/pki.ts'
import { loadIdentity } from '../../../agent/uplink/identity.ts'
import { identityOf, pki } from './bed.ts'

/** OpenSSL in a folder of its own: it makes what forge cannot. Arguments hold no spaces. */
function openssl(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-p12-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return {
    run: (command: string) =>
      String(execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' })),
    load: (name: string) =>
      loadIdentity(readFileSync(join(folder, name)), 'x', pki.ca.certificatePem),
  }
}

const MS_PER_DAY = 86_400_000
const EXPORT = 'pkcs12 -export -inkey k.pem -passout pass:x'
const SELF_SIGNED = 'req -x509 -nodes -keyout k.pem -out c.pem -days 30 -subj /CN=clinic -newkey'

test('a PKCS#12 is opened whatever its age and key, and what is wrong with it is said', () => {
  assert.ok(identityOf(makePki({ pkcs12Cipher: '3des' })).notAfter > Date.now())
  const wrong = () => loadIdentity(pki.clientPkcs12, 'wrong', pki.ca.certificatePem)
  assert.throws(wrong, { code: 'CERTIFICATE_PASSPHRASE_WRONG' })
  for (const bytes of [Buffer.from('no'), Buffer.alloc(0), pki.clientPkcs12.subarray(0, 400)])
    assert.throws(() => loadIdentity(bytes, pki.passphrase, pki.ca.certificatePem), {
      code: 'CERTIFICATE_UNREADABLE',
    })
})

test('an elliptic key and an old RC2 container work too', (t) => {
  const { run, load } = openssl(t)
  run(`${SELF_SIGNED} ec -pkeyopt ec_paramgen_curve:P-256`)
  run(`${EXPORT} -in c.pem -out ec.p12`)
  assert.match(run('pkcs12 -in ec.p12 -passin pass:x -nodes'), /PRIVATE KEY/)
  assert.ok(load('ec.p12').notAfter > Date.now())
  run(`${EXPORT} -legacy -in c.pem -out old.p12`)
  assert.ok(load('old.p12').notAfter > Date.now())
})

test('a key that OpenSSL holds too weak is said to be the certificate’s fault', (t) => {
  const { run, load } = openssl(t)
  run(`${SELF_SIGNED} rsa:1024`)
  run(`${EXPORT} -in c.pem -out weak.p12`)
  assert.throws(() => load('weak.p12'), {
    code: 'CERTIFICATE_UNREADABLE',
    message: /KEY_TOO_SMALL/,
  })
})

test('of two certificates of one key the one that ends last is used, in whatever order they stand', (t) => {
  const { run, load } = openssl(t)
  run(`${SELF_SIGNED} rsa:2048`)
  run('req -x509 -key k.pem -out renewed.pem -days 300 -subj /CN=clinic')
  run(`${EXPORT} -in c.pem -certfile renewed.pem -out old-first.p12`)
  run(`${EXPORT} -in renewed.pem -certfile c.pem -out new-first.p12`)
  for (const name of ['old-first.p12', 'new-first.p12'])
    assert.ok(load(name).notAfter > Date.now() + 200 * MS_PER_DAY, name)
})
