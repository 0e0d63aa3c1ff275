import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

/** What a mount needs and this machine lacks; false: nothing. */
export const noBindfs =
  existsSync('/dev/fuse') && spawnSync('bindfs', ['--version']).status === 0
    ? false
    : 'needs bindfs and /dev/fuse'

/** A folder seen through a FUSE mount: what others change behind it brings no file events. */
export interface Mounted {
  /** As the agent sees it. */
  readonly folder: string
  /** As the other machine sees it. */
  readonly behind: string
  /** The server hangs: whoever touches the mount waits. */
  stop(): void
  resume(): void
  unmount(): Promise<void>
  mount(): Promise<void>
}

/** Mounts a folder over another one, until the test ends. */
export async function mountShare(
  t: TestContext,
  options: readonly string[] = [],
): Promise<Mounted> {
  const made = mkdtempSync(join(tmpdir(), 'onshi-mounted-'))
  const server = join(made, 'server')
  const point = join(made, 'mount')
  for (const path of [server, point, join(server, 'face')]) mkdirSync(path)
  let running: ReturnType<typeof spawn> | null = null
  const mount = async () => {
    const before = statSync(point).dev
    running = spawn('bindfs', ['-f', ...options, server, point], { stdio: 'ignore' })
    while (statSync(point).dev === before) await wait(10)
  }
  const unmount = async () => {
    const child = running
    running = null
    if (child === null) return
    child.kill('SIGCONT')
    const ended = child.exitCode === null ? once(child, 'exit') : null
    spawnSync('fusermount3', ['-u', '-z', point])
    await ended
  }
  t.after(async () => {
    await unmount()
    rmSync(made, { recursive: true, force: true })
  })
  await mount()
  return {
    folder: join(point, 'face'),
    behind: join(server, 'face'),
    stop: () => running?.kill('SIGSTOP'),
    resume: () => running?.kill('SIGCONT'),
    unmount,
    mount,
  }
}
