import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { present } from '../../../agent/sim/card/presented.ts'
import { startPn532Reader } from '../../../agent/sim/reader/pn532.ts'
import type { LineTrouble } from '../../../agent/sim/reader/pn532-line.ts'
import { loadSerial } from '../../../drivers/io/serial.ts'
import { pn532 } from '../../../drivers/pn532.ts'
import { ioOf } from '../../fakes/io.ts'
import type { Bench, BenchMaker } from '../bench.ts'

/** Why there is no pty pair on this machine. */
export const whyNoPty = (): string | undefined =>
  spawnSync('socat', ['-V']).error === undefined
    ? undefined
    : 'it needs socat (apt-get install socat)'

/** A serial port whose line ends at a TCP port. */
export async function openPty(port: number) {
  const dir = await mkdtemp(join(tmpdir(), 'onshi-pty-'))
  const path = join(dir, 'tty')
  let socat: ChildProcess | undefined
  const plug = async () => {
    const line = ['-d', '-d', `pty,link=${path},raw,echo=0`, `tcp:127.0.0.1:${port}`]
    socat = spawn('socat', line, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    for await (const text of socat.stderr ?? []) {
      said += String(text)
      if (said.includes('starting data transfer loop') && existsSync(path)) break
    }
  }
  const unplug = async () => {
    if (socat === undefined || socat.exitCode !== null || socat.signalCode !== null) return
    // Killed, socat would leave the link behind, and another one's pty may get the number.
    await rm(path, { force: true })
    const ended = once(socat, 'exit')
    socat.kill('SIGKILL')
    await ended
  }
  await plug()
  return {
    path,
    plug,
    unplug,
    /** At once; what is waited for is up to the caller. */
    cut: () => void socat?.kill('SIGKILL'),
    close: async () => {
      await unplug()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

const makerOf = (dialect: 'pn532' | 'rcs620s', name: string, trouble: LineTrouble): BenchMaker => ({
  name,
  driver: 'pn532',
  outageIs: 'READER_GONE',
  missing: whyNoPty(),
  open: async () => {
    const sim = await startPn532Reader({ host: '127.0.0.1', port: 0, dialect })
    sim.trouble(trouble)
    const pty = await openPty(sim.port)
    const reader = await pn532.open(
      { port: pty.path, dialect, baud_rate: 115_200 },
      ioOf({ serial: () => Promise.resolve(loadSerial()) }),
    )
    return benchOf(sim, pty, reader)
  },
})

function benchOf(
  sim: Awaited<ReturnType<typeof startPn532Reader>>,
  pty: Awaited<ReturnType<typeof openPty>>,
  reader: Bench['reader'],
): Bench {
  const take = () => {
    sim.remove()
    return Promise.resolve()
  }
  return {
    reader,
    put: (card, mishap = {}) => {
      sim.remove()
      sim.insert(present(card, mishap, () => void take()))
      return Promise.resolve()
    },
    take,
    outage: pty.unplug,
    cure: pty.plug,
    close: async () => {
      await reader.close()
      await pty.close()
      await sim.close()
      const violations = sim.violations()
      if (violations.length > 0) throw new Error(`the driver did: ${violations.join(', ')}`)
    },
  }
}

/** serialport on a real pty, with the reader's simulator at the other end. */
export const pn532Bench = makerOf('pn532', 'pn532 with serialport on a pty', {})

/** The other dialect, on a line that cuts everything to pieces. */
export const rcs620sBench = makerOf('rcs620s', 'rcs620s with serialport on a pty, in pieces', {
  pieceBytes: 17,
})
