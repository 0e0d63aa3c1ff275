import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  type PrivatePcscd,
  SLOT_PORTS,
  startPcscd,
  whyNoPcscd,
} from '../../../agent/sim/card/pcscd.ts'
import { type Recording, recordSocket } from './record.ts'

/** What the pad asks for, and how an entry ends: the status word that the host gets, 0000: none. */
export type Prompt =
  | {
      readonly is: 'enter'
      readonly least: number
      readonly most: number
      readonly seconds: number
    }
  | { readonly is: 'left'; readonly status: string }

/** The keys of the reader's pad, under a test's fingers. */
export interface Pad {
  /** The next thing that the pad shows. */
  shows(): Promise<Prompt>
  /** Digits; `E` OK, `C` cancel, `T`: the time is over. */
  type(keys: string): void
  close(): void
}

/** A pcscd with two readers of one slot each: slot 0 has a PIN pad, slot 1 has none. */
export interface PinPadBed extends PrivatePcscd {
  /** Anew after a restart of pcscd. */
  pad(): Promise<Pad>
  /** All that PC/SC clients with this `env` and pcscd have told each other. */
  said(): Promise<Buffer>
}

/** Names as PC/SC has them. */
export const padReader = 'Onshi PIN Pad 00 00'
export const plainReader = 'Onshi Plain 01 00'
/** USB buses and addresses that the two name as theirs. */
export const padAt = { bus: 1, address: 10 } as const
export const plainAt = { bus: 1, address: 11 } as const

const HEADERS = '/usr/include/PCSC/ifdhandler.h'

export function whyNoPinPad(): string | undefined {
  const hasCompiler = spawnSync('cc', ['--version'], { stdio: 'ignore' }).status === 0
  if (!hasCompiler || !existsSync(HEADERS))
    return 'needs a C compiler and the headers of PC/SC: apt-get install gcc libc6-dev libpcsclite-dev'
  return whyNoPcscd()
}

const channel = ({ bus, address }: typeof padAt | typeof plainAt): string =>
  (0x0020_0000 | (bus << 8) | address).toString(16).padStart(8, '0')

/** LIBPATH completes an entry, so it is last. [pcsc-lite 1.9.9, configfile.l] */
const entry = (name: string, device: string, id: number, library: string): string =>
  `DEVICENAME ${device}\nFRIENDLYNAME "${name}"\nCHANNELID ${id}\nLIBPATH ${library}\n`

/** Throws where `whyNoPinPad` has a reason. */
export async function startPinPadBed(): Promise<PinPadBed> {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-pinpad-'))
  const clean = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clean)
  const library = join(folder, 'libifdpinpad.so')
  const source = fileURLToPath(new URL('ifd.c', import.meta.url))
  const options = ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-I/usr/include/PCSC']
  await promisify(execFile)('cc', [...options, '-o', library, source])
  const keys = join(folder, 'pad.sock')
  const pcscd = await startPcscd(
    entry('Onshi PIN Pad', `${SLOT_PORTS[0]}:${channel(padAt)}:${keys}`, 1, library) +
      entry('Onshi Plain', `${SLOT_PORTS[1]}:${channel(plainAt)}`, 2, library),
  )
  if (pcscd === undefined) throw new Error('whyNoPinPad says why')
  const recording: Recording = await recordSocket(
    pcscd.env.PCSCLITE_CSOCK_NAME,
    join(folder, 'pcscd.comm'),
  )
  return {
    ...pcscd,
    env: { PCSCLITE_CSOCK_NAME: recording.path },
    pad: () => openPad(keys),
    said: recording.bytes,
    stop: async () => {
      await recording.close()
      await pcscd.stop()
      process.off('exit', clean)
      clean()
    },
  }
}

async function openPad(path: string): Promise<Pad> {
  const socket: Socket = connect(path)
  await once(socket, 'connect')
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  return {
    shows: async () => {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the pad is gone')
      return promptOf(value)
    },
    type: (keys) => {
      socket.write(keys)
    },
    close: () => socket.destroy(),
  }
}

function promptOf(line: string): Prompt {
  const [, status] = /^left ([0-9a-f]{4})$/.exec(line) ?? []
  if (status !== undefined) return { is: 'left', status }
  const [, least, most, seconds] = /^enter (\d+) (\d+) (\d+)$/.exec(line) ?? []
  if (seconds === undefined) throw new Error(`the pad shows ${line}`)
  return { is: 'enter', least: Number(least), most: Number(most), seconds: Number(seconds) }
}
