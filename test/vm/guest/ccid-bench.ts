import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { present } from '../../../agent/sim/card/presented.ts'
import type { HeldCard, Pcsc } from '../../../drivers/io/io.ts'
import { loadPcsc } from '../../../drivers/io/pcsc.ts'
import { pcsc } from '../../../drivers/pcsc.ts'
import type { Bench, BenchMaker } from '../../drivers/bench.ts'
import { ioOf } from '../../fakes/io.ts'
import { HOST, portOf } from './host.ts'
import { portOfDevice } from './usb-port.ts'
import { connectVscard } from './vscard.ts'

/** A real pcscd with libccid, and a reader on an emulated USB bus. Its outage is its unplugging. */
export const ccidBench: BenchMaker = {
  name: 'pcsc with pcscd, libccid and a CCID reader on USB',
  driver: 'pcsc',
  outageIs: 'READER_GONE',
  missing: undefined,
  open: openCcidBench,
}

async function openCcidBench(): Promise<Bench> {
  const daemon = await startPcscd()
  const slot = await connectVscard(HOST, portOf('CCID'))
  const port = portOfDevice('08e6', '4433')
  const reader = await pcsc.open(
    { reader: '', usb: '' },
    ioOf({ pcsc: async () => withoutPad(loadPcsc()) }),
  )
  return {
    reader,
    put: (card, mishap = {}) => slot.put(present(card, mishap, () => void slot.take())),
    take: slot.take,
    outage: async () => port.unplug(),
    cure: async () => port.plug(),
    close: async () => {
      await reader.close()
      port.plug()
      await slot.close()
      await daemon.stop()
    },
  }
}

/** qemu's reader says that it has a PIN pad (bPINSupport), and refuses the command for it. */
const withoutPad = (pcsc: Pcsc): Pcsc => ({
  connect: () => {
    const client = pcsc.connect()
    const hold = async (slot: string): Promise<HeldCard> => {
      const { atr, transmit, release } = await client.hold(slot)
      return { atr, transmit, release }
    }
    return { ...client, hold }
  },
})

/** A PC/SC service, as an administrator would start it. Resolves when it can be asked. */
export async function startPcscd() {
  const daemon = spawn('pcscd', ['--foreground'], { stdio: 'ignore' })
  await once(daemon, 'spawn')
  while (!existsSync('/run/pcscd/pcscd.comm')) await wait(20)
  return {
    stop: async () => {
      const ended = once(daemon, 'exit')
      daemon.kill()
      await ended
    },
  }
}
