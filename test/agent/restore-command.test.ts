import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { entriesOf, type Manifest, storeInto, unpack } from '../../agent/ops/backup/archive.ts'
import { newRecoveryKey } from '../../agent/ops/backup/recovery-key.ts'
import { writeSealed } from '../../agent/ops/backup/sealed.ts'
import { tarOf } from '../../agent/ops/backup/tar.ts'
import { restoreCommand } from '../../agent/restore-command.ts'
import { openDatabase } from '../../agent/store/database.ts'
import { lockStore } from '../../agent/store/lock.ts'
import { emptyMachine, reopened } from './restore-bed.ts'

/** Every file with what is in it. */
const tree = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.endsWith('.lock') && statSync(join(folder, name)).isFile())
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    )
    .sort()

test('an empty machine gets database, new key, configuration and tables, and says what is still missing', async (t) => {
  const { machine, shelf, restore } = await emptyMachine(t)
  const said = await restore()
  const key = Buffer.from(readFileSync(join(machine, 'etc/store.key'), 'utf8').trim(), 'hex')
  assert.notDeepEqual(key, shelf.storeKey)
  assert.equal(statSync(join(machine, 'etc/store.key')).mode & 0o777, 0o600)
  assert.equal(readFileSync(join(machine, 'etc/gateway-ca.pem'), 'utf8'), 'CA')
  assert.match(said, /記録のない時間[\s\S]*clinic\.p12/)
  const path = join(machine, 'state/agent.db')
  const store = await reopened(path, key)
  t.after(() => store.close())
  assert.ok(store.registrations.find('r-1'))
  const gap = store.restores.gap()
  assert.ok(gap && gap.to >= gap.from)
  assert.deepEqual(
    readdirSync(join(machine, 'state')).filter((name) => !name.startsWith('agent.db')),
    [],
  )
})

test('a store that is there is refused; replaced, it is kept aside whole, its journal too, under its own key', async (t) => {
  const { machine, restore } = await emptyMachine(t)
  await restore()
  const path = join(machine, 'state/agent.db')
  const key = Buffer.from(readFileSync(join(machine, 'etc/store.key'), 'utf8').trim(), 'hex')
  // As after a power cut: what was committed last stands in the WAL only.
  const live = openDatabase(path, key, 'read-write')
  t.after(() => live.close())
  live.pragma('journal_mode = WAL')
  live.pragma('wal_autocheckpoint = 0')
  live.exec("INSERT INTO meta (key, value) VALUES ('late', 'in the WAL')")
  const before = tree(machine)
  await assert.rejects(restore(), { code: 'RESTORE_OVER_LIVE' })
  assert.deepEqual(tree(machine), before)
  const held = lockStore(path)
  await assert.rejects(restore('--replace'), { code: 'STORE_IN_USE' })
  held.close()
  assert.deepEqual(tree(machine), before)
  const said = await restore('--replace')
  const [aside = ''] = readdirSync(join(machine, 'state')).filter((name) =>
    name.startsWith('before-restore-'),
  )
  assert.ok(said.includes(aside))
  const old = openDatabase(join(machine, 'state', aside, 'agent.db'), key, 'read-only')
  t.after(() => old.close())
  assert.ok(old.prepare("SELECT value FROM meta WHERE key = 'late'").get())
  const fresh = openDatabase(path, key, 'read-only')
  t.after(() => fresh.close())
  assert.equal(fresh.prepare("SELECT value FROM meta WHERE key = 'late'").get(), undefined)
})

