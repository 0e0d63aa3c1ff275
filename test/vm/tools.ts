import { spawnSync } from 'node:child_process'

/** A program that is run, and the Debian package that has it. */
const TOOLS = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-img': 'qemu-utils',
  mke2fs: 'e2fsprogs',
  smbd: 'samba',
  mmdebstrap: 'mmdebstrap',
  cpio: 'cpio',
  depmod: 'kmod',
  modprobe: 'kmod',
  setpriv: 'util-linux',
  xz: 'xz-utils',
} as const

/** Says what this machine lacks, and how to get it. */
export class Missing extends Error {}

const isRoot = process.getuid?.() === 0

/**
 * Makes the programs be there: as root they are installed. Throws Missing.
 */
export function installTools(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Missing('the virtual machine is an x86-64 one, and is built on Linux of that kind')
  const packages = missingPackages()
  if (packages.length === 0) return
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!isRoot || !isHere('apt-get')) throw new Missing(`as root: ${install}`)
  const { status } = spawnSync('sh', ['-c', `apt-get update -qq && ${install} -qq >/dev/null`], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Missing(`${install} failed, as it says above`)
}

/** Owners and devices are made in the image, which takes root; running it does not. */
export function assertMayBuild(): void {
  if (!isRoot) throw new Missing('the image has to be built once as root, with this XDG_CACHE_HOME')
}

function missingPackages(): readonly string[] {
  const missing = Object.entries(TOOLS).filter(([tool]) => !isHere(tool))
  return [...new Set(missing.map(([, name]) => name))]
}

/** With the folders of system administration, which a plain user's PATH leaves out. */
const isHere = (tool: string): boolean =>
  spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`], { stdio: 'ignore' })
    .status === 0

/** What it prints. Throws Missing: nothing that is run here fails for another reason. */
export function run(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status === 0) return stdout
  throw new Missing(
    `${program} failed, as it says above; an image takes root, Debian’s mirror and 3 GB of disk`,
  )
}
