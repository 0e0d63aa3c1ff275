import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatConfigFault } from '../../config/fault.ts'
import { readSecretText, readStoreKey } from '../../config/files.ts'
import { checkConfig, loadConfig } from '../../config/load.ts'
import { canary, clinicFolder, faultOf, good, pem, writeConfig } from './clinic.ts'

const withTls = good.replace(
  'address = "127.0.0.1:8480"',
  'address = "127.0.0.1:8480"\ntls = { certificate_file = "api.pem", key_file = "api.key" }',
)

const secrets = [
  ['store.key_file', 'store.key'],
  ['gateway.certificate_file', 'clinic.p12'],
  ['gateway.passphrase_file', 'clinic.p12.pass'],
  ['listen[0].tls.key_file', 'api.key'],
] as const

test('files of the right form and mode are accepted', (t) => {
  assert.ok(checkConfig(writeConfig(clinicFolder(t), withTls), {}))
})

for (const [key, name] of secrets) {
  for (const mode of [0o604, 0o640, 0o620, 0o601]) {
    const octal = mode.toString(8).padStart(4, '0')
    test(`${key} of mode ${octal} is refused, with the command that cures it`, (t) => {
      const folder = clinicFolder(t)
      const path = join(folder, name)
      chmodSync(path, mode)
      const fault = faultOf(() => checkConfig(writeConfig(folder, withTls), {}))
      assert.equal(fault.code, 'SECRET_EXPOSED')
      const printed = formatConfigFault(fault)
      assert.match(printed, /秘密のファイルを他の利用者が読めます。 \[E203 SECRET_EXPOSED\]/)
      assert.ok(printed.includes(`  ${key}\n`), printed)
      assert.ok(printed.includes(`found mode ${octal}: ${path}; run chmod 0600 ${path}`), printed)
    })
  }
}

test('a link to a secret that others can read is refused like the secret', (t) => {
  const folder = clinicFolder(t)
  renameSync(join(folder, 'store.key'), join(folder, 'real.key'))
  chmodSync(join(folder, 'real.key'), 0o644)
  symlinkSync('real.key', join(folder, 'store.key'))
  assert.equal(faultOf(() => checkConfig(writeConfig(folder, good), {})).code, 'SECRET_EXPOSED')
})

test('a secret of another user is refused', (t) => {
  if (process.getuid?.() !== 0) return t.skip('needs root, to give a file away')
  const folder = clinicFolder(t)
  chownSync(join(folder, 'store.key'), 65_534, 65_534)
  const fault = faultOf(() => checkConfig(writeConfig(folder, good), {}))
  assert.equal(fault.code, 'SECRET_EXPOSED')
  assert.match(formatConfigFault(fault), /owner 65534, while the agent runs as 0/)
})

test('a credential of systemd may show a group mask, a file beside its folder may not', (t) => {
  const folder = clinicFolder(t)
  const credentials = join(folder, 'credentials')
  mkdirSync(credentials)
  writeFileSync(join(credentials, 'store.key'), 'ab'.repeat(32), { mode: 0o440 })
  const path = writeConfig(folder, good.replace('"store.key"', '"credential:store.key"'))
  assert.ok(checkConfig(path, { CREDENTIALS_DIRECTORY: credentials }))

  const beside = join(folder, 'credentials-old')
  mkdirSync(beside)
  writeFileSync(join(beside, 'store.key'), 'ab'.repeat(32), { mode: 0o440 })
  const other = writeConfig(folder, good.replace('"store.key"', '"credentials-old/store.key"'))
  const fault = faultOf(() => checkConfig(other, { CREDENTIALS_DIRECTORY: credentials }))
  assert.equal(fault.code, 'SECRET_EXPOSED')
})

const unreadable = [
  ['gateway.certificate_file', 'clinic.p12', 'CERTIFICATE_UNREADABLE'],
  ['gateway.ca_file', 'gateway-ca.pem', 'CERTIFICATE_UNREADABLE'],
  ['listen[0].tls.certificate_file', 'api.pem', 'CERTIFICATE_UNREADABLE'],
  ['listen[0].tls.key_file', 'api.key', 'SECRET_UNREADABLE'],
  ['gateway.passphrase_file', 'clinic.p12.pass', 'SECRET_UNREADABLE'],
  ['store.key_file', 'store.key', 'SECRET_UNREADABLE'],
] as const

for (const [key, name, code] of unreadable) {
  test(`${key} that is missing, a folder or a pipe is refused by key`, (t) => {
    const folder = clinicFolder(t)
    const config = writeConfig(folder, withTls.replaceAll(`"${name}"`, `"./${name}"`))
    const path = join(folder, name)
    rmSync(path)
    const told = (what: string) => {
      const fault = faultOf(() => checkConfig(config, {}))
      assert.equal(fault.code, code)
      const printed = formatConfigFault(fault)
      assert.ok(printed.includes(`  ${key}\n`), printed)
      assert.ok(printed.includes(`found ${what}: ${path}; write `), printed)
    }
    told('no such file')
    mkdirSync(path)
    told('a folder, no file')
    rmSync(path, { recursive: true })
    execFileSync('mkfifo', ['-m', '600', path])
    told('a device, no file')
  })
}

