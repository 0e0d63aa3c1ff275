import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Missing, run } from './tools.ts'

export const KERNEL = 'linux-image-amd64'
/** With what they need, as modprobe(8) finds it. */
const MODULES = [
  'virtio_pci virtio_blk virtio_console virtio_net virtio_rng ext4 crc32c_generic 9pnet_virtio 9p',
  'autofs4 configfs veth binfmt_misc i6300esb cifs nls_utf8 nf_tables tpm_crb tpm_tis',
  'xhci_pci hid_generic usbhid uhid ftdi_sio cdc_acm dummy_hcd libcomposite usb_f_hid',
]
/** Ciphers are asked for by names that no dependency tells. */
const WHOLE_FOLDERS = ['crypto', 'arch/x86/crypto']
/** Until the root's own can be loaded. */
const OF_INITRD = ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'ext4']

/**
 * Takes the kernel's package in `scratch` apart: `vmlinux` there, the modules that are wanted into
 * `root`, and `initrd` there, which mounts the disk and starts it. Its version. Throws Missing.
 */
export async function takeKernel(scratch: string, root: string, init: string): Promise<string> {
  const packed = (await readdir(scratch)).find((file) => file.endsWith('.deb'))
  if (packed === undefined) throw new Missing(`no ${KERNEL} was found`)
  const unpacked = join(scratch, 'kernel')
  run('dpkg-deb', ['-x', join(scratch, packed), unpacked])
  const [version = ''] = await readdir(join(unpacked, 'lib', 'modules'))
  const bzImage = await readFile(join(unpacked, 'boot', `vmlinuz-${version}`))
  await writeFile(join(scratch, 'vmlinux'), elfOf(bzImage))

  run('depmod', ['-b', unpacked, version])
  const kernel = join(unpacked, 'lib', 'modules', version, 'kernel')
  for (const folder of WHOLE_FOLDERS)
    await cp(join(kernel, folder), join(root, 'usr', 'lib', 'modules', version, 'kernel', folder), {
      recursive: true,
    })
  for (const file of modulesOf(unpacked, version, MODULES.join(' ').split(' '))) {
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
  await makeInitrd(scratch, root, init, modulesOf(unpacked, version, OF_INITRD))
  return version
}

/** Files of these modules and of what they need, in the order in which they are loaded. */
function modulesOf(unpacked: string, version: string, names: readonly string[]): readonly string[] {
  const needed = run('modprobe', [
    ...['--dirname', unpacked, '--set-version', version],
    ...['--show-depends', '--all', ...names],
  ])
  return [...new Set([...needed.matchAll(/^insmod (\S+)/gm)].map(([, file = '']) => file))]
}

async function makeInitrd(
  scratch: string,
  root: string,
  init: string,
  modules: readonly string[],
): Promise<void> {
  const folder = join(scratch, 'initrd-root')
  for (const name of ['bin', 'modules', 'proc', 'sys', 'dev', 'root'])
    await mkdir(join(folder, name), { recursive: true })
  await cp(join(root, 'bin', 'busybox'), join(folder, 'bin', 'busybox'))
  await cp(init, join(folder, 'init'))
  run('chmod', ['755', join(folder, 'init')])
  for (const [at, file] of modules.entries())
    await cp(file, join(folder, 'modules', `${at}`.padStart(2, '0') + basename(file)))
  run('sh', ['-c', 'find . | cpio -o -H newc --quiet >../initrd'], folder)
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
