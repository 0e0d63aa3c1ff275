import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { authorityExtensions, issue, pkcs12 } from '../../../agent/sim/pki/certificate.ts'
import { issueClient, makePki } from '../../../agent/sim/pki.ts'
import { openPkcs12 } from '../../../agent/uplink/pkcs12.ts'

const pki = makePki()

const MS_PER_DAY = 86_400_000
const EXPORT = 'pkcs12 -export -inkey k.pem -in c.pem -passout pass:x'
const SELF_SIGNED = 'req -x509 -nodes -keyout k.pem -out c.pem -days 30 -subj /CN=clinic -newkey'

/** OpenSSL in a folder of its own: it makes what forge cannot. Arguments hold no spaces. */
function openssl(t: TestContext, keyType = 'rsa:2048') {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-p12-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const run = (command: string) =>
    String(execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' }))
  run(`${SELF_SIGNED} ${keyType}`)
  return {
    run,
    read: (name: string) => readFileSync(join(folder, name)),
    open: (name: string, passphrase = 'x') =>
      openPkcs12(readFileSync(join(folder, name)), passphrase),
  }
}

test('containers of AES, 3DES, RC2-40 and none at all open, with RSA and elliptic keys', (t) => {
  for (const keyType of ['rsa:2048', 'ec -pkeyopt ec_paramgen_curve:P-256']) {
    const { run, open } = openssl(t, keyType)
    for (const how of [
      '',
      '-legacy',
      '-legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES',
      '-keypbe NONE -certpbe NONE',
      '-nomac',
      '-macalg md5',
    ]) {
      run(`${EXPORT} -out clinic.p12 ${how}`.trim())
      const { key, certificate } = open('clinic.p12')
      assert.ok(certificate.checkPrivateKey(key), how)
    }
  }
})

test('a container of an old cipher that cannot be opened is said to be that, and the hint converts it', (t) => {
  const { run, open } = openssl(t)
  for (const cipher of ['PBE-SHA1-RC4-128', 'PBE-SHA1-RC2-128', 'PBE-SHA1-2DES', 'RC2-CBC']) {
    run(`${EXPORT} -legacy -keypbe ${cipher} -certpbe ${cipher} -out old.p12`)
    assert.throws(() => open('old.p12'), { code: 'CERTIFICATE_CIPHER_OLD' }, cipher)
    assert.throws(() => open('old.p12', 'y'), { code: 'CERTIFICATE_PASSPHRASE_WRONG' }, cipher)
  }
  run('pkcs12 -legacy -in old.p12 -nodes -passin pass:x -out plain.pem')
  run('pkcs12 -export -in plain.pem -passout pass:x -out new.p12')
  assert.ok(open('new.p12').key)
})

test('a wrong passphrase is said to be one, with and without a MAC', (t) => {
  const { run, open } = openssl(t)
  for (const how of ['-macalg sha256', '-nomac', '-legacy']) {
    run(`${EXPORT} -out clinic.p12 ${how}`)
    for (const passphrase of ['', 'y', 'X', 'x '])
      assert.throws(
        () => open('clinic.p12', passphrase),
        (error) => {
          const { code, message } = Object(error)
          assert.equal(code, 'CERTIFICATE_PASSPHRASE_WRONG', `${how} ${passphrase}`)
          return passphrase === '' || !message.includes(`"${passphrase}"`)
        },
      )
  }
})

test('what is no PKCS#12 is called by what it is', (t) => {
  const { run, read } = openssl(t)
  run('x509 -in c.pem -outform der -out c.cer')
  const cases: [bytes: Buffer, says: RegExp][] = [
    [read('c.pem'), /PEM, not PKCS#12/],
    [read('k.pem'), /PEM, not PKCS#12/],
    [read('c.cer'), /certificate without its key/],
    [Buffer.alloc(0), /empty/],
    [Buffer.from('PK\u0003\u0004'), /no PKCS#12/],
    [pki.clientPkcs12.subarray(0, 400), /no PKCS#12/],
    [Buffer.concat([pki.clientPkcs12, Buffer.from('rest')]), /no PKCS#12/],
  ]
  for (const [bytes, message] of cases)
    assert.throws(() => openPkcs12(bytes, pki.passphrase), {
      code: 'CERTIFICATE_UNREADABLE',
      message,
    })
})

test('a key that does not fit, a missing key and a missing certificate are three things', (t) => {
  const { run, open } = openssl(t)
  run('pkcs12 -export -nokeys -in c.pem -passout pass:x -out certificate.p12')
  run('pkcs12 -export -nocerts -inkey k.pem -passout pass:x -out key.p12')
  assert.throws(() => open('certificate.p12'), {
    code: 'CERTIFICATE_UNREADABLE',
    message: /no private key/,
  })
  assert.throws(() => open('key.p12'), {
    code: 'CERTIFICATE_UNREADABLE',
    message: /no certificate/,
  })
  const strangers = pkcs12({ ...pki.client, keyPem: pki.server.keyPem }, 'x', 'aes256')
  assert.throws(() => openPkcs12(strangers, 'x'), { code: 'CERTIFICATE_KEY_MISMATCH' })
})

test('of two certificates of one key the one that ends last is used, in whatever order they stand', (t) => {
  const { run, open } = openssl(t)
  run('req -x509 -key k.pem -out renewed.pem -days 300 -subj /CN=clinic')
  run(`${EXPORT} -certfile renewed.pem -out old-first.p12`)
  run(
    'pkcs12 -export -inkey k.pem -passout pass:x -in renewed.pem -certfile c.pem -out new-first.p12',
  )
  for (const name of ['old-first.p12', 'new-first.p12'])
    assert.ok(+open(name).certificate.validToDate > Date.now() + 200 * MS_PER_DAY, name)
})

test('an intermediate CA goes with the certificate, the root does not', () => {
  const validity = { notBefore: Date.now() - MS_PER_DAY, notAfter: Date.now() + MS_PER_DAY }
  const between = issue({ commonName: 'between' }, validity, authorityExtensions, pki.ca)
  const client = issueClient(between, '1310000001')
  const container = pkcs12(client, 'x', 'aes256', [pki.ca, between])
  const { issuers, certificate } = openPkcs12(container, 'x')
  assert.match(certificate.issuer, /CN=between/)
  assert.deepEqual(
    issuers.map(({ subject }) => subject),
    ['C=JP\nCN=between'],
  )
})