test('a secret written where its file is named is not repeated', (t) => {
  const path = writeConfig(clinicFolder(t), good.replace('"clinic.p12.pass"', `"${canary}"`))
  const fault = faultOf(() => checkConfig(path, {}))
  assert.equal(fault.code, 'SECRET_UNREADABLE')
  assert.match(formatConfigFault(fault), /may be the secret itself/)
  assert.ok(!`${formatConfigFault(fault)} ${fault.stack}`.includes(canary))
})

const malformed = [
  ['store.key_file', 'store.key', canary, 'SECRET_UNREADABLE', /11 bytes that are neither/],
  ['store.key_file', 'store.key', '', 'SECRET_UNREADABLE', /openssl rand -hex 32/],
  ['store.key_file', 'store.key', 'g'.repeat(64), 'SECRET_UNREADABLE', /64 hex digits/],
  ['gateway.certificate_file', 'clinic.p12', pem.key, 'CERTIFICATE_UNREADABLE', /PEM, not PKCS#12/],
  ['gateway.certificate_file', 'clinic.p12', '', 'CERTIFICATE_UNREADABLE', /no PKCS#12/],
  ['gateway.ca_file', 'gateway-ca.pem', canary, 'CERTIFICATE_UNREADABLE', /no certificate in PEM/],
  [
    'gateway.ca_file',
    'gateway-ca.pem',
    `${pem.certificate}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    'CERTIFICATE_UNREADABLE',
    /no certificate in PEM/,
  ],
  ['listen[0].tls.key_file', 'api.key', pem.certificate, 'SECRET_UNREADABLE', /no private key/],
  [
    'gateway.passphrase_file',
    'clinic.p12.pass',
    'x'.repeat(1_048_577),
    'SECRET_UNREADABLE',
    /1 MiB/,
  ],
] as const

for (const [key, name, content, code, says] of malformed) {
  test(`${key} is refused when what it holds is ${String(says)}`, (t) => {
    const folder = clinicFolder(t)
    writeFileSync(join(folder, name), content)
    const fault = faultOf(() => checkConfig(writeConfig(folder, withTls), {}))
    const printed = formatConfigFault(fault)
    assert.equal(fault.code, code, printed)
    assert.ok(printed.includes(`  ${key}\n`), printed)
    assert.match(printed, says)
    assert.ok(!printed.includes(canary), printed)
  })
}

test('a listener’s certificate of another key is refused', (t) => {
  const folder = clinicFolder(t)
  const other = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  writeFileSync(join(folder, 'api.key'), other.privateKey)
  const fault = faultOf(() => checkConfig(writeConfig(folder, withTls), {}))
  assert.equal(fault.code, 'CERTIFICATE_UNREADABLE')
  assert.match(formatConfigFault(fault), /another key than listen\[0\]\.tls\.key_file/)
})

test('wrong keys and wrong files are told together; loading alone opens no named file', (t) => {
  const folder = clinicFolder(t)
  chmodSync(join(folder, 'store.key'), 0o644)
  rmSync(join(folder, 'gateway-ca.pem'))
  const path = writeConfig(folder, good.replace('[gateway]\n', '[gateway]\ntimeout_ms = 1\n'))
  const fault = faultOf(() => checkConfig(path, {}))
  assert.equal(fault.code, 'CONFIG_INVALID')
  assert.deepEqual(
    fault.mistakes.map(({ field }) => field),
    ['gateway.timeout_ms', 'store.key_file', 'gateway.ca_file'],
  )
  const printed = formatConfigFault(fault)
  for (const number of ['E203 SECRET_EXPOSED', 'E205 CERTIFICATE_UNREADABLE']) {
    assert.ok(printed.includes(number), printed)
  }
  assert.ok(loadConfig(writeConfig(folder, good), {}))
})

test('a store key is read from hex digits with or without a line end, or from raw bytes', (t) => {
  const path = join(clinicFolder(t), 'store.key')
  const key = Buffer.alloc(32, 0xa5)
  for (const content of [key, key.toString('hex'), `${key.toString('hex').toUpperCase()}\r\n`]) {
    writeFileSync(path, content)
    assert.deepEqual(readStoreKey(path), key)
  }
  writeFileSync(path, canary)
  const fault = faultOf(() => readStoreKey(path))
  assert.equal(fault.code, 'SECRET_UNREADABLE')
  assert.ok(!fault.message.includes(canary))
})

test('a passphrase keeps its spaces and loses one line end', (t) => {
  const path = join(clinicFolder(t), 'clinic.p12.pass')
  writeFileSync(path, ' a b \r\n')
  assert.equal(readSecretText(path), ' a b ')
  writeFileSync(path, 'a\n\n')
  assert.equal(readSecretText(path), 'a\n')
})
