import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ports on 127.0.0.1 of the two slots, inside the namespace: those of vpcd. */
export const SLOT_PORTS = [35963, 35964] as const
const VPCD_LIBRARY = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so'
const START_LIMIT_MS = 10_000
/** One virtual reader of two slots. */
const VPCD_CONF = `FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:${SLOT_PORTS[0]}
LIBPATH ${VPCD_LIBRARY}
CHANNELID ${SLOT_PORTS[0]}
`

/** A pcscd of our own, with no other readers than those it is given. */
export interface PrivatePcscd {
  /** TCP port on 127.0.0.1 where a virtual card of this slot connects. Survives a restart. */
  port(slot?: 0 | 1): number
  /** What makes a PC/SC client find this pcscd: set it before the client's first context. */
  readonly env: { readonly PCSCLITE_CSOCK_NAME: string }
  /** Process id of the running pcscd, or undefined while it is stopped. */
  pid(): number | undefined
  /** SIGKILL, as a crash would: nothing is told to the clients. */
  kill(): Promise<void>
  /** SIGTERM: pcscd's orderly end. */
  halt(): Promise<void>
  /** Starts it anew after `kill` or `halt`; ends it first if it runs. */
  restart(): Promise<void>
  /** Ends everything and removes its files. Idempotent. */
  stop(): Promise<void>
}

/** Why no private pcscd can be started here; undefined where it can. */
export function whyNoPcscd(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux (pcscd in namespaces)'
  if (process.getuid?.() !== 0) return 'needs root (pcscd in namespaces of its own)'
  const missing = ['pcscd', 'socat', 'unshare', 'setpriv', 'ip'].filter((tool) => !isHere(tool))
  if (!existsSync(VPCD_LIBRARY)) missing.push('vsmartcard-vpcd')
  if (missing.length > 0) {
    return `needs ${missing.join(', ')}: apt-get install pcscd vsmartcard-vpcd socat iproute2`
  }
  return spawnSync('unshare', ['--net', '--mount', 'true']).status === 0
    ? undefined
    : 'needs CAP_SYS_ADMIN (unshare --net --mount)'
}

const isHere = (tool: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0

/**
 * Starts a private pcscd, or returns undefined where `whyNoPcscd` has a reason. `conf` is its
 * reader.conf(5), of readers that take a card at each of `SLOT_PORTS`; vpcd's without it.
 *
 * vpcd listens on every address and pcscd's socket path is compiled in, so both are kept apart: a
 * network namespace for the first, a mount namespace with its own /run for the second. A relay
 * over a Unix socket leads from a loopback port into the namespace. No process
 * outlives this one, however it ends.
 */
export async function startPcscd(conf = VPCD_CONF): Promise<PrivatePcscd | undefined> {
  if (whyNoPcscd() !== undefined) return undefined
  const dir = await mkdtemp(join(tmpdir(), 'onshi-pcscd-'))
  await Promise.all(['run', 'conf', 'none'].map((name) => mkdir(join(dir, name))))
  await writeFile(join(dir, 'conf', 'readers'), conf)
  const relays = await Promise.all(SLOT_PORTS.map((_, slot) => listenFor(slotSocket(dir, slot))))
  const clean = () => rmSync(dir, { recursive: true, force: true })
  process.once('exit', clean)
  let child = await spawnPcscd(dir)
  let stopped = false
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    for (const relay of relays) relay.drop()
    await child.end(signal)
  }
  return {
    port: (slot = 0) => relays[slot]?.port ?? 0,
    env: { PCSCLITE_CSOCK_NAME: join(dir, 'run', 'pcscd.comm') },
    pid: () => child.pid(),
    kill: () => end('SIGKILL'),
    halt: () => end('SIGTERM'),
    restart: async () => {
      await end('SIGKILL')
      child = await spawnPcscd(dir)
    },
    stop: async () => {
      if (stopped) return
      stopped = true
      for (const relay of relays) relay.close()
      await child.end('SIGKILL')
      process.off('exit', clean)
      clean()
    },
  }
}

const slotSocket = (dir: string, slot: number): string => join(dir, `slot-${slot}.sock`)

/**
 * vpcd sends the length of an APDU and then the APDU, and waits in between for the acknowledgement of
 * the first, which the kernel would delay by 40 ms: `quickack`.
 *
 * $1 is the directory. `exec` keeps the process id, so that pcscd is this process's own child.
 */
const SCRIPT = `
mount -t tmpfs tmpfs /run && mkdir /run/pcscd && mount --bind "$1/run" /run/pcscd || exit 1
ip link set lo up || exit 1
ip route replace local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 quickack 1 || exit 1
rm -f "$1"/run/* "$1"/slot-*
setpriv --pdeathsig KILL socat UNIX-LISTEN:"$1/slot-0.sock",fork,unlink-early TCP:127.0.0.1:${SLOT_PORTS[0]} 2>/dev/null &
setpriv --pdeathsig KILL socat UNIX-LISTEN:"$1/slot-1.sock",fork,unlink-early TCP:127.0.0.1:${SLOT_PORTS[1]} 2>/dev/null &
exec setpriv --pdeathsig KILL pcscd --foreground --error --config "$1/conf"
`

async function spawnPcscd(dir: string) {
  const child = spawn('unshare', ['--net', '--mount', 'sh', '-c', SCRIPT, 'pcscd', dir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    // An empty drop directory: real readers on USB stay with the system's own pcscd.
    env: { ...process.env, PCSCLITE_HP_DROPDIR: join(dir, 'none') },
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const running = () => child.exitCode === null && child.signalCode === null
  const killGroup = () => {
    if (child.pid !== undefined && running()) process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', killGroup)
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    process.off('exit', killGroup)
    if (child.pid === undefined || !running()) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const forced = setTimeout(killGroup, START_LIMIT_MS)
    await ended
    clearTimeout(forced)
    endGroup(child.pid)
  }
  const deadline = Date.now() + START_LIMIT_MS
  while (!(await isUp(child.pid ?? 0, dir))) {
    if (!running() || Date.now() > deadline) {
      await end('SIGKILL')
      throw new Error(`pcscd did not start: ${errors}`)
    }
    await sleep(20)
  }
  return { pid: () => (running() ? child.pid : undefined), end }
}

/** The relays of a pcscd that has ended. */
function endGroup(id: number): void {
  try {
    process.kill(-id, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Looks at the slots without connecting: a connection would be a card. */
async function isUp(pid: number, dir: string): Promise<boolean> {
  const sockets = await readFile(`/proc/${pid}/net/tcp`, 'utf8').catch(() => '')
  return (
    SLOT_PORTS.every((port) =>
      new RegExp(`:${port.toString(16)} 00000000:0000 0A`, 'i').test(sockets),
    ) &&
    SLOT_PORTS.every((_, slot) => existsSync(slotSocket(dir, slot))) &&
    (await answers(join(dir, 'run', 'pcscd.comm')))
  )
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** A loopback port whose connections end at a Unix socket. */
async function listenFor(path: string) {
  const open = new Set<Socket>()
  const server: Server = createServer({ noDelay: true }, (near) => {
    const far = connect(path)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: portOf(server.address()),
    drop,
    close: () => {
      server.close()
      drop()
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not a TCP server')
  return address.port
}
