import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Bed, makeBed, startBed } from '../bed/agent.ts'
import { clientOf } from '../bed/client.ts'

const EX_CONFIG = 78

/** A mistake that a clinic makes, and what must be said of it: the key, what was found, what to write. */
type Mistake = readonly [
  what: string,
  make: (bed: Bed) => void,
  key: string,
  code: string,
  says: readonly RegExp[],
]

const rewrite = ({ configFile }: Bed, from: string | RegExp, to: string) => {
  const before = readFileSync(configFile, 'utf8')
  const after = before.replace(from, to)
  assert.notEqual(after, before)
  writeFileSync(configFile, after)
}

const MISTAKES: readonly Mistake[] = [
  [
    'an unknown key',
    (bed) => rewrite(bed, 'code = ', 'kode = '),
    'institution.kode',
    'CONFIG_INVALID',
    [/institution\.code/, /not known/],
  ],
  [
    'a value of the wrong type',
    (bed) => rewrite(bed, 'simulator = true', 'simulator = "yes"'),
    'gateway.simulator',
    'CONFIG_INVALID',
    [/found the text "yes"/, /write true or false/],
  ],
  [
    'a secret that others can read',
    (bed) => chmodSync(join(bed.folder, 'store.key'), 0o644),
    'store.key_file',
    'SECRET_EXPOSED',
    [/0644/, /chmod 0600/],
  ],
  [
    'a password file that is missing',
    (bed) => rmSync(join(bed.folder, 'password')),
    'gateway.account.password_file',
    'SECRET_UNREADABLE',
    [/password/, /the name of a readable file/],
  ],
  [
    'a store key of the wrong length',
    (bed) => writeFileSync(join(bed.folder, 'store.key'), 'abc'),
    'store.key_file',
    'SECRET_UNREADABLE',
    [/3 bytes/, /openssl rand -hex 32/],
  ],
  [
    'a certificate that is no PKCS#12',
    (bed) => writeFileSync(bed.files.clientPkcs12, readFileSync(bed.files.clientCertificate)),
    'gateway.certificate_file',
    'CERTIFICATE_UNREADABLE',
    [/PEM, not PKCS#12/],
  ],
  [
    'an address that others can reach, without allow and tls',
    (bed) => rewrite(bed, '"127.0.0.1:0"', '"192.0.2.7:8480"'),
    'listen[0].address',
    'LISTEN_UNSAFE',
    [/without `allow` and without `tls`/, /insecure_lan/],
  ],
  [
    'a syntax error',
    (bed) => rewrite(bed, '[store]', '[store'),
    'line 6',
    'CONFIG_INVALID',
    [/syntax/],
  ],
]

for (const [what, make, key, code, says] of MISTAKES) {
  test(`${what} is refused at start and by --check with 78, the file, the key, what was found and what to write`, async (t) => {
    const bed = await makeBed(t)
    make(bed)
    for (const args of [['run'], ['run', '--check']]) {
      const { code: exit, stderr, stdout } = await bed.cli(...args)
      assert.equal(exit, EX_CONFIG, stderr)
      assert.equal(stdout, '')
      assert.ok(stderr.includes(bed.configFile), stderr)
      assert.ok(stderr.includes(key), stderr)
      assert.ok(stderr.includes(code), stderr)
      for (const saying of says) assert.match(stderr, saying)
    }
    assert.equal(existsSync(join(bed.state, 'agent.db')), false, 'nothing was opened')
  })
}

test('several mistakes are told at once', async (t) => {
  const bed = await makeBed(t)
  rewrite(bed, 'code = ', 'kode = ')
  rewrite(bed, 'simulator = true', 'simulator = 1')
  chmodSync(join(bed.folder, 'password'), 0o640)
  const { code, stderr } = await bed.cli('run', '--check')
  assert.equal(code, EX_CONFIG)
  for (const key of ['institution.kode', 'gateway.simulator', 'gateway.account.password_file'])
    assert.ok(stderr.includes(key), key)
})

test('a passphrase that does not open the PKCS#12 ends the start with 78, and is not repeated', async (t) => {
  const bed = await makeBed(t)
  writeFileSync(bed.files.passphrase, 'a-wrong-passphrase')
  const { code, stderr } = await bed.cli('run')
  assert.equal(code, EX_CONFIG, stderr)
  assert.match(stderr, /CERTIFICATE_PASSPHRASE_WRONG/)
  assert.ok(stderr.includes('gateway.passphrase_file'), stderr)
  assert.ok(stderr.includes(bed.files.passphrase), stderr)
  assert.doesNotMatch(stderr, /a-wrong-passphrase/)
})

test('another store key than the database’s ends the start with 78', async (t) => {
  const bed = await makeBed(t)
  await bed.addConsumer('receipt-computer')
  writeFileSync(join(bed.folder, 'store.key'), 'ab'.repeat(32))
  const { code, stderr } = await bed.cli('run')
  assert.equal(code, EX_CONFIG, stderr)
  assert.match(stderr, /STORE_KEY_WRONG/)
})

test('a configuration without a mistake passes --check, which opens nothing', async (t) => {
  const bed = await makeBed(t)
  const { code, stdout, stderr } = await bed.cli('run', '--check')
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /OK/)
  assert.equal(existsSync(join(bed.state, 'agent.db')), false)
})

test('a second agent on the same database is refused, and the first one answers on', async (t) => {
  const bed = await startBed(t)
  const { code, stderr } = await bed.cli('run')
  assert.notEqual(code, 0)
  assert.notEqual(code, EX_CONFIG, 'systemd tries again: the other may be ending')
  assert.match(stderr, /STORE_IN_USE/)
  assert.equal((await bed.client.events()).items.length, 0)
  const { code: status, stdout } = await bed.cli('status')
  assert.equal(status, 0)
  assert.equal(JSON.parse(stdout).pid, bed.agent.pid)
})

test('livez and readyz are open, everything else asks for a token', async (t) => {
  const { agent } = await startBed(t)
  const stranger = clientOf(agent.url, 'oa_000000000000_wrong')
  const nobody = (path: string) => fetch(agent.url + path)
  assert.equal(await (await nobody('/livez')).text(), 'ok\n')
  assert.equal(await (await nobody('/readyz')).text(), 'ok\n')
  for (const path of ['/v1/lines', '/v1/events', '/v1/readers', '/v1/presentations']) {
    assert.equal((await nobody(path)).status, 401, path)
  }
  assert.ok([401, 429].includes((await stranger.get('/v1/events')).status))
})

test('a command that needs the agent says that none runs, with 69', async (t) => {
  const bed = await makeBed(t)
  const { code, stderr } = await bed.cli('status')
  assert.equal(code, 69)
  assert.match(stderr, /AGENT_NOT_RUNNING/)
})
