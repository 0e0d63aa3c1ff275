import { createHash } from 'node:crypto'
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AgentError, asFault, codeOf } from '../../kernel/errors.ts'
import { fileFault } from './fault.ts'
import {
  type Generation,
  generationsIn,
  isRemoved,
  type Keeping,
  prune,
  staying,
} from './generations.ts'
import { flushFolder } from './make.ts'
import { writeDurably } from './sealed.ts'

/** Brings what is in `folder` to a place off this machine. */
export interface SendOrder {
  readonly is: 'send'
  readonly folder: string
  readonly target: string
  readonly keeping: Keeping
  /** Names that are broken here and stay here. */
  readonly broken: readonly string[]
}

export interface Sent {
  /** How many were copied now. */
  readonly copied: number
  readonly bytes: number
  /** The highest number that is there now; 0: there is none. */
  readonly highest: number
}

const PART = '.part'

/**
 * Copies what stays and `target` lacks, the newest first, reads each back, and removes what does not stay
 * there, and the oldest where there is no room for a newer one; otherwise none of those in `folder`, whose
 * numbers may be lower than those of a machine before this one. Throws `BACKUP_TARGET_AWAY` where nothing is
 * mounted, `BACKUP_NO_ROOM`, `BACKUP_FAILED`. A share that hangs hangs this: it belongs into a thread.
 */
export async function sendBackups({ folder, target, keeping, broken }: SendOrder): Promise<Sent> {
  refuseAway(folder, target)
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 })
    clearParts(target)
    const own = staying(generationsIn(folder), keeping)
    const spared = own.map(({ name }) => name)
    // What goes anyway takes the room of nothing.
    prune(target, keeping, spared)
    const there = new Set(generationsIn(target).map(({ name }) => name))
    const lacking = own.filter(({ name }) => !there.has(name) && !broken.includes(name))
    let bytes = 0
    // The newest first: where the room ends, an older one is missing.
    for (const one of lacking) {
      await copyMakingRoom(one, target, keeping.good)
      bytes += one.sizeBytes
    }
    prune(target, keeping, spared)
    return { copied: lacking.length, bytes, highest: generationsIn(target)[0]?.number ?? 0 }
  } catch (error) {
    throw fileFault(error, target)
  }
}

/**
 * On the disk of the backups themselves it would be no second place, nor on that of the system where
 * they have one of their own: there lies a mount point that is empty.
 */
function refuseAway(folder: string, target: string): void {
  const here = [folder, '/'].find((one) => deviceOf(one) === deviceOf(target))
  if (here !== undefined)
    throw new AgentError('BACKUP_TARGET_AWAY', `${target} lies on the disk of ${here}`)
}

/** Of the nearest folder that is there. */
function deviceOf(path: string): number {
  try {
    return statSync(path).dev
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return deviceOf(dirname(path))
    throw fileFault(error, path)
  }
}

function clearParts(target: string): void {
  for (const name of readdirSync(target))
    if (name.startsWith('onshi-backup-') && name.endsWith(PART)) rmSync(join(target, name))
}

/** Where there is no room, what is older there makes some. Throws as `copyChecked`. */
async function copyMakingRoom(one: Generation, target: string, good: string | null): Promise<void> {
  try {
    await copyChecked(one.path, target)
  } catch (error) {
    if (asFault(error).code !== 'BACKUP_NO_ROOM') throw error
    const { bavail, bsize } = statfsSync(target)
    const old = makingRoom(one, generationsIn(target), good, bavail * bsize)
    if (old.filter(({ path }) => isRemoved(path)).length === 0) throw error
    flushFolder(target)
    await copyChecked(one.path, target)
  }
}

/**
 * Pure. Those that go for a newer one, the oldest first; none, where it would be in vain. The newest stays
 * until one that is newer was read back, by number and by time: the clock of a machine before may have been
 * another.
 */
function makingRoom(
  { at, sizeBytes }: Generation,
  there: readonly Generation[],
  good: string | null,
  freeBytes: number,
): readonly Generation[] {
  const latest = Math.max(...there.map((one) => one.at))
  const older = there
    .filter((one, i) => i > 0 && one.at < latest && one.at < at && one.name !== good)
    .sort((one, other) => one.at - other.at)
  let room = freeBytes
  const going: Generation[] = []
  for (const one of older) {
    room += one.sizeBytes
    going.push(one)
    if (room >= sizeBytes) return going
  }
  return []
}

/** Copies a backup into a folder, whole or not at all, and reads it back. Throws `BACKUP_NO_ROOM`, `BACKUP_FAILED`. */
export async function copyChecked(path: string, target: string): Promise<void> {
  const to = join(target, basename(path))
  const part = `${to}${PART}`
  try {
    const hash = createHash('sha256')
    await writeDurably(part, hashed(path, hash))
    const back = createHash('sha256')
    for await (const bytes of createReadStream(part)) back.update(bytes)
    if (!back.digest().equals(hash.digest()))
      throw new AgentError('BACKUP_FAILED', `${part}: what was read back is not what was written`)
    renameSync(part, to)
    flushFolder(target)
  } catch (error) {
    rmSync(part, { force: true })
    throw fileFault(error, part)
  }
}

async function* hashed(path: string, hash: ReturnType<typeof createHash>) {
  for await (const bytes of createReadStream(path)) {
    hash.update(bytes)
    yield bytes
  }
}
