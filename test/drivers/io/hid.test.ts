import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadHid } from '../../../drivers/io/hid.ts'

test('a path that is no HID device, or nothing at all, is a reader that is gone', async () => {
  const hid = loadHid()
  for (const path of ['/dev/none', '/dev/null'])
    await assert.rejects(hid.open(path), { code: 'READER_GONE' }, path)
})

test('a device that another reader of the agent holds is busy, and free once that one ends', async () => {
  const hid = loadHid()
  const other = createServer()
  other.listen('\0onshi-agent-hid:/dev/null')
  await once(other, 'listening')
  await assert.rejects(hid.open('/dev/null'), { code: 'READER_BUSY' })
  other.close()
  await once(other, 'close')
  await assert.rejects(hid.open('/dev/null'), { code: 'READER_GONE' })
})

const PRINT_CODE = `
  const { loadHid } = await import(process.argv[1])
  await loadHid().open(process.argv[2]).catch(({ code }) => console.log(code))
`
const module = new URL('../../../drivers/io/hid.ts', import.meta.url).href
const isRoot = process.getuid?.() === 0

test('a device that this user may not open is forbidden', (t) => {
  if (!isRoot) return t.skip('needs root, to become somebody else')
  const dir = mkdtempSync(join(tmpdir(), 'hid-'))
  t.after(() => rmSync(dir, { recursive: true }))
  const node = join(dir, 'hidraw0')
  writeFileSync(node, '', { mode: 0o600 })
  chmodSync(dir, 0o755)
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', PRINT_CODE, module, node],
    { encoding: 'utf8', uid: 65_534, gid: 65_534 },
  )
  assert.equal(stdout.trim(), 'READER_FORBIDDEN', stderr)
})

/** Every library but libusb, by links to a second view of the folder; then the program. */
const HIDE = `
  set -e
  libraries=$1; dir=$2; shift 2
  mount --bind "$libraries" "$dir/all"
  for each in "$dir"/all/*; do
    case "$each" in */libusb-1.0*) ;; *) ln -s "$each" "$dir/some/" ;; esac
  done
  mount --bind "$dir/some" "$libraries"
  exec "$@"
`

test('a machine without libusb says what to install, reads with its other readers, and goes on once it is there', (t) => {
  const libraries = foldersOf('libusb-1.0.so.0')
  if (libraries === undefined) return t.skip('needs libusb-1.0-0')
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0)
    return t.skip('needs CAP_SYS_ADMIN (unshare --mount)')
  const dir = mkdtempSync(join(tmpdir(), 'libusb-'))
  t.after(() => rmSync(dir, { recursive: true }))
  for (const name of ['all', 'some']) mkdirSync(join(dir, name))
  const program = new URL('./hid-without-libusb.ts', import.meta.url).pathname
  const run = ['sh', '-c', HIDE, 'hide', libraries, dir, process.execPath, program, libraries]
  const { stdout, stderr } = spawnSync('unshare', ['--mount', ...run], { encoding: 'utf8' })
  const [first, other, then] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(first?.code, 'DRIVER_UNAVAILABLE', stderr)
  assert.match(first.message, /apt-get install libusb-1\.0-0 libudev1/)
  assert.equal(other.presented.name, '運転免許証')
  assert.equal(then.code, 'READER_GONE')
})

function foldersOf(library: string): string | undefined {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' })
  const found = stdout.split('\n').find((line) => line.trim().startsWith(library))
  const path = found?.split('=> ')[1]
  if (path === undefined) return undefined
  const real = spawnSync('realpath', [path], { encoding: 'utf8' }).stdout.trim()
  return real.slice(0, real.lastIndexOf('/'))
}
