import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { makeFolder, openBed } from './bed.ts'
import { everywhere } from './places.ts'

const NAME = 'OQSsiquc01req_A1.xml'
const question = Buffer.from('<question>')

everywhere('a file is put whole, and nothing is left beside it', async (t, { folder, behind }) => {
  const { scanner } = openBed(t, { folder, settings: { accepts: null } })
  await scanner.put(NAME, question)
  assert.deepEqual(readdirSync(behind), [NAME])
  assert.deepEqual(readFileSync(join(behind, NAME)), question)
  assert.deepEqual(readdirSync(dirname(behind)), ['face'])
  assert.equal(await scanner.has(NAME), true)
  assert.equal(await scanner.remove(NAME), true)
  assert.equal(await scanner.remove(NAME), false)
  assert.equal(await scanner.has(NAME), false)
})

test('a file is as readable as its folder, whatever the umask is', async (t) => {
  const folder = makeFolder(t)
  const before = process.umask(0o077)
  t.after(() => process.umask(before))
  const { scanner } = openBed(t, { folder, settings: { accepts: null } })
  for (const [mode, wanted] of [
    [0o2770, 0o660],
    [0o755, 0o644],
    [0o700, 0o600],
  ] as const) {
    chmodSync(folder, mode)
    await scanner.put(NAME, question)
    assert.equal(statSync(join(folder, NAME)).mode & 0o777, wanted)
    await scanner.remove(NAME)
  }
})

everywhere('no other file is replaced', async (t, { folder, behind }) => {
  const { scanner } = openBed(t, { folder, settings: { accepts: null } })
  writeFileSync(join(behind, NAME), question)
  await scanner.put(NAME, question)
  writeFileSync(join(behind, NAME), '<another question>')
  await assert.rejects(scanner.put(NAME, question), {
    code: 'TERMINAL_REFUSED',
    facts: { folder: 'face', errno: 'EEXIST' },
  })
  assert.equal(readFileSync(join(behind, NAME), 'utf8'), '<another question>')
  assert.deepEqual(readdirSync(behind), [NAME])
  rmSync(join(behind, NAME))
  mkdirSync(join(behind, NAME))
  await assert.rejects(scanner.put(NAME, question), { code: 'TERMINAL_REFUSED' })
})

everywhere('a folder that is not there is unreachable', async (t, { folder, behind }) => {
  const bed = openBed(t, { folder, settings: { accepts: null } })
  const { scanner } = bed
  renameSync(behind, `${behind}-away`)
  await bed.until(() => scanner.report().state === 'unreachable')
  for (const asked of [scanner.put(NAME, question), scanner.has(NAME), scanner.remove(NAME)])
    await assert.rejects(asked, { code: 'TERMINAL_UNREACHABLE' })
  renameSync(`${behind}-away`, behind)
  await bed.until(() => scanner.report().state === 'reachable')
  await scanner.put(NAME, question)
  assert.equal(await scanner.has(NAME), true)
})

test('half made files of a crash are taken away, and only those', async (t) => {
  const folder = makeFolder(t)
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
  const ours = `.onshi-agent-${host}-0011223344556677.tmp`
  const others = ['.onshi-agent-00000000-0011223344556677.tmp', '.onshi-agent-note', 'x.tmp']
  for (const place of [folder, dirname(folder)])
    for (const name of [ours, ...others]) writeFileSync(join(place, name), '')
  for (const accepts of [null, /^OQS/]) {
    const bed = openBed(t, { folder, settings: { accepts } })
    await bed.until(() => bed.scanner.report().state === 'reachable')
    assert.deepEqual(readdirSync(folder).toSorted(), others)
    assert.ok(!existsSync(join(dirname(folder), ours)))
    for (const name of others) assert.ok(existsSync(join(dirname(folder), name)))
    await bed.share.close()
    writeFileSync(join(folder, ours), '')
  }
})

test('a name that leads elsewhere is a bug', async (t) => {
  const { scanner } = openBed(t, { folder: makeFolder(t) })
  for (const name of ['', '../OQS.xml', 'a/b', '.hidden', 'a\0b'])
    await assert.rejects(scanner.put(name, question), /no name of a file/)
})

const canBind =
  process.getuid?.() === 0 && spawnSync('mount', ['--version']).status === 0
    ? false
    : 'needs root and mount'

test('a file is put into a mount of the same disk', { skip: canBind }, async (t) => {
  const folder = makeFolder(t)
  const other = makeFolder(t)
  assert.equal(spawnSync('mount', ['--bind', other, folder]).status, 0)
  try {
    const { scanner, share } = openBed(t, { folder, settings: { accepts: null } })
    await scanner.put(NAME, question)
    assert.deepEqual(readFileSync(join(other, NAME)), question)
    assert.deepEqual(readdirSync(other), [NAME])
    assert.deepEqual(readdirSync(dirname(folder)), ['face'])
    await share.close()
  } finally {
    spawnSync('umount', ['-l', folder])
  }
})
