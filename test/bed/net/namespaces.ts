import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** The clinic's box, and everything official behind its lines. */
export type Side = 'clinic' | 'upstream'

/** Two network namespaces without a name, gone with this process however it ends. */
export interface Namespaces {
  /** Words before a command that make it run there; it is killed when this process ends. */
  enter(side: Side): readonly string[]
  /** For setns(2), by a process that runs behind `enter`. */
  path(side: Side): string
  /** `ip ARGS` there; what it printed. Rejects with what it complained about. */
  ip(side: Side, ...args: readonly string[]): Promise<string>
  /** Lines of `ip -batch`, in a family. */
  ipBatch(side: Side, family: 'ipv4' | 'ipv6', lines: readonly string[]): Promise<void>
  close(): Promise<void>
}

const TOOLS = ['ip', 'nsenter', 'unshare', 'setpriv', 'cc'] as const
const isRoot = process.getuid?.() === 0
const AS_ROOT = isRoot ? [] : ['--user', '--map-root-user']
const APART = ['--net', '--mount']

/** Why there can be no lines here; undefined where they can. */
export function whyNoNet(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux (network namespaces)'
  const missing: string[] = TOOLS.filter((tool) => !isHere(tool))
  if (!existsSync('/usr/include/linux/if_tun.h')) missing.push('C headers')
  if (missing.length > 0)
    return `needs ${missing.join(', ')}: apt-get install gcc libc6-dev iproute2 util-linux`
  if (!isWritable('/dev/net/tun')) return 'needs /dev/net/tun'
  return spawnSync('unshare', [...AS_ROOT, ...APART, 'true']).status === 0
    ? undefined
    : 'needs root, or user namespaces (unshare --user --net --mount)'
}

const isHere = (tool: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/**
 * Addresses are used at once (no duplicate address detection, no router but ours), and ICMP sockets
 * are open to all. /sys shows the namespace's own interfaces where it may be mounted; only who reads
 * /sys/class/net notices.
 */
const HOLD = `
set -e
cd /proc/sys/net
for of in all default; do
  echo 0 > ipv6/conf/$of/accept_dad
  echo 0 > ipv6/conf/$of/accept_ra
  echo 1 > ipv6/conf/$of/addr_gen_mode
done
echo 0 0 > ipv4/ping_group_range
mount -t sysfs sysfs /sys 2>/dev/null || true
ip link set lo up
echo ready
exec cat
`

export async function openNamespaces(): Promise<Namespaces> {
  const upstream = await hold(['unshare', ...AS_ROOT, ...APART])
  const asOwner = isRoot ? [] : ['--user', '--preserve-credentials']
  const clinic = await hold(
    isRoot
      ? ['unshare', ...APART]
      : ['nsenter', '--target', `${upstream.pid}`, ...asOwner, 'unshare', ...APART],
  )
  const holders = { upstream, clinic }
  const enter: Namespaces['enter'] = (side) => [
    ...['nsenter', '--target', `${holders[side].pid}`, ...asOwner, ...APART],
    ...['setpriv', '--pdeathsig', 'KILL'],
  ]
  return {
    enter,
    path: (side) => `/proc/${holders[side].pid}/ns/net`,
    ip: (side, ...args) => run([...enter(side), 'ip', ...args]),
    async ipBatch(side, family, lines) {
      const flag = family === 'ipv6' ? '-6' : '-4'
      await run([...enter(side), 'ip', flag, '-batch', '-'], `${lines.join('\n')}\n`)
    },
    async close() {
      await clinic.close()
      await upstream.close()
    },
  }
}

async function hold(prefix: readonly string[]) {
  const [program = '', ...words] = [...prefix, 'sh', '-c', HOLD]
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const ready = once(createInterface({ input: child.stdout }), 'line')
  if ((await Promise.race([ready, ended]))[0] !== 'ready')
    throw new Error(`no namespace by ${prefix.join(' ')}`)
  return {
    pid: child.pid ?? 0,
    async close() {
      child.stdin.end()
      await ended
    },
  }
}

const exec = promisify(execFile)

/** Runs a command to its end; what it printed. Rejects with its standard error when it fails. */
async function run([program = '', ...args]: readonly string[], input?: string): Promise<string> {
  const running = exec(program, args)
  if (input !== undefined) running.child.stdin?.end(input)
  const { stdout } = await running
  return stdout
}
