import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Ending } from '../bed/machine.ts'

/** A terminal's share on this machine's loopback, for one account that is no other. */
export interface Share {
  /** What is shared, as this machine sees it: `req`, `res`, `face`. */
  readonly folder: string
  start(): Promise<void>
  /** As a terminal that is switched off: nobody listens. */
  stop(): Promise<void>
}

export const ACCOUNT = { user: 'onshi', password: 'a pass,word=%1' } as const
export const SHARE = 'OQS'
/** SMB knows one. */
const PORT = 445
/** Whose files the account writes. */
const NOBODY = 65_534

/** Started. Rejects where this machine has an SMB service already. */
export async function openShare(t: Ending): Promise<Share> {
  const place = mkdtempSync(join(tmpdir(), 'onshi-samba-'))
  const folder = join(place, 'oqs')
  for (const name of ['', 'req', 'res', 'face']) {
    mkdirSync(join(folder, name))
    chownSync(join(folder, name), NOBODY, NOBODY)
  }
  chmodSync(place, 0o755)
  const config = join(place, 'smb.conf')
  writeFileSync(config, configOf(place, folder))
  writeFileSync(join(place, 'users'), `nobody = ${ACCOUNT.user}\n`)
  const twice = `${ACCOUNT.password}\n${ACCOUNT.password}\n`
  const added = spawnSync('smbpasswd', ['-c', config, '-s', '-a', 'nobody'], { input: twice })
  if (added.status !== 0) throw new Error(`smbpasswd: ${added.stderr}`)
  let server: ChildProcess | undefined
  const stop = async () => {
    if (server === undefined) return
    const gone = once(server, 'exit')
    // Its children have the connections.
    process.kill(-(server.pid ?? 0), 'SIGKILL')
    server = undefined
    await gone
  }
  const start = async () => {
    const args = ['--foreground', '--no-process-group', '--configfile', config]
    server = spawn('smbd', args, { detached: true, stdio: 'ignore' })
    await listening(server)
  }
  t.after(async () => {
    await stop()
    rmSync(place, { recursive: true, force: true })
  })
  await start()
  return { folder, start, stop }
}

async function listening(server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const socket = connect(PORT, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await wait(100)
  }
  throw new Error(`smbd ended with ${server.exitCode}: is port ${PORT} taken?`)
}

const configOf = (place: string, folder: string) => `[global]
  server role = standalone server
  smb ports = ${PORT}
  bind interfaces only = yes
  interfaces = lo
  disable netbios = yes
  load printers = no
  map to guest = never
  passdb backend = tdbsam:${place}/passdb.tdb
  username map = ${place}/users
  private dir = ${place}
  lock directory = ${place}
  state directory = ${place}
  cache directory = ${place}
  pid directory = ${place}
  ncalrpc dir = ${place}/ncalrpc
  log file = ${place}/log
[${SHARE}]
  path = ${folder}
  read only = no
`
