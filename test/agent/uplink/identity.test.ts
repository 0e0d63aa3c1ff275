import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DEMO_INSTITUTION_CODE, makePki, type Pki } from '../../../agent/sim/pki.ts'
import {
  checkInstitution,
  institutionCodeIn,
  loadIdentity,
} from '../../../agent/uplink/identity.ts'

const pki = makePki()
const identityOf = ({ clientPkcs12, passphrase, ca }: Pki) =>
  loadIdentity(clientPkcs12, passphrase, ca.certificatePem)

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

const EXPORT = 'pkcs12 -export -inkey k.pem -passout pass:x'
const SELF_SIGNED = 'req -x509 -nodes -keyout k.pem -out c.pem -days 30 -subj /CN=clinic -newkey'

test('what may be told of a certificate is told, and an expired one still loads', () => {
  const { notBefore, notAfter, fingerprint, issuer, institutionCode } = identityOf(pki)
  assert.ok(notBefore < Date.now() && Date.now() < notAfter)
  assert.equal(fingerprint, new X509Certificate(pki.client.certificatePem).fingerprint256)
  assert.equal(issuer, 'onshi-agent simulator CA')
  assert.equal(institutionCode, DEMO_INSTITUTION_CODE)
  assert.ok(identityOf(makePki({ client: 'expired' })).notAfter < Date.now())
  assert.ok(identityOf(makePki({ client: 'not-yet-valid' })).notBefore > Date.now())
})

test('another institution’s certificate is refused, one that names none passes', () => {
  const other = identityOf(makePki({ institutionCode: '2710000001' }))
  checkInstitution(other, '2710000001')
  assert.throws(() => checkInstitution(other, DEMO_INSTITUTION_CODE), {
    code: 'CERTIFICATE_OF_ANOTHER_INSTITUTION',
    message: /2710000001.*1319999991/,
  })
  checkInstitution({ ...other, institutionCode: null }, DEMO_INSTITUTION_CODE)
})

test('an institution is read from the names of the subject, and never guessed', () => {
  const cases: [subject: Parameters<typeof institutionCodeIn>[0], code: string | null][] = [
    [{ CN: '1310000001' }, '1310000001'],
    [{ CN: 'OQS-1310000001-01' }, '1310000001'],
    [{ OU: ['clinic', '１３１００００００１'], CN: '1310000001' }, '1310000001'],
    [{ serialNumber: '4710000001', CN: 'clinic' }, '4710000001'],
    [{ CN: '13100000012' }, null],
    [{ CN: '131000000' }, null],
    [{ CN: '4810000001' }, null],
    [{ CN: '0010000001' }, null],
    [{ CN: '1310000001', OU: '2710000001' }, null],
    [{ CN: 'clinic', telephoneNumber: '0312345678' }, null],
    [{}, null],
  ]
  for (const [subject, code] of cases)
    assert.equal(institutionCodeIn(subject), code, JSON.stringify(subject))
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
