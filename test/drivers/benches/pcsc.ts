import { startPcscd, whyNoPcscd } from '../../../agent/sim/card/pcscd.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { attachToVpcd, type VpcdAttachment } from '../../../agent/sim/card/vpcd.ts'
import { loadPcsc } from '../../../drivers/io/pcsc.ts'
import { pcsc } from '../../../drivers/pcsc.ts'
import { ioOf } from '../../fakes/io.ts'
import type { Bench, BenchMaker } from '../bench.ts'

/** pcscd asks vpcd every 0.4 s; what changes in between stays the same card to it. */
const HAND_MS = 1_000

/** A real pcscd with its virtual reader. */
export const pcscBench: BenchMaker = {
  name: 'pcsc with pcscd and vpcd',
  driver: 'pcsc',
  outageIs: 'READER_SERVICE_DOWN',
  missing: whyNoPcscd(),
  open: openPcscBench,
}

async function openPcscBench(): Promise<Bench> {
  const daemon = await startPcscd()
  if (daemon === undefined) throw new Error('whyNoPcscd says why')
  Object.assign(process.env, daemon.env)
  const reader = await pcsc.open(
    { reader: '', usb: '' },
    ioOf({ pcsc: () => Promise.resolve(loadPcsc()) }),
  )
  let lying: VpcdAttachment | undefined
  const take = async () => {
    const before = lying
    lying = undefined
    await before?.remove()
  }
  return {
    reader,
    handMs: HAND_MS,
    put: async (card, mishap = {}) => {
      const presented = present(card, mishap, () => void take())
      lying = await attachToVpcd({ host: '127.0.0.1', port: daemon.port(), card: presented })
    },
    take,
    outage: () => daemon.kill(),
    cure: () => daemon.restart(),
    close: async () => {
      await reader.close()
      await take()
      await daemon.stop()
    },
  }
}
