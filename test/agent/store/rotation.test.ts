import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { keyHolderAt } from '../../../agent/ops/credentials/key-holder.ts'
import { systemdCreds } from '../../../agent/ops/credentials/sealing.ts'
import { openDatabase } from '../../../agent/store/database.ts'
import { type DurableFiles, durableFiles } from '../../../agent/store/durable-files.ts'
import { openingKey, rotateKey } from '../../../agent/store/rotation.ts'
import { readStoreKey } from '../../../config/files.ts'
import { placesOf, unsealed } from '../../bed/unsealed.ts'
import { fill, idsOf, KEY, open, scratch } from './fixtures.ts'
import { canary, plantVerification } from './retention-bed.ts'

class Killed extends Error {}

/** Files of a process that is killed before its n-th change of them. */
function killedAt(n: number): DurableFiles & { readonly changes: () => number } {
  let changes = 0
  const counted =
    <A extends unknown[]>(change: (...args: A) => void) =>
    (...args: A) => {
      if (changes === n) throw new Killed(`before change ${n}`)
      changes += 1
      change(...args)
    }
  return {
    write: counted(durableFiles.write),
    rename: counted(durableFiles.rename),
    replaceSecret: counted(durableFiles.replaceSecret),
    remove: counted(durableFiles.remove),
    settle: counted(durableFiles.settle),
    changes: () => changes,
  }
}

/** A database of a stopped agent with its key in a file. */
async function stopped(t: TestContext, verifications = 3) {
  const path = scratch(t)
  const keyFile = `${path}.key`
  writeFileSync(keyFile, `${Buffer.from(KEY).toString('hex')}\n`, { mode: 0o600 })
  const store = await open(path)
  const ids = await fill(store, verifications)
  const { cursor } = store.feed.page(null, 100, 'receipt-computer')
  await store.close()
  return { path, keyFile, ids, cursor }
}

/** Another like it, without the time that it takes to make. */
function copyOf(t: TestContext, { path, ids }: { readonly path: string; readonly ids: string[] }) {
  const copy = scratch(t)
  for (const name of readdirSync(dirname(path)))
    copyFileSync(join(dirname(path), name), join(dirname(copy), name))
  return { path: copy, keyFile: `${copy}.key`, ids }
}

const rotating = (path: string, keyFile: string, files: DurableFiles) =>
  rotateKey({
    path,
    holder: keyHolderAt(keyFile, { sealer: systemdCreds, files, readKey: readStoreKey }),
    files,
    at: Date.now(),
  })
const keyIn = (keyFile: string) => Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'hex')

/** What an agent that is started now finds. */
function idsAfterStart(path: string, keyFile: string): string[] {
  const db = openDatabase(path, openingKey(path, keyIn(keyFile)).key, 'read-write')
  const rows = db
    .prepare<[], { id: string }>('SELECT id FROM verifications ORDER BY position')
    .all()
  db.close()
  return rows.map(({ id }) => id)
}

test('after a rotation the new key opens everything, the old one nothing, and cursors go on', async (t) => {
  const { path, keyFile, ids, cursor } = await stopped(t)
  const { bytes } = rotating(path, keyFile, durableFiles)
  assert.ok(bytes > 4096)
  const key = keyIn(keyFile)
  assert.notDeepEqual(key, Buffer.from(KEY))
  assert.throws(() => openDatabase(path, KEY, 'read-only'), { code: 'STORE_KEY_WRONG' })
  assert.deepEqual(openingKey(path, KEY), { key: KEY, isPending: false })
  const store = await open(path, key)
  t.after(() => store.close())
  assert.deepEqual(idsOf(store.feed.page(null, 10, 'receipt-computer').items), ids)
  assert.equal(store.feed.page(cursor, 10, 'receipt-computer').items.length, 0)
  assert.deepEqual(
    readdirSync(dirname(path)).filter((name) => /next|rotation/.test(name)),
    [],
  )
  const db = openDatabase(path, key, 'read-only')
  t.after(() => db.close())
  const said = db.prepare("SELECT actor, subject FROM audit WHERE action = 'key-rotate'").all()
  assert.deepEqual(said, [{ actor: 'console', subject: 'store' }])
})

test('nothing is rotated while another program reads: what stands in the WAL would be lost with it', async (t) => {
  const { path, keyFile, ids } = await stopped(t)
  const reader = openDatabase(path, KEY, 'read-only')
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM verifications').get()
  const writer = openDatabase(path, KEY, 'read-write')
  writer.pragma('wal_autocheckpoint = 0')
  writer.exec("INSERT INTO meta (key, value) VALUES ('late', 'in the WAL')")
  writer.close()
  assert.throws(() => rotating(path, keyFile, durableFiles), { code: 'STORE_IN_USE' })
  reader.close()
  rotating(path, keyFile, durableFiles)
  assert.deepEqual(idsAfterStart(path, keyFile), ids)
})

