import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Pages of 4 KiB that were written and not synced: what the cut made of them. */
export interface Unsynced {
  readonly lost: number
  readonly kept: number
  readonly torn: number
}

/** errno(3) of what a disk says that dies, is full, or was remounted by the kernel. */
const ERRNO = { EIO: 5, ENOSPC: 28, EROFS: 30 } as const
export type Refusal = keyof typeof ERRNO

/** A folder on a disk that keeps for certain only what was synced (`unsynced.c`). */
export interface Disk {
  /** The same for its whole life. */
  readonly folder: string
  /**
   * From here on everything fails with EIO. `keptPercent`: the chance that a page that was not synced
   * is on the disk all the same.
   */
  cut(keptPercent: number): Promise<Unsynced>
  /** Every call that writes fails so, until it is told otherwise; reads go on. */
  refuse(errno: Refusal | null): Promise<void>
  /** Every read of a database and of its WAL fails so, until it is told otherwise; of an uncached disk. */
  blind(errno: 'EIO' | null): Promise<void>
  /** After a cut, when nobody has a file open any more: the folder as the disk has it. */
  powerOn(): Promise<void>
  close(): Promise<void>
}

/** What the disk needs and this machine lacks; undefined: nothing. */
export function whyNoDisk(): string | undefined {
  const hasLibrary = spawnSync('pkg-config', ['--exists', 'fuse3']).status === 0
  const hasCompiler = spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0
  if (hasLibrary && hasCompiler && existsSync('/dev/fuse')) return undefined
  return 'needs /dev/fuse, a C compiler and FUSE: apt-get install fuse3 gcc libc6-dev libfuse3-dev pkg-config'
}

/** An empty one. `cache`: whether the kernel keeps what was read. Throws where `whyNoDisk` has a reason. */
export async function openDisk(
  seed: number,
  cache: 'cached' | 'uncached' = 'cached',
): Promise<Disk> {
  const base = mkdtempSync(join(tmpdir(), 'onshi-disk-'))
  const folder = join(base, 'disk')
  const live = join(base, 'live')
  for (const path of [folder, live]) mkdirSync(path)
  const program = compiled(base)
  let turn = 0
  const powered = () => {
    turn += 1
    const durable = join(base, `durable-${turn}`)
    return power(program, [String(seed + turn), live, durable, folder, cache])
  }
  let running = await powered()
  return {
    folder,
    cut: (keptPercent) => running.cut(keptPercent),
    refuse: (errno) => running.refuse(errno === null ? 0 : ERRNO[errno]),
    blind: (errno) => running.blind(errno === null ? 0 : ERRNO[errno]),
    async powerOn() {
      await running.end()
      rmSync(live, { recursive: true })
      renameSync(join(base, `durable-${turn}`, 'tree'), live)
      rmSync(join(base, `durable-${turn}`), { recursive: true })
      running = await powered()
    },
    async close() {
      await running.end()
      rmSync(base, { recursive: true, force: true })
    },
  }
}

function compiled(base: string): string {
  const program = join(base, 'unsynced')
  const source = fileURLToPath(new URL('unsynced.c', import.meta.url))
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' })
  const options = ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, source]
  execFileSync('cc', [...options, ...flags.trim().split(/\s+/)])
  return program
}

async function power(
  program: string,
  [seed, live, durable, folder, cache]: readonly [string, string, string, string, string],
) {
  mkdirSync(durable)
  const child = spawn(
    program,
    [seed, live, durable, folder, ...(cache === 'uncached' ? [cache] : [])],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the disk ended by itself')
    return value
  }
  const obey = async (order: string) => {
    child.stdin.write(`${order}\n`)
    await answer()
  }
  const hello = await answer()
  if (hello !== 'mounted') throw new Error(`disk: ${hello}`)
  return {
    async cut(keptPercent: number): Promise<Unsynced> {
      child.stdin.write(`cut ${keptPercent}\n`)
      const [, lost, kept, torn] = (await answer()).split(' ').map(Number)
      return { lost: lost ?? Number.NaN, kept: kept ?? Number.NaN, torn: torn ?? Number.NaN }
    },
    refuse: (errno: number) => obey(`refuse ${errno}`),
    blind: (errno: number) => obey(`blind ${errno}`),
    async end() {
      execFileSync('umount', ['-l', folder])
      child.stdin.end()
      await ended
    },
  }
}
