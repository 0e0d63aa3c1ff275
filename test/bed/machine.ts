import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type Following, follow } from './machine/follow.ts'
import { readyRoot } from './machine/root.ts'

export interface MachineOptions {
  /** Debian packages besides those of every machine. Each new list takes apt's time, once. */
  readonly packages?: readonly string[]
  /** Written before the first boot, mode 0644: path in the machine to contents. */
  readonly files?: Contents
  /** As `files`, mode 0600. */
  readonly secrets?: Contents
  /** Debian packages, put into /root before the first boot: file names of this machine. */
  readonly debs?: readonly string[]
  /** Mounted read-only: path in the machine to path of this one. */
  readonly binds?: Readonly<Record<string, string>>
}

export type Contents = Readonly<Record<string, string | Uint8Array>>

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A Debian machine with its own systemd, network and disk, all gone with this process. */
export interface Machine {
  /** Runs a line of sh as root. Ended after `timeoutMs` (default two minutes), with code null. */
  run(line: string, options?: RunOptions): Promise<Ran>
  /** As `run`; rejects with what was printed unless it exits 0. What it printed on stdout. */
  must(line: string, options?: RunOptions): Promise<string>
  /** Lines of a program that goes on, as `journalctl -f`; ended with the machine. */
  follow(line: string): Following
  /** The journal of a unit, from its first line on: `await journal('x').until(/Started/)`. */
  journal(unit: string): Following
  /** Orderly; resolves when everything that starts at boot has been started. */
  reboot(): Promise<void>
  /** SIGKILL for everything, then boots. */
  powerCut(): Promise<void>
  /** Ended after the test anyway. Idempotent. */
  close(): Promise<void>
}

/** One that is a container of this machine: it has this kernel and its disk survives a power cut whole. */
export interface Container extends Machine {
  /** Where its disk is kept; what a test that is killed leaves behind. */
  readonly folder: string
  /** Of its first process, as this machine counts them. */
  leader(): number
}

export interface RunOptions {
  readonly input?: string
  readonly timeoutMs?: number
}

export interface Ending {
  after(undo: () => Promise<void>): void
}

const RUN_LIMIT_MS = 120_000
const BOOT_LIMIT_MS = 180_000
/** In the machine, nothing of this one's environment holds. */
const ENVIRONMENT = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']
/**
 * Mounts the disk of the machine where nobody else sees it, and is then the container. It is the first
 * process of a namespace: what systemd-nspawn leaves behind when it is killed dies with it.
 */
const SCRIPT = `
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root" || exit 1
shift; folder=$1; shift
exec script -qfec "systemd-nspawn --quiet -D $folder/root \\
  --machine=$(basename "$folder") --register=no --keep-unit --private-network --boot \\
  --resolv-conf=off --timezone=off --link-journal=no $*" /dev/null
`

/** Boots one; rejects where `whyNoMachine` has a reason. */
export async function bootMachine(t: Ending, options: MachineOptions = {}): Promise<Container> {
  const lower = readyRoot(options.packages ?? [])
  const folder = mkdtempSync(join(tmpdir(), 'onshi-machine-'))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clean)
  furnish(folder, options)
  const binds = Object.entries(options.binds ?? {}).map(([to, from]) => `--bind-ro=${from}:${to}`)
  const boot = () => bootOnce([lower, folder, ...binds])
  let running = await boot()
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await running.kill()
    process.off('exit', clean)
    clean()
  }
  t.after(close)
  const enter = (words: readonly string[]) =>
    ['-t', `${running.leader}`, '-a', '--', 'env', '-i', ...ENVIRONMENT, ...words] as const
  const run: Machine['run'] = (line, { input = '', timeoutMs = RUN_LIMIT_MS } = {}) =>
    finished(spawn('nsenter', enter(['sh', '-c', line])), input, timeoutMs)
  const followed = (line: string) => follow(spawn('nsenter', enter(['sh', '-c', line])))
  return {
    ...commandsBy(run, followed),
    async reboot() {
      await run('systemctl reboot')
      await running.ended
      running = await boot()
    },
    async powerCut() {
      await running.kill()
      running = await boot()
    },
    folder,
    leader: () => running.leader,
    close,
  }
}

