import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { examineBackup } from '../../../../agent/ops/backup/examine.ts'
import { makeBackup } from '../../../../agent/ops/backup/make.ts'
import { newRecoveryKey } from '../../../../agent/ops/backup/recovery-key.ts'
import { backupThreads } from '../../../../agent/ops/backup/worker.ts'
import { openDatabase } from '../../../../agent/store/database.ts'
import { byteNeedle, leaks, textNeedle } from '../../../bed/needles.ts'
import { CANARY, openShelf, plainStore, smallDisk } from './shelf.ts'

test('both keys open a backup, the one on paper and the machine’s own, and no third', async (t) => {
  const shelf = await openShelf(t)
  const file = await shelf.make()
  const scratch = shelf.folder
  for (const { secret } of [shelf.recovery, shelf.box]) {
    const { census, institutionCode } = await examineBackup({ file, identities: [secret], scratch })
    assert.equal(census.rows['registrations'], 1)
    assert.equal(institutionCode, '1312345678')
  }
  const stranger = (await newRecoveryKey()).secret
  await assert.rejects(examineBackup({ file, identities: [stranger], scratch }), {
    code: 'BACKUP_KEY_WRONG',
  })
  assert.equal(statSync(file).mode & 0o777, 0o400)
  assert.deepEqual(readdirSync(shelf.backups).length, 1, 'nothing else is left')
})

test('a recipient with a wrong letter is a fault of its own and no bug, and nothing is left', async (t) => {
  const shelf = await openShelf(t)
  const { recipient } = shelf.recovery
  const wrong = `${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`
  await assert.rejects(makeBackup(shelf.order({ recipient: wrong })), {
    code: 'RECOVERY_KEY_INVALID',
  })
  assert.deepEqual(readdirSync(shelf.backups), [])
})

test('a person with the page, the age tool and tar gets the very bytes, without this program', async (t) => {
  if (spawnSync('age', ['--version']).error !== undefined)
    return t.skip('needs age (apt-get install age)')
  const shelf = await openShelf(t)
  const file = await shelf.make()
  const key = join(shelf.folder, 'key.txt')
  writeFileSync(key, `${shelf.recovery.secret}\n`)
  const tar = execFileSync('age', ['-d', '-i', key, file])
  const out = join(shelf.folder, 'out')
  mkdirSync(out)
  execFileSync('tar', ['x', '-C', out], { input: tar })
  assert.equal(readFileSync(join(out, 'files/0'), 'utf8'), `# ${CANARY}\n`)
  const { storeKey } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
  const db = openDatabase(join(out, 'store.db'), Buffer.from(storeKey, 'hex'), 'read-only')
  t.after(() => db.close())
  assert.match(JSON.stringify(db.prepare('SELECT body FROM registrations').all()), /金糸雀/)
})

test('no patient stands in a backup to read, nor a key of the store, nor the clinic’s certificate', async (t) => {
  const shelf = await openShelf(t)
  const pkcs12 = Buffer.from('PKCS12-CANARY-51'.repeat(1_000))
  const passphrase = 'PASSPHRASE-CANARY-51'
  await shelf.store.certificates.add(
    { pkcs12, passphrase },
    {
      notBefore: 0,
      notAfter: 1,
      fingerprint: 'AB:'.repeat(32).slice(0, -1),
      issuer: 'none',
      institutionCode: null,
    },
  )
  const identity = await shelf.store.restores.boxIdentity(shelf.box.secret)
  const file = await shelf.make()
  const needles = [
    textNeedle('patient', CANARY),
    textNeedle('passphrase', passphrase),
    textNeedle('certificate', 'PKCS12-CANARY-51'),
    byteNeedle('key of the store', shelf.storeKey),
    textNeedle('key of the machine', identity),
  ]
  assert.deepEqual(leaks(needles, readFileSync(file)), [])
  const plain = await plainStore(shelf, file)
  assert.deepEqual(leaks(needles, plain), ['patient (utf-8)'], 'and the control shows the patient')
})

test('a disk that is nearly full gives nothing to a backup, and nothing of one is left', async (t) => {
  const shelf = await openShelf(t)
  await assert.rejects(makeBackup(shelf.order({ reserveBytes: 2 ** 50 })), {
    code: 'BACKUP_NO_ROOM',
  })
  assert.deepEqual(readdirSync(shelf.backups), [])
})

test('a disk that fills up in the middle, and one that is read-only, are told, and leave no part', async (t) => {
  const shelf = await openShelf(t)
  const folder = smallDisk(t, '400k')
  if (folder === null) return t.skip('needs root and tmpfs')
  // The check before it is told that there is room for ever.
  await assert.rejects(makeBackup(shelf.order({ folder, reserveBytes: -(2 ** 50) })), ({ code }) =>
    ['BACKUP_NO_ROOM', 'STORE_FULL'].includes(code),
  )
  assert.deepEqual(readdirSync(folder), [])
  execFileSync('mount', ['-o', 'remount,ro', folder])
  await assert.rejects(makeBackup(shelf.order({ folder, reserveBytes: -(2 ** 50) })), {
    code: 'BACKUP_FAILED',
  })
})

test('what a killed run left behind goes with the next, and numbers go on', async (t) => {
  const shelf = await openShelf(t)
  await shelf.make()
  const left = join(shelf.backups, '.making-abcdef')
  mkdirSync(left)
  writeFileSync(join(left, 'store.db'), 'half')
  // A clock that was set back makes no new one old.
  const file = await shelf.make({ at: Date.parse('2020-01-01T00:00:00+09:00') })
  assert.match(file, /onshi-backup-000002-20200101-000000\.age$/)
  assert.equal(readdirSync(shelf.backups).length, 2)
})

test('while questions go on, a backup holds what was there when it began, whole', async (t) => {
  const shelf = await openShelf(t)
  let isMade = false
  const commits = (async () => {
    let n = 0
    for (; !isMade; n += 1)
      await shelf.store.jobs.add({ job: `j${n}`, dueAt: 0, by: 'hand', at: 0, actor: 'agent' })
    return n
  })()
  const { make } = backupThreads()
  const { name } = await make(shelf.order(), new AbortController().signal)
  isMade = true
  assert.ok((await commits) > 0)
  const file = join(shelf.backups, name)
  await examineBackup({ file, identities: [shelf.recovery.secret], scratch: shelf.folder })
})
