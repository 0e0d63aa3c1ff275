import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  entriesOf,
  type Manifest,
  storeInto,
  unpack,
} from '../../../../agent/ops/backup/archive.ts'
import { examineBackup } from '../../../../agent/ops/backup/examine.ts'
import { writeSealed } from '../../../../agent/ops/backup/sealed.ts'
import { tarOf } from '../../../../agent/ops/backup/tar.ts'
import { openDatabase } from '../../../../agent/store/database.ts'
import { openShelf } from './shelf.ts'

const WRONG = ['BACKUP_DAMAGED', 'BACKUP_KEY_WRONG']

test('a bit that flipped anywhere, and an end that is missing, are found by reading it through', async (t) => {
  const shelf = await openShelf(t)
  const whole = readFileSync(await shelf.make())
  const file = join(shelf.folder, 'changed.age')
  const identities = [shelf.recovery.secret]
  const examined = (bytes: Uint8Array) => {
    writeFileSync(file, bytes)
    return examineBackup({ file, identities, scratch: null })
  }
  await examined(whole)
  // The header, its seam with the content, the seams of chunks, the end, and all over the middle.
  const places = [0, 25, 60, 120, 200, 300, 380, 400, 65_000, 66_000, whole.length - 1]
  for (let at = 500; at < whole.length; at += 17_011) places.push(at)
  for (const at of places) {
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    await assert.rejects(examined(flipped), ({ code }) => WRONG.includes(code), `byte ${at}`)
  }
  for (const length of [0, 1, 150, 400, 65_000, 131_400, whole.length - 16, whole.length - 1])
    await assert.rejects(
      examined(whole.subarray(0, length)),
      { code: 'BACKUP_DAMAGED' },
      `${length} bytes`,
    )
  await assert.rejects(examined(Buffer.concat([whole, Buffer.alloc(9)])), {
    code: 'BACKUP_DAMAGED',
  })
  await assert.rejects(examined(Buffer.from('no backup at all\n')), { code: 'BACKUP_DAMAGED' })
})

test('a copy that was sealed well and is not what was counted does not stand its trial', async (t) => {
  const shelf = await openShelf(t)
  const { recovery, folder } = shelf
  const identities = [recovery.secret]
  const store = join(folder, 'copy.db')
  const files = new Map([['files/0', readFileSync(join(folder, 'agent.toml'))]])
  const manifest = await unpack(await shelf.make(), identities, storeInto(store))
  const key = Buffer.from(manifest.storeKey, 'hex')
  let n = 0
  const resealed = async (over: Partial<Manifest>) => {
    n += 1
    const file = join(folder, `resealed-${n}.age`)
    const packed = { manifest: { ...manifest, ...over }, store, files }
    await writeSealed(file, tarOf(entriesOf(packed)), [recovery.recipient])
    return examineBackup({ file, identities, scratch: folder })
  }
  await resealed({})
  const rows = { ...manifest.census.rows, registrations: 2 }
  await assert.rejects(resealed({ census: { ...manifest.census, rows } }), {
    code: 'BACKUP_DAMAGED',
    message: /other rows/,
  })
  await assert.rejects(resealed({ files: [] }), { code: 'BACKUP_DAMAGED' })
  await assert.rejects(resealed({ storeKey: '0'.repeat(64) }), { code: 'BACKUP_DAMAGED' })
  const db = openDatabase(store, key, 'read-write')
  db.pragma('foreign_keys = OFF')
  db.exec("INSERT INTO patient_numbers (reference_number, patient_id) VALUES ('1', 'nobody')")
  db.close()
  await assert.rejects(resealed({}), { code: 'BACKUP_DAMAGED', message: /references/ })
  const bytes = readFileSync(store)
  bytes[bytes.length - 5_000] = (bytes[bytes.length - 5_000] ?? 0) ^ 1
  writeFileSync(store, bytes)
  await assert.rejects(resealed({}), { code: 'BACKUP_DAMAGED' })
})

test('a backup in a later form says that a later release made it', async (t) => {
  const { folder, recovery } = await openShelf(t)
  const file = join(folder, 'later.age')
  const bytes = Buffer.from(JSON.stringify({ format: 2 }))
  const entry = { name: 'manifest.json', sizeBytes: bytes.length, content: [bytes] }
  await writeSealed(file, tarOf([entry]), [recovery.recipient])
  await assert.rejects(examineBackup({ file, identities: [recovery.secret], scratch: null }), {
    code: 'BACKUP_NEWER',
  })
})
