import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** On every machine: what the box of a clinic has, and what a test looks at it with. */
export const BASE_PACKAGES = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'kmod', 'iproute2', 'procps', 'netbase'],
  ...['libstdc++6', 'libusb-1.0-0', 'pcscd', 'libccid', 'vsmartcard-vpcd', 'cifs-utils'],
  ...['ca-certificates', 'curl', 'openssl', 'gpg', 'gpgv', 'nftables'],
]
/** Debian 12. debootstrap of Debian 12 cannot configure polkitd of 13, which pcscd wants there. */
export const SUITE = 'bookworm'
const SCRIPT = join(import.meta.dirname, 'root.sh')

/** A program that is run, and the Debian package that has it. */
const TOOLS = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  script: 'bsdutils',
  setpriv: 'util-linux',
} as const

const isHere = (tool: string): boolean =>
  spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${tool}`], { stdio: 'ignore' }).status ===
  0

/** Why no machine can be booted here; undefined where it can. */
export function whyNoMachine(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux (systemd-nspawn)'
  if (process.getuid?.() !== 0) return 'needs root (systemd-nspawn)'
  const missing = Object.entries(TOOLS).flatMap(([tool, of]) => (isHere(tool) ? [] : [of]))
  if (missing.length > 0) return `needs apt-get install ${missing.join(' ')}`
  if (!readFileSync('/proc/filesystems', 'utf8').includes('overlay')) return 'needs overlayfs'
  return undefined
}

const hashOf = (...texts: readonly string[]) =>
  createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 12)

/**
 * A folder with a Debian root that nothing may write to: of the base packages and `packages`. Made
 * once a machine, under its temporary folder: about a minute for the base, what apt takes for more.
 */
export function readyRoot(packages: readonly string[]): string {
  const script = readFileSync(SCRIPT, 'utf8')
  const base = `${SUITE}-${hashOf(script, ...BASE_PACKAGES)}`
  const more = [...packages].sort()
  const name = more.length === 0 ? base : `${base}-${hashOf(...more)}`
  const cache = join(tmpdir(), 'onshi-machine-roots')
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  const args = [SUITE, join(cache, base), BASE_PACKAGES.join(), folder, more.join(' ')]
  const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, ...args], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) throw new Error(`no root was made:\n${(stdout + stderr).slice(-4_000)}`)
  return folder
}
