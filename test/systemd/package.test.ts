import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { buildPackage, sealPackage } from '../../systemd/package/build.ts'
import { isShipped, SBOM } from '../../systemd/package/layout.ts'
import { readyPackage } from '../bed/machine/package.ts'

const missing = ['dpkg-deb', 'gpg', 'git', 'npm'].filter(
  (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
)
const skip = missing.length > 0 ? `needs ${missing.join(', ')}` : false

let deb = ''
before(() => {
  if (skip === false) deb = readyPackage()
})

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-package-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const run = (program: string, ...args: readonly string[]) =>
  spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('built a second time from the same files it has the same bytes', { skip }, (t) => {
  const [again = ''] = buildPackage({ out: scratch(t), dirty: true, sign: null })
  assert.equal(basename(again), basename(deb))
  assert.equal(hashOf(again), hashOf(deb))
})

test('it holds what a clinic’s box needs, and neither tests nor binaries of other platforms', {
  skip,
}, () => {
  const files = run('dpkg-deb', '--contents', deb).stdout
  for (const path of [
    'usr/bin/onshi-agent',
    'usr/lib/onshi-agent/bin/node',
    'usr/lib/onshi-agent/agent/cli.ts',
    'usr/lib/onshi-agent/agent/desk/index.html',
    'usr/lib/onshi-agent/drivers/host.ts',
    'usr/lib/onshi-agent/node_modules/fastify/LICENSE',
    'usr/lib/onshi-agent/systemd/open-credentials',
    'usr/lib/onshi-agent/systemd/papers/checklist.md',
    'usr/lib/systemd/system/onshi-agent.service',
    'usr/lib/systemd/system/onshi-agent-credentials.service',
    'usr/lib/systemd/system/onshi-agent-protect.path',
    'usr/lib/systemd/system/onshi-agent-protect.service',
    'usr/lib/udev/rules.d/70-onshi-agent.rules',
    'usr/lib/sysusers.d/onshi-agent.conf',
    'usr/lib/modules-load.d/onshi-agent.conf',
    'usr/share/doc/onshi-agent/copyright',
    'usr/share/doc/onshi-agent/RUNBOOK.md',
    'usr/share/doc/onshi-agent/EVENTS.md',
    'usr/share/doc/onshi-agent/examples/setup.toml',
    'usr/share/doc/onshi-agent/monitoring/alerts.yml',
    'usr/share/doc/onshi-agent/papers/responsibilities.md',
  ])
    assert.ok(files.includes(` ./${path}\n`), path)
  assert.match(files, /^-rwxr-xr-x \S+ .* \.\/usr\/lib\/onshi-agent\/systemd\/open-credentials$/m)
  const lines = files.trim().split('\n')
  const foreign =
    /\.test\.ts$|(win32|darwin|musl|android)\S*\.node$|\/(typescript|playwright-core)\//
  assert.deepEqual(
    lines.filter((line) => foreign.test(line) || !line.includes(' root/root ')),
    [],
  )
})

/** What the machine itself lacks, as libusb, is said by the driver and is none of the package's. */
const LOAD = `
const drivers = process.argv[1]
for (const [file, load] of [['serial', 'loadSerial'], ['hid', 'loadHid'], ['pcsc', 'loadPcsc']])
  try {
    (await import(drivers + '/io/' + file + '.ts'))[load]()
  } catch (error) {
    if (error.code !== 'DRIVER_UNAVAILABLE' || error.cause?.code === 'MODULE_NOT_FOUND') throw error
  }`

test('every module that a driver loads is in it', { skip }, (t) => {
  const root = scratch(t)
  assert.equal(run('dpkg-deb', '--extract', deb, root).status, 0)
  const app = join(root, 'usr/lib/onshi-agent')
  const args = ['--input-type=module', '--eval', LOAD, join(app, 'drivers')]
  const { status, stderr } = run(join(app, 'bin/node'), ...args)
  assert.equal(status, 0, stderr)
})

test('its bill of materials names what is in it, and its files are as old as the commit', {
  skip,
}, () => {
  const tar = (path: string) =>
    spawnSync('sh', ['-c', `dpkg-deb --fsys-tarfile "$1" | tar -xO "./$2"`, 'sh', deb, path], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    }).stdout
  const bill = JSON.parse(tar(SBOM))
  assert.equal(bill.bomFormat, 'CycloneDX')
  const names = bill.components.map(({ name }: { name: string }) => name)
  for (const name of ['node', 'fastify', 'age-encryption', 'openssl'])
    assert.ok(names.includes(name), name)
  const commit = run('git', 'log', '-1', '--format=%ct').stdout.trim()
  assert.equal(Date.parse(bill.metadata.timestamp) / 1_000, Number(commit))
  const verbose = ['-c', 'dpkg-deb --fsys-tarfile "$1" | TZ=UTC tar -tv --full-time', 'sh', deb]
  const listed = spawnSync('sh', verbose, { encoding: 'utf8', maxBuffer: 2 ** 26 }).stdout
  const [, time = ''] = /(\S+ \S+) \.\/usr\/lib\/onshi-agent\/package\.json/.exec(listed) ?? []
  assert.equal(Date.parse(`${time}Z`) / 1_000, Number(commit), 'BUILT_AT is the commit')
})

