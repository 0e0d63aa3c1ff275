import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { AgentError } from '../../kernel/errors.ts'
import { copyStore } from '../../store/copy.ts'
import { STORE_KEY_BYTES } from '../../store/database.ts'
import { type Beside, entriesOf, type Manifest, STORE } from './archive.ts'
import { examineBackup } from './examine.ts'
import { fileFault } from './fault.ts'
import { generationsIn, nameOf } from './generations.ts'
import { writeSealed } from './sealed.ts'
import { tarOf } from './tar.ts'

/** A backup that is to be made. */
export interface MakeOrder {
  readonly is: 'make'
  readonly store: { readonly path: string; readonly key: Uint8Array }
  /** Made where it is missing. */
  readonly folder: string
  readonly institutionCode: string
  readonly version: string
  /** Epoch ms. */
  readonly at: number
  /** Public half of the recovery key. */
  readonly recipient: string
  /** This machine’s own key, and its public half. */
  readonly box: { readonly identity: string; readonly recipient: string }
  readonly files: readonly (Omit<Beside, 'entry'> & { readonly from: string })[]
  /** Its number is higher than this one, and than all in `folder`. */
  readonly after: number
  /** No backup takes the disk’s last bytes. */
  readonly reserveBytes: number
}

/** What was made and restored for trial. */
export interface Made {
  readonly name: string
  readonly sizeBytes: number
  /** Rows of all tables. */
  readonly rows: number
  readonly position: number
  readonly copyMs: number
  readonly sealMs: number
  readonly drillMs: number
}

const MAKING = '.making-'

/**
 * Makes one backup: a copy of the store, sealed, restored for trial and only then given its name.
 * Whatever goes wrong, nothing of it is left. Throws `BACKUP_*`, `STORE_*`.
 */
export async function makeBackup(order: MakeOrder): Promise<Made> {
  const { folder } = order
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    clearAway(folder)
    refuseFullDisk(order)
    const scratch = mkdtempSync(join(folder, MAKING))
    try {
      return await makeIn(scratch, order)
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  } catch (error) {
    throw fileFault(error, folder)
  }
}

/** What a run that was killed left behind. */
function clearAway(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(MAKING)) rmSync(join(folder, name), { recursive: true, force: true })
}

/** The copy and its sealed form lie there at a time, and then the sealed form and what it holds. */
function refuseFullDisk({ store, folder, reserveBytes }: MakeOrder): void {
  const wal = statSync(`${store.path}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const needed = 2 * (statSync(store.path).size + wal) + reserveBytes
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free >= needed) return
  const mb = (bytes: number) => Math.round(bytes / 1_000_000)
  throw new AgentError('BACKUP_NO_ROOM', `${folder}: ${mb(free)} MB free of ${mb(needed)} needed`, {
    facts: { file: folder, code: 'RESERVE', freeMb: mb(free), neededMb: mb(needed) },
  })
}

async function makeIn(scratch: string, order: MakeOrder): Promise<Made> {
  const { store, folder, box } = order
  const copy = join(scratch, STORE)
  const from = performance.now()
  const copyKey = randomBytes(STORE_KEY_BYTES)
  const census = copyStore(store.path, store.key, copy, copyKey)
  const copied = performance.now()
  const files = filesOf(order)
  const manifest: Manifest = {
    format: 1,
    version: order.version,
    institutionCode: order.institutionCode,
    at: order.at,
    storeKey: copyKey.toString('hex'),
    census,
    files: files.map(({ entry, base, path }) => ({ entry, base, path })),
  }
  const bytes = new Map(files.map((file) => [file.entry, file.bytes]))
  const sealed = join(scratch, 'sealed.age')
  const content = tarOf(entriesOf({ manifest, store: copy, files: bytes }))
  const sizeBytes = await writeSealed(sealed, content, [order.recipient, box.recipient])
  rmSync(copy)
  const sealedAt = performance.now()
  await examineBackup({ file: sealed, identities: [box.identity], scratch })
  const drilled = performance.now()
  const [newest] = generationsIn(folder)
  const name = nameOf(Math.max(newest?.number ?? 0, order.after) + 1, order.at)
  chmodSync(sealed, 0o400)
  renameSync(sealed, join(folder, name))
  flushFolder(folder)
  return {
    name,
    sizeBytes,
    rows: Object.values(census.rows).reduce((sum, rows) => sum + rows, 0),
    position: census.position,
    copyMs: Math.round(copied - from),
    sealMs: Math.round(sealedAt - copied),
    drillMs: Math.round(drilled - sealedAt),
  }
}

const filesOf = ({ files }: MakeOrder) =>
  files
    .filter(({ from }) => existsSync(from))
    .map(({ from, base, path }, at) => ({
      entry: `files/${at}`,
      base,
      path,
      bytes: readFileSync(from),
    }))

/** A name is on disk once its folder is. */
export function flushFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
