import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { BASE_PACKAGES, SUITE } from '../bed/machine/root.ts'
import { KERNEL, takeKernel } from './kernel.ts'
import { assertMayBuild, run } from './tools.ts'

/** A stock kernel and a disk with systemd on it, both from Debian's packages. Nothing writes to them. */
export interface Image {
  readonly kernel: string
  readonly initrd: string
  readonly disk: string
}

/** Besides those of every machine: for the initrd, for dpkg's scripts, and for credentials by TPM. */
const PACKAGES = [
  ...['busybox-static', 'e2fsprogs', 'libcap2-bin'],
  ...['libtss2-esys-3.0.2-0', 'libtss2-mu0', 'libtss2-rc0', 'libtss2-tcti-device0'],
]
/** What a box has no use for here, and an emulated processor would be busy with for seconds. */
const MASKED = [
  ...['systemd-logind.service', 'getty@tty1.service', 'serial-getty@ttyS0.service', 'getty.target'],
  ...['e2scrub_all.timer', 'e2scrub_reap.service', 'fstrim.timer', 'systemd-pstore.service'],
  ...['systemd-update-utmp.service', 'systemd-update-utmp-runlevel.service'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer'],
]
const ENABLED = ['bed-net', 'bed-ready', 'bed.socket', 'bed-api.socket', 'bed.mount', 'tree.mount']
const BOX = join(import.meta.dirname, 'box')
const INITRD = join(import.meta.dirname, 'initrd')
const MIRROR = 'http://deb.debian.org'
const SOURCES = [
  `deb ${MIRROR}/debian ${SUITE} main`,
  `deb ${MIRROR}/debian-security ${SUITE}-security main`,
]
const DISK_BYTES = 4 * 2 ** 30

/** The kernel's package is taken apart, not installed: no initrd is wanted, and few modules are. */
const FETCH_KERNEL = `
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
name=$(apt-cache depends ${KERNEL} | awk '/Depends:/ {print $2; exit}')
cd "$1"/.. && apt-get download -qq -o APT::Sandbox::User=root "$name"`

/**
 * The image in the cache, built there when what it is made of has changed. `lap` is told each step
 * of building when it has ended. Throws Missing.
 */
export async function readyImage(lap: (step: string) => void): Promise<Image> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'onshi-agent-vm')
  const folder = join(cache, await hashOfInputs())
  const image = {
    kernel: join(folder, 'vmlinux'),
    initrd: join(folder, 'initrd'),
    disk: join(folder, 'disk'),
  }
  await mkdir(cache, { recursive: true })
  if (existsSync(folder)) return image
  assertMayBuild()
  for (const old of await readdir(cache)) await rm(join(cache, old), { recursive: true })
  const scratch = await mkdtemp(join(cache, 'building-'))
  try {
    await build(scratch, lap)
    const made = join(scratch, 'made')
    await mkdir(made)
    for (const file of ['vmlinux', 'initrd', 'disk'])
      await rename(join(scratch, file), join(made, file))
    await rename(made, folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return image
}

async function hashOfInputs(): Promise<string> {
  const hash = createHash('sha256').update([...BASE_PACKAGES, SUITE].join(' '))
  const own = [import.meta.filename, join(import.meta.dirname, 'kernel.ts'), INITRD]
  const laid = (await readdir(BOX, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const file of [...own, ...laid.sort()]) hash.update(file).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function build(scratch: string, lap: (step: string) => void): Promise<void> {
  const root = join(scratch, 'root')
  run('mmdebstrap', [
    ...['--quiet', '--mode=root', '--variant=essential'],
    `--include=${[...BASE_PACKAGES, ...PACKAGES].join()}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...['man', 'locale', 'doc', 'info'].map((of) => `--dpkgopt=path-exclude=/usr/share/${of}/*`),
    `--customize-hook=${FETCH_KERNEL}`,
    ...[SUITE, root, ...SOURCES],
  ])
  lap('Debian packages')
  const version = await takeKernel(scratch, root, INITRD)
  lap(`kernel and modules of Linux ${version}`)
  await furnish(root)
  const disk = join(scratch, 'disk')
  run('truncate', ['-s', `${DISK_BYTES}`, disk])
  run('mke2fs', ['-q', '-t', 'ext4', '-E', 'lazy_itable_init=0', '-d', root, disk])
  lap('disk')
}

/** What makes it a machine of this bed. */
async function furnish(root: string): Promise<void> {
  await cp(BOX, root, { recursive: true })
  for (const folder of ['tree', 'bed']) await mkdir(join(root, folder))
  run('chroot', [root, 'systemctl', 'mask', '--quiet', ...MASKED])
  run('chroot', [root, 'systemctl', 'enable', '--quiet', ...ENABLED])
  await writeFile(join(root, 'etc/hostname'), 'onshi-box\n')
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost onshi-box\n::1 localhost\n')
  // Empty: each machine makes its own.
  await writeFile(join(root, 'etc/machine-id'), '')
}
