import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { storeInto, unpack } from '../../../../agent/ops/backup/archive.ts'
import { type MakeOrder, makeBackup } from '../../../../agent/ops/backup/make.ts'
import { newRecoveryKey, type RecoveryKey } from '../../../../agent/ops/backup/recovery-key.ts'
import { openDatabase } from '../../../../agent/store/database.ts'
import { openStore, type Store } from '../../../../agent/store/store.ts'

export const CODE = '1312345678'
/** In the store, and nowhere else. */
export const CANARY = 'カナリア金糸雀四四〇八一'

export interface Shelf {
  readonly folder: string
  /** Where the backups are. */
  readonly backups: string
  readonly path: string
  readonly storeKey: Buffer
  readonly store: Store
  readonly recovery: RecoveryKey
  readonly box: RecoveryKey
  order(over?: Partial<MakeOrder>): MakeOrder
  /** Makes one; its path. */
  make(over?: Partial<MakeOrder>): Promise<string>
}

export const silentLog = { info() {}, warn() {}, error() {} }

export async function openShelf(t: TestContext): Promise<Shelf> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-shelf-'))
  const path = join(folder, 'agent.db')
  const storeKey = randomBytes(32)
  const store = await openStore({
    path,
    key: storeKey,
    clock: { now: () => Date.now() },
    log: silentLog,
    observe: () => {},
    onBug: (error) => {
      throw error
    },
  })
  t.after(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await store.registrations.add({
    id: 'r-1',
    at: Date.now(),
    body: JSON.stringify(CANARY),
    key: null,
    actor: 'agent',
  })
  const [recovery, box] = await Promise.all([newRecoveryKey(), newRecoveryKey()])
  const backups = join(folder, 'backups')
  const config = join(folder, 'agent.toml')
  writeFileSync(config, `# ${CANARY}\n`)
  const order = (over: Partial<MakeOrder> = {}): MakeOrder => ({
    is: 'make',
    store: { path, key: storeKey },
    folder: backups,
    institutionCode: CODE,
    version: '0.1.0',
    at: Date.now(),
    after: 0,
    recipient: recovery.recipient,
    box: { identity: box.secret, recipient: box.recipient },
    files: [{ from: config, base: 'agent.toml', path: 'agent.toml' }],
    reserveBytes: 0,
    ...over,
  })
  return {
    folder,
    backups,
    path,
    storeKey,
    store,
    recovery,
    box,
    order,
    make: async (over) => join(backups, (await makeBackup(order(over))).name),
  }
}

/** Every byte of the database in a backup, free pages included, in plain. */
export async function plainStore(shelf: Shelf, file: string): Promise<Buffer> {
  const path = join(shelf.folder, `plain-${randomBytes(4).toString('hex')}.db`)
  const { storeKey } = await unpack(file, [shelf.recovery.secret], storeInto(path))
  const db = openDatabase(path, Buffer.from(storeKey, 'hex'), 'read-write')
  db.pragma('journal_mode = DELETE')
  db.pragma("rekey = ''")
  db.close()
  return readFileSync(path)
}

/** A disk of its own; null where none can be made. */
export function smallDisk(t: TestContext, size: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-small-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  t.after(() => {
    if (mounted.status === 0) execFileSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  })
  return mounted.status === 0 ? folder : null
}
