import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  commandsBy,
  type Ending,
  layOut,
  type Machine,
  type MachineOptions,
} from '../bed/machine.ts'
import { readyImage } from './image.ts'
import { freePorts } from './ports.ts'
import { type Hardware, startQemu } from './qemu.ts'
import { followIn, runIn } from './wire.ts'

/** What a test may give it before its first boot. */
export type VirtualOptions = Pick<MachineOptions, 'files' | 'secrets' | 'debs'> &
  Partial<Pick<Hardware, 'tpm'>>

/** A machine of the bed with a kernel, buses and a disk of its own, on an emulated processor. */
export interface VirtualMachine extends Machine {
  /** Of this machine's loopback: where its devices have their other ends. */
  readonly ports: Hardware['ports']
  /** What the power cut of this machine does, without the boot after it. */
  cut(): Promise<void>
  /** After `cut`. */
  boot(): Promise<void>
  /** The end of what its kernel said. */
  console(): string
}

/** As seen in the machine: this one's loopback. [qemu, user network] */
export const HOST = '10.0.2.2'
/** An emulated processor is some 15 times slower, and shared. */
const RUN_LIMIT_MS = 600_000
const TREE = dirname(dirname(import.meta.dirname))

/** Boots one; gone with this process however that ends. Rejects with Missing where it cannot be. */
export async function bootVirtual(
  t: Ending,
  options: VirtualOptions = {},
): Promise<VirtualMachine> {
  const image = await readyImage(() => undefined)
  const folder = mkdtempSync(join(tmpdir(), 'onshi-vm-'))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clean)
  const bed = join(folder, 'bed')
  mkdirSync(join(bed, 'laid'), { recursive: true })
  layOut(join(bed, 'laid'), options)
  const disk = join(folder, 'disk.qcow2')
  const overlay = ['create', '-q', '-f', 'qcow2', '-b', image.disk, '-F', 'raw', disk]
  const { status, stderr } = spawnSync('qemu-img', overlay, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`qemu-img: ${stderr}`)
  const [shell, api, serial, ccid] = await freePorts()
  const ports = { shell, api, serial, ccid }
  const hardware = { image, disk, bed, tree: TREE, ports, folder, tpm: options.tpm ?? null }
  const run: Machine['run'] = (line, { input = '', timeoutMs = RUN_LIMIT_MS } = {}) =>
    runIn(shell, line, input, timeoutMs)
  const followed: Machine['follow'] = (line) => followIn(shell, line)
  const commands = commandsBy(run, followed)
  let running = await startQemu(hardware)
  const boot = async () => {
    running = await startQemu(hardware)
  }
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await running.kill()
    process.off('exit', clean)
    clean()
  }
  t.after(close)
  const settled = async () => {
    const { stdout } = await run('systemctl is-system-running --wait')
    if (!/^(running|degraded)/.test(stdout)) throw new Error(`the machine is ${stdout}`)
  }
  await settled()
  await commands.must('cp -a --no-preserve=ownership /bed/laid/. / && systemctl daemon-reload')
  return {
    ...commands,
    ports,
    console: () => running.console(),
    cut: () => running.kill(),
    boot: async () => {
      await boot()
      await settled()
    },
    async powerCut() {
      await running.kill()
      await boot()
      await settled()
    },
    async reboot() {
      // It may be gone before it has answered.
      followed('exec systemctl reboot')
      await running.ended
      await boot()
      await settled()
    },
    close,
  }
}
