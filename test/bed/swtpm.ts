import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Why no TPM can be played here; false: it can. For `skip`. */
export function whyNoSwtpm(): string | false {
  for (const [program, name] of [
    ['systemd-creds', 'systemd'],
    ['swtpm', 'swtpm'],
  ] as const)
    if (spawnSync(program, ['--version']).status !== 0)
      return `needs ${program}: apt-get install ${name}`
  const tcti = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].some((folder) =>
    existsSync(`${folder}/libtss2-tcti-swtpm.so.0`),
  )
  return tcti ? false : 'needs the library to talk to swtpm: apt-get install libtss2-tcti-swtpm0'
}

/** A TPM in software. Its seeds are in `folder`: the same folder is the same chip. */
export interface Swtpm {
  /** For SYSTEMD_TPM2_DEVICE. */
  readonly device: string
  /** Gone, as after its board was changed; or switched off before the next one. */
  close(): Promise<void>
}

/**
 * Without a resource manager three sessions are all that it has, and systemd leaves them open: play one
 * for each call.
 */
export async function startSwtpm(folder: string): Promise<Swtpm> {
  const state = join(folder, 'state')
  mkdirSync(state, { recursive: true })
  const socket = join(folder, 'sock')
  const made = new Promise<void>((resolve) => {
    const watching = watch(folder, () => {
      if (!existsSync(`${socket}.ctrl`)) return
      watching.close()
      resolve()
    })
  })
  const program = spawn(
    'swtpm',
    [
      ...['socket', '--tpm2', '--tpmstate', `dir=${state}`],
      ...['--server', `type=unixio,path=${socket}`, '--ctrl', `type=unixio,path=${socket}.ctrl`],
      ...['--flags', 'not-need-init,startup-clear'],
    ],
    { stdio: 'ignore' },
  )
  const ended = once(program, 'exit')
  await Promise.race([made, ended])
  return {
    device: `swtpm:path=${socket}`,
    async close() {
      program.kill('SIGKILL')
      await ended
    },
  }
}