/** What a machine is asked, by the two ways of asking it. */
export const commandsBy = (
  run: Machine['run'],
  followed: Machine['follow'],
): Pick<Machine, 'run' | 'must' | 'follow' | 'journal'> => ({
  run,
  async must(line, options) {
    const { code, stdout, stderr } = await run(line, options)
    if (code !== 0) throw new Error(`${line}\nended with ${code}:\n${stdout}${stderr}`)
    return stdout
  },
  follow: followed,
  journal: (unit) => followed(`exec journalctl -f -n all -o cat -u ${unit}`),
})

/**
 * A network interface of the machine with these addresses, as `fd00:a::2/64`, and its far end `NAME-far` in the same machine:
 * what is listened for on the address is reached, and the link can be taken down.
 */
export async function addInterface(
  machine: Machine,
  name: string,
  ...addresses: readonly string[]
): Promise<void> {
  const far = `${name}-far`
  const add = addresses.map((one) => `ip address add ${one} dev ${name} nodad`)
  await machine.must(
    [
      `ip link add ${name} type veth peer name ${far}`,
      `ip link set ${far} up`,
      `ip link set ${name} up`,
      ...add,
    ].join(' && '),
  )
}

/** What the test wants there, as the topmost layer of the machine's disk. */
function furnish(folder: string, options: MachineOptions): void {
  for (const name of ['upper', 'work', 'root']) mkdirSync(join(folder, name))
  // The root of the machine is this folder, whatever the umask here is.
  spawnSync('chmod', ['755', folder, join(folder, 'upper')])
  layOut(join(folder, 'upper'), options)
}

/** What the test wants in the machine, below a folder that is then laid over its root. */
export function layOut(
  folder: string,
  { files = {}, secrets = {}, debs = [] }: Pick<MachineOptions, 'files' | 'secrets' | 'debs'>,
): void {
  const place = (path: string) => {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    return target
  }
  // A machine that is thrown away needs no fsync for each file that is installed.
  writeFileSync(place('/etc/dpkg/dpkg.cfg.d/bed'), 'force-unsafe-io\n')
  for (const [path, contents] of Object.entries(files)) writeFileSync(place(path), contents)
  for (const [path, contents] of Object.entries(secrets))
    writeFileSync(place(path), contents, { mode: 0o600 })
  for (const deb of debs) cpSync(deb, place(join('root', basename(deb))))
}

async function bootOnce(args: readonly string[]) {
  const alone = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...alone, 'sh', '-c', SCRIPT, 'machine', ...args],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const ended = once(child, 'close')
  const { pid = 0 } = child
  const killAll = () => {
    child.kill('SIGKILL')
  }
  process.once('exit', killAll)
  const late = setTimeout(killAll, BOOT_LIMIT_MS)
  const console = follow(child)
  try {
    // By then systemctl can ask; what still starts is waited for below.
    await console.until(/Reached target.*Basic System/)
    const leader = leaderBelow(pid)
    const enter = ['-t', `${leader}`, '-a', '--', 'systemctl', 'is-system-running', '--wait']
    const { stdout } = await finished(spawn('nsenter', enter), '', BOOT_LIMIT_MS)
    if (!/^(running|degraded)/.test(stdout)) throw new Error(`the machine is ${stdout}`)
    const kill = async () => {
      process.off('exit', killAll)
      killAll()
      await ended
    }
    return { leader, ended, kill }
  } catch (error) {
    killAll()
    throw error
  } finally {
    clearTimeout(late)
  }
}

/** The first process of the container: systemd's child `systemd`, seen from here. */
function leaderBelow(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  for (const child of children.filter((one) => one !== '').map(Number)) {
    const name = readFileSync(`/proc/${child}/comm`, 'utf8').trim()
    if (name === 'systemd') return child
    const found = leaderBelow(child)
    if (found !== 0) return found
  }
  return 0
}

async function finished(child: ChildProcess, input: string, timeoutMs: number): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text))
  // A program that does not read its input is none of our business.
  child.stdin?.on('error', () => undefined).end(input)
  const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  await once(child, 'close')
  clearTimeout(late)
  return { code: child.exitCode, stdout: out.join(''), stderr: err.join('') }
}