test('every page is under the new key, and nothing of the old file is in the new one', async (t) => {
  const path = scratch(t)
  const keyFile = `${path}.key`
  writeFileSync(keyFile, KEY, { mode: 0o600 })
  const store = await open(path)
  await plantVerification(store, 'one', Date.now())
  await store.close()
  const before = readFileSync(path)
  rotating(path, keyFile, durableFiles)
  const after = readFileSync(path)
  assert.deepEqual(placesOf(canary('result', 'one'), unsealed(path, keyIn(keyFile))), ['pages'])
  assert.deepEqual(placesOf(canary('result', 'one'), unsealed(path, KEY)), [])
  // The salt and what SQLite has to read without a key are not secret.
  for (let at = 4096; at < Math.min(before.length, after.length); at += 4096)
    assert.notDeepEqual(after.subarray(at, at + 64), before.subarray(at, at + 64))
})

test('killed before any of its steps, the agent starts with everything, and the next rotation ends it', async (t) => {
  const counted = killedAt(Number.POSITIVE_INFINITY)
  const made = await stopped(t, 2)
  const whole = copyOf(t, made)
  rotating(whole.path, whole.keyFile, counted)
  const steps = counted.changes()
  assert.ok(steps >= 8, `${steps} steps`)
  const pending: boolean[] = []
  for (let step = 0; step < steps; step += 1) {
    const { path, keyFile, ids } = copyOf(t, made)
    assert.throws(() => rotating(path, keyFile, killedAt(step)), Killed)
    pending.push(openingKey(path, keyIn(keyFile)).isPending)
    assert.deepEqual(idsAfterStart(path, keyFile), ids, `killed before step ${step}`)
    rotating(path, keyFile, durableFiles)
    assert.deepEqual(idsAfterStart(path, keyFile), ids, `again after step ${step}`)
    assert.equal(openingKey(path, keyIn(keyFile)).isPending, false)
    const left = readdirSync(dirname(path)).filter((name) => /next|rotation/.test(name))
    assert.deepEqual(left, [])
  }
  assert.equal(pending.filter((one) => one).length, 1, 'between database and key the journal helps')
})

test('killed while a killed one is brought to its end, it is brought to its end by the next', async (t) => {
  const { path, keyFile, ids } = await stopped(t, 2)
  const steps = killedAt(Number.POSITIVE_INFINITY)
  const trial = copyOf(t, { path, ids })
  rotating(trial.path, trial.keyFile, steps)
  // The last two: the key is committed, the journal removed.
  assert.throws(() => rotating(path, keyFile, killedAt(steps.changes() - 2)), Killed)
  const folder = dirname(path)
  const saved = readdirSync(folder)
  for (let step = 0; step < 4; step += 1) {
    for (const name of saved) copyFileSync(`${folder}/${name}`, `${folder}/${name}.saved`)
    assert.throws(() => rotating(path, keyFile, killedAt(step)), Killed)
    assert.deepEqual(idsAfterStart(path, keyFile), ids, `recovery killed before ${step}`)
    for (const name of readdirSync(folder).filter((one) => !one.endsWith('.saved')))
      rmSync(`${folder}/${name}`)
    for (const name of saved) copyFileSync(`${folder}/${name}.saved`, `${folder}/${name}`)
  }
})

test('a whole copy that something cut off left beside the store is gone with the next start, unless it is needed', async (t) => {
  const made = await stopped(t)
  const leave = async (...names: readonly string[]) => {
    const { path } = copyOf(t, made)
    const folder = dirname(path)
    mkdirSync(join(folder, 'restoring'))
    for (const name of ['restoring/store.db', ...names]) writeFileSync(join(folder, name), 'copy')
    await (await open(path)).close()
    return ['restoring', ...names].filter((name) => existsSync(join(folder, name)))
  }
  const next = `${basename(made.path)}.next`
  assert.deepEqual(await leave(next), [])
  const journal = `${basename(made.path)}.rotation`
  assert.deepEqual(await leave(next, journal), [next, journal], 'the next rotation needs them')
})

test('a log that a killed agent left is taken along', async (t) => {
  const { path, keyFile } = await stopped(t, 0)
  const store = await open(path)
  const ids = await fill(store, 5)
  const folder = dirname(path)
  const copy = scratch(t)
  for (const name of readdirSync(folder).filter((one) => !one.endsWith('-shm')))
    copyFileSync(`${folder}/${name}`, `${dirname(copy)}/${name}`)
  await store.close()
  assert.ok(existsSync(`${copy}-wal`))
  rotating(copy, `${copy}.key`, durableFiles)
  assert.deepEqual(idsAfterStart(copy, `${copy}.key`), ids)
  assert.ok(keyFile)
})

test('while an agent runs, nothing is touched', async (t) => {
  const { path, keyFile } = await stopped(t)
  const store = await open(path)
  t.after(() => store.close())
  assert.throws(() => rotating(path, keyFile, durableFiles), { code: 'STORE_IN_USE' })
  assert.deepEqual(keyIn(keyFile), Buffer.from(KEY))
})

test('a key that opens nothing is refused before anything is written', async (t) => {
  const { path, keyFile } = await stopped(t)
  writeFileSync(keyFile, 'ab'.repeat(32))
  assert.throws(() => rotating(path, keyFile, durableFiles), { code: 'STORE_KEY_WRONG' })
  assert.deepEqual(
    readdirSync(dirname(path)).filter((name) => /next|rotation/.test(name)),
    [],
  )
})
