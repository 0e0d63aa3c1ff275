import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Image } from './image.ts'

export interface Hardware {
  readonly image: Image
  /** qcow2 upon that of the image; kept from one start to the next. */
  readonly disk: string
  /** Mounted read-only at /bed and /tree. */
  readonly bed: string
  readonly tree: string
  /**
   * The USB serial adapter is plugged in as long as somebody is connected to `serial` of this
   * machine's loopback: what is sent there comes out of it. At `ccid` is the slot of the CCID
   * reader, at `shell` the machine is asked (wire.ts), at `api` is what the agent has at 127.0.0.1:8480.
   */
  readonly ports: Readonly<Record<'shell' | 'api' | 'serial' | 'ccid', number>>
  /** For files of its own. */
  readonly folder: string
  /** Socket of a swtpm, or null: it has none. */
  readonly tpm: string | null
}

/** A machine from switching it on until its power goes. */
export interface Running {
  readonly ended: Promise<unknown>
  console(): string
  /**
   * SIGKILL. What the machine's kernel still held in memory is lost, and of the disk image what qemu had
   * not yet told the file. What it had written to the file stays, as this machine goes on. Idempotent.
   */
  kill(): Promise<void>
}

const BOOT_LIMIT_MS = 600_000
const CONSOLE_CHARACTERS = 4_000
const KERNEL_WORDS =
  'console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on tsc=reliable ' +
  'nowatchdog audit=0 net.ifnames=0 systemd.show_status=0'

/** Switches it on, on an emulated processor, which every machine can do and which behaves alike on all. */
export async function startQemu(hardware: Hardware): Promise<Running> {
  const consoleFile = join(hardware.folder, 'console')
  const qemu = spawn(
    'setpriv',
    // A process that is killed cannot kill what it started.
    ['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...words(hardware, consoleFile)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const killNow = () => void qemu.kill('SIGKILL')
  process.on('exit', killNow)
  const ended = once(qemu, 'exit').finally(() => process.off('exit', killNow))
  const kill = async () => {
    killNow()
    await ended
  }
  const console = () => {
    return readFileSync(consoleFile, 'utf8').slice(-CONSOLE_CHARACTERS)
  }
  const late = setTimeout(killNow, BOOT_LIMIT_MS)
  for await (const line of createInterface({ input: qemu.stdout }))
    if (line.startsWith('ready')) {
      clearTimeout(late)
      return { ended, console, kill }
    }
  clearTimeout(late)
  await ended
  throw new Error(`the machine did not boot. Its console:\n${console()}`)
}

function words(hardware: Hardware, consoleFile: string): readonly string[] {
  const { image, disk, bed, tree, ports, tpm } = hardware
  const farEnd = (id: string, port: number) =>
    `socket,id=${id},host=127.0.0.1,port=${port},server=on,wait=off`
  const reached = (port: number, inside: number) => `hostfwd=tcp:127.0.0.1:${port}-:${inside}`
  const shared = (tag: string, path: string) => [
    ...['-fsdev', `local,id=${tag},path=${path},security_model=none,readonly=on`],
    ...['-device', `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ]
  return [
    ...['-M', 'q35', '-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max,la57=off,pku=off'],
    ...['-smp', '2', '-m', '2048', '-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none', '-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', KERNEL_WORDS],
    ...['-drive', `file=${disk},if=none,id=disk,cache=writeback,discard=unmap`],
    ...['-device', 'virtio-blk-pci,drive=disk'],
    ...['-serial', `file:${consoleFile}`, '-device', 'virtio-serial-pci'],
    ...['-chardev', 'stdio,id=report,signal=off'],
    ...['-device', 'virtserialport,chardev=report,name=report'],
    ...['-netdev', `user,id=net,${reached(ports.shell, 2222)},${reached(ports.api, 8480)}`],
    ...['-device', 'virtio-net-pci,netdev=net,romfile='],
    ...shared('tree', tree),
    ...shared('bed', bed),
    ...['-device', 'virtio-rng-pci', '-device', 'qemu-xhci,id=usb,addr=0x10'],
    ...['-chardev', farEnd('serial', ports.serial), '-device', 'usb-serial,chardev=serial'],
    ...['-chardev', farEnd('ccid', ports.ccid), '-device', 'usb-ccid'],
    ...['-device', 'ccid-card-passthru,chardev=ccid'],
    ...(tpm === null ? [] : ['-chardev', `socket,id=tpm,path=${tpm}`]),
    ...(tpm === null ? [] : ['-tpmdev', 'emulator,id=tpm0,chardev=tpm']),
    ...(tpm === null ? [] : ['-device', 'tpm-crb,tpmdev=tpm0']),
  ]
}
