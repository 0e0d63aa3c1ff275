import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { assertMayBuild, Missing } from './tools.ts'

/** A kernel and an archive that is its whole root file system, both from Debian's packages. */
export interface Image {
  readonly kernel: string
  readonly root: string
}

const SUITE = 'bookworm'
const KERNEL = 'linux-image-amd64'
const PACKAGES = 'iproute2,kmod,libccid,libstdc++6,libudev1,libusb-1.0-0,mount,pcscd,udev'
/** With what they need, as modprobe(8) finds it. */
const MODULES = [
  'virtio_pci virtio_console virtio_net 9pnet_virtio 9p configfs',
  'xhci_pci hid_generic usbhid uhid ftdi_sio dummy_hcd libcomposite usb_f_hid',
]
const INIT = join(import.meta.dirname, 'guest', 'init')
const MIRROR = 'http://deb.debian.org'
const SOURCES = [
  `deb ${MIRROR}/debian ${SUITE} main`,
  `deb ${MIRROR}/debian-security ${SUITE}-security main`,
]

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
  const image = { kernel: join(folder, 'vmlinux'), root: join(folder, 'root.cpio') }
  await mkdir(cache, { recursive: true })
  if (existsSync(folder)) return image
  assertMayBuild()
  for (const old of await readdir(cache)) await rm(join(cache, old), { recursive: true })
  const scratch = await mkdtemp(join(cache, 'building-'))
  try {
    await build(scratch, lap)
    const made = join(scratch, 'made')
    await mkdir(made)
    for (const file of ['vmlinux', 'root.cpio']) await rename(join(scratch, file), join(made, file))
    await rename(made, folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  return image
}

async function hashOfInputs(): Promise<string> {
  const inputs = [await readFile(import.meta.filename), await readFile(INIT)]
  return createHash('sha256').update(Buffer.concat(inputs)).digest('hex').slice(0, 16)
}

async function build(scratch: string, lap: (step: string) => void): Promise<void> {
  const root = join(scratch, 'root')
  run('mmdebstrap', [
    ...['--quiet', '--mode=root', '--variant=essential', `--include=${PACKAGES}`],
    '--aptopt=APT::Install-Recommends "false"',
    ...['man', 'locale', 'doc', 'info'].map((of) => `--dpkgopt=path-exclude=/usr/share/${of}/*`),
    `--customize-hook=${FETCH_KERNEL}`,
    ...[SUITE, root, ...SOURCES],
  ])
  lap('Debian packages')
  const version = await takeKernel(scratch, root)
  lap('kernel and modules')
  await cp(INIT, join(root, 'init'))
  run('chmod', ['755', join(root, 'init')])
  run('sh', ['-c', 'find . -xdev | cpio -o -H newc --quiet >../root.cpio'], root)
  lap(`archive for Linux ${version}`)
}

/** Puts the kernel beside the root, and the modules that are wanted into it. */
async function takeKernel(scratch: string, root: string): Promise<string> {
  const packed = (await readdir(scratch)).find((file) => file.endsWith('.deb'))
  if (packed === undefined) throw new Missing(`${SUITE} has no ${KERNEL}`)
  const unpacked = join(scratch, 'kernel')
  run('dpkg-deb', ['-x', join(scratch, packed), unpacked])
  const [version = ''] = await readdir(join(unpacked, 'lib', 'modules'))
  const bzImage = await readFile(join(unpacked, 'boot', `vmlinuz-${version}`))
  await writeFile(join(scratch, 'vmlinux'), elfOf(bzImage))

  run('depmod', ['-b', unpacked, version])
  const needed = run('modprobe', [
    ...['--dirname', unpacked, '--set-version', version],
    ...['--show-depends', '--all', ...MODULES.join(' ').split(' ')],
  ])
  const files = [...needed.matchAll(/^insmod (\S+)/gm)].map(([, file = '']) => file)
  for (const file of new Set(files)) {
    const target = join(root, 'usr', file.slice(unpacked.length))
    await mkdir(dirname(target), { recursive: true })
    await cp(file, target)
  }
  for (const list of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo'])
    await cp(
      join(unpacked, 'lib', 'modules', version, list),
      join(root, 'usr', 'lib', 'modules', version, list),
    )
  run('depmod', ['-b', root, version])
  return version
}

/**
 * The kernel as qemu can start it at once: to unpack itself would take an emulated processor some
 * 15 s. Offsets are those of the x86 boot protocol (setup_sects, payload_offset, payload_length).
 */
function elfOf(bzImage: Buffer): Buffer {
  const start = (bzImage.readUInt8(0x1f1) + 1) * 512 + bzImage.readUInt32LE(0x248)
  const packed = bzImage.subarray(start, start + bzImage.readUInt32LE(0x24c))
  const maxBuffer = 2 ** 30
  return execFileSync('xz', ['-dc', '--single-stream'], { input: packed, maxBuffer })
}

/** What it prints. Throws Missing: nothing that is run here fails for another reason. */
function run(program: string, args: readonly string[], cwd?: string): string {
  const { status, stdout } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status === 0) return stdout
  throw new Missing(
    `${program} failed, as it says above; it takes root, ${MIRROR} and 1 GB of disk`,
  )
}