test('its rules name every USB HID reader that a driver opens', () => {
  const documented = [
    ...readFileSync('drivers/README.md', 'utf8').matchAll(/`(\w{4}):(\w{4})` \| `vivopay`/g),
  ]
  assert.ok(documented.length > 0)
  const rules = readFileSync('systemd/package/udev.rules', 'utf8')
  for (const [, vendor, product] of documented)
    assert.match(rules, new RegExp(`idVendor}=="${vendor}", ATTRS{idProduct}=="${product}"`))
})

test('a binary is taken along for this architecture and the C library of Debian only', () => {
  const path = '@serialport/bindings-cpp/prebuilds/linux-x64/@serialport+bindings-cpp'
  assert.equal(isShipped(`${path}.glibc.node`, 'x64'), true)
  assert.equal(isShipped(`${path}.musl.node`, 'x64'), false)
  assert.equal(isShipped(`${path}.glibc.node`, 'arm64'), false)
  assert.equal(isShipped('@pcsc-mini/linux-x86_64-gnu/addon.node', 'x64'), true)
  assert.equal(isShipped('fastify/fastify.js', 'arm64'), true)
  assert.equal(isShipped('fastify/test/a.js', 'x64'), false)
})

test('a package with a changed byte is refused by the lines that VERIFY.md shows', {
  skip,
}, (t) => {
  const folder = scratch(t)
  const home = scratch(t)
  const gpg = (...args: readonly string[]) => run('gpg', '--homedir', home, '--batch', ...args)
  const key = ['--passphrase', '', '--quick-gen-key', 'release@example.invalid', 'ed25519', 'sign']
  assert.equal(gpg(...key).status, 0)
  t.after(() => void run('gpgconf', '--homedir', home, '--kill', 'all'))
  const copy = join(folder, basename(deb))
  copyFileSync(deb, copy)
  sealPackage(copy, { key: 'release@example.invalid', gpgHome: home })

  const document = readFileSync('systemd/package/VERIFY.md', 'utf8')
  const [, lines = ''] = /(gpg --verify[\s\S]*?) \\\n {2}&& sudo dpkg/.exec(document) ?? []
  const verify = () =>
    spawnSync('sh', ['-ec', lines], {
      cwd: dirname(copy),
      env: { ...process.env, GNUPGHOME: home },
      encoding: 'utf8',
    })
  const good = verify()
  assert.equal(good.status, 0, good.stderr)
  assert.match(good.stderr, /Good signature/)
  assert.equal(gpg('--verify', `${copy}.asc`, copy).status, 0)

  const bytes = readFileSync(copy)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100)
  writeFileSync(copy, bytes)
  assert.notEqual(verify().status, 0, 'the sum is wrong')
  assert.notEqual(gpg('--verify', `${copy}.asc`, copy).status, 0, 'the signature is wrong')
  writeFileSync(join(folder, 'SHA256SUMS'), `${hashOf(copy)}  ${basename(copy)}\n`)
  assert.notEqual(verify().status, 0, 'new sums have no signature')
})