test('wrong key, cut off, flipped, another clinic’s, a newer one: each is refused by its code, and nothing is changed', async (t) => {
  const { shelf, file, folder, machine, config, restore, restoreFile } = await emptyMachine(t)
  const store = join(folder, 'copy.db')
  const toml = readFileSync(join(shelf.folder, 'agent.toml'))
  const files = new Map([['files/0', toml]])
  const manifest = await unpack(file, [shelf.recovery.secret], storeInto(store))
  const named = manifest.files.slice(0, 1)
  const resealed = async (name: string, over: Partial<Manifest>) => {
    const path = join(folder, name)
    const packed = { manifest: { ...manifest, files: named, ...over }, store, files }
    await writeSealed(path, tarOf(entriesOf(packed)), [shelf.recovery.recipient])
    return path
  }
  const copyOf = (name: string, change: (bytes: Buffer) => Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, change(readFileSync(file)))
    return path
  }
  const foreign = await resealed('foreign.age', { institutionCode: '2798765432' })
  const db = openDatabase(store, Buffer.from(manifest.storeKey, 'hex'), 'read-write')
  db.pragma('user_version = 999')
  db.exec("UPDATE meta SET value = '999' WHERE key = 'schema-runs-from'")
  db.close()
  const newer = await resealed('newer.age', { census: { ...manifest.census, schema: 999 } })
  const cut = copyOf('cut.age', (bytes) => bytes.subarray(0, bytes.length - 70_000))
  const flipped = copyOf('flipped.age', (bytes) => {
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1
    return bytes
  })
  const refused = async () => {
    const before = tree(machine)
    for (const [path, code] of [
      [cut, 'BACKUP_DAMAGED'],
      [flipped, 'BACKUP_DAMAGED'],
      [newer, 'BACKUP_NEWER'],
      [join(folder, 'nowhere.age'), 'BACKUP_FAILED'],
    ] as const) {
      await assert.rejects(restoreFile(path, '--replace'), { code }, path)
      assert.deepEqual(tree(machine), before, path)
    }
    const other = join(folder, 'other-key.txt')
    writeFileSync(other, (await newRecoveryKey()).secret)
    const args = [file, '--key-file', other, '--replace', '--config', config]
    await assert.rejects(restoreCommand(args), { code: 'BACKUP_KEY_WRONG' })
    writeFileSync(other, 'AGE-SECRET-KEY-1NOTHING')
    await assert.rejects(restoreCommand(args), { code: 'RECOVERY_KEY_INVALID' })
    assert.deepEqual(tree(machine), before)
  }
  await refused()
  await restore()
  await refused()
  const before = tree(machine)
  await assert.rejects(restoreFile(foreign, '--replace'), { code: 'BACKUP_FOREIGN' })
  assert.deepEqual(tree(machine), before)
})

test('a backup that somebody forged writes nothing outside the agent’s own folders', async (t) => {
  const { shelf, file, folder, machine, restoreFile } = await emptyMachine(t)
  const store = join(folder, 'copy.db')
  const manifest = await unpack(file, [shelf.recovery.secret], storeInto(store))
  const toml = readFileSync(join(shelf.folder, 'agent.toml'))
  const evil = ['../evil', '../../evil', join(folder, 'evil')]
  const forged = evil.flatMap((path) =>
    (['config', 'state', 'credential', 'root'] as const).map((base) => ({ base, path })),
  )
  const named = [{ base: 'agent.toml' as const, path: 'agent.toml' }, ...forged]
  const listed = named.map((one, at) => ({ entry: `files/${at}`, ...one }))
  const files = new Map(listed.map(({ entry }) => [entry, toml]))
  const path = join(folder, 'forged.age')
  const packed = { manifest: { ...manifest, files: listed }, store, files }
  await writeSealed(path, tarOf(entriesOf(packed)), [shelf.recovery.recipient])
  await restoreFile(path)
  const everywhere = [...tree(folder), ...tree(machine)]
  assert.deepEqual(
    everywhere.filter((name) => name.includes('evil')),
    [],
  )
})

test('a link in the state folder leads a file of a backup nowhere else', async (t) => {
  const { shelf, folder, machine, restoreFile } = await emptyMachine(t)
  const files = [
    { from: join(shelf.folder, 'agent.toml'), base: 'agent.toml', path: 'agent.toml' },
    { from: join(shelf.folder, 'gateway-ca.pem'), base: 'state', path: 'ca/ca.json' },
  ] as const
  const file = await shelf.make({ files })
  const elsewhere = join(folder, 'elsewhere')
  for (const path of [elsewhere, join(machine, 'state')]) mkdirSync(path)
  symlinkSync(elsewhere, join(machine, 'state/ca'))
  await restoreFile(file)
  assert.deepEqual(readdirSync(elsewhere), [])
})

test('a look into a backup goes into a folder of its own and touches nothing else', async (t) => {
  const { folder, machine, restore } = await emptyMachine(t)
  const into = join(folder, 'look')
  await restore('--into', into)
  assert.deepEqual(
    readdirSync(into)
      .filter((name) => !name.endsWith('.lock'))
      .sort(),
    ['agent.db', 'agent.toml', 'gateway-ca.pem', 'store.key'],
  )
  assert.deepEqual(tree(machine), [])
  await assert.rejects(restore('--into', into), { code: 'RESTORE_OVER_LIVE' })
})

test('what is no command of restore is told how it goes', async () => {
  for (const args of [[], ['a'], ['a', 'b', '--key-file', 'k'], ['a', '--what']])
    await assert.rejects(restoreCommand(args), {
      code: 'USAGE',
      message: /onshi-agent restore FILE/,
    })
  assert.match(await restoreCommand(['--help']), /acknowledge/)
})
