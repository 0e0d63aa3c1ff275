import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Image } from './image.ts'

/** A virtual machine that runs test/vm/guest/init, gone with this process however that ends. */
export interface Machine {
  /** What the guest prints. Ends when the machine has stopped. */
  readonly lines: AsyncIterable<string>
  /** Once it has stopped: the end of what its kernel said. */
  console(): string
  /** Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts it on an emulated processor, which every machine can do and which behaves alike on all.
 * `environment` is that of the guest's first process; of letters, digits and `_`.
 *
 * The USB serial adapter is plugged in as long as somebody is connected to SERIAL_PORT of this
 * machine's loopback, which the guest reaches as 10.0.2.2: what is sent there comes out of it. At
 * CCID_PORT is the slot of the CCID reader.
 */
export async function startMachine(
  image: Image,
  tree: string,
  environment: Readonly<Record<string, string>>,
): Promise<Machine> {
  const [serial, ccid] = await freePorts()
  const variables = { ...environment, SERIAL_PORT: `${serial}`, CCID_PORT: `${ccid}` }
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const farEnd = (id: string, port: number) =>
    `socket,id=${id},host=127.0.0.1,port=${port},server=on,wait=off`
  const folder = await mkdtemp(join(tmpdir(), 'onshi-vm-'))
  const consoleFile = join(folder, 'console')
  const qemu = spawn(
    'setpriv',
    [
      // A process that is killed cannot kill what it started.
      ...['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64'],
      ...['-M', 'q35', '-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max,la57=off,pku=off'],
      ...['-smp', '2', '-m', '2048', '-nodefaults', '-no-user-config', '-no-reboot'],
      ...['-display', 'none', '-kernel', image.kernel, '-initrd', image.root],
      ...['-append', `${KERNEL_WORDS} ${words.join(' ')}`],
      ...['-serial', `file:${consoleFile}`, '-device', 'virtio-serial-pci'],
      ...['-chardev', 'stdio,id=report,signal=off'],
      ...['-device', 'virtserialport,chardev=report,name=report'],
      ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
      ...['-fsdev', `local,id=tree,path=${tree},security_model=none,readonly=on`],
      ...['-device', 'virtio-9p-pci,fsdev=tree,mount_tag=tree'],
      ...['-device', 'virtio-rng-pci', '-device', 'qemu-xhci,id=usb'],
      ...['-chardev', farEnd('serial', serial), '-device', 'usb-serial,chardev=serial'],
      ...['-chardev', farEnd('ccid', ccid), '-device', 'usb-ccid'],
      ...['-device', 'ccid-card-passthru,chardev=ccid'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const kill = () => void qemu.kill('SIGKILL')
  process.on('exit', kill)
  let said = ''
  const gone = once(qemu, 'close').finally(async () => {
    process.off('exit', kill)
    said = (await readFile(consoleFile, 'utf8').catch(() => 'none')).slice(-CONSOLE_CHARACTERS)
    await rm(folder, { recursive: true, force: true })
  })
  return {
    lines: createInterface({ input: qemu.stdout }),
    console: () => said,
    stop: async () => {
      kill()
      await gone
    },
  }
}

const CONSOLE_CHARACTERS = 4_000
const KERNEL_WORDS =
  'console=ttyS0 quiet rdinit=/init panic=-1 nokaslr mitigations=off random.trust_cpu=on ' +
  'tsc=reliable nowatchdog audit=0 net.ifnames=0'

/** Two that nobody listens on now: both are held before either is let go. */
async function freePorts(): Promise<readonly [number, number]> {
  const held = [await holdPort(), await holdPort()] as const
  return [await held[0](), await held[1]()]
}

async function holdPort(): Promise<() => Promise<number>> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')
  return async () => {
    const closed = once(server, 'close')
    server.close()
    await closed
    return bound.port
  }
}
