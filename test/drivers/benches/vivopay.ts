import { present } from '../../../agent/sim/card/presented.ts'
import { openVivopayReader } from '../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../../agent/sim/reader/vivopay-field.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import { hidPlug } from '../../fakes/hid.ts'
import { ioOf } from '../../fakes/io.ts'
import type { Bench, BenchMaker } from '../bench.ts'

/** The simulated reader at the seam of HID reports: no kernel between them. */
export const vivopayBench: BenchMaker = {
  name: 'vivopay over reports in memory',
  driver: 'vivopay',
  outageIs: 'READER_GONE',
  missing: undefined,
  open: openVivopayBench,
}

async function openVivopayBench(): Promise<Bench> {
  const plug = hidPlug()
  const device = openVivopayReader({ send: plug.send })
  plug.plug(device)
  const io = ioOf({ hid: () => Promise.resolve(plug.hid) })
  const reader = await vivopay.open({ device: '', usb: '', serial_number: '' }, io)
  const take = () => {
    device.remove()
    return Promise.resolve()
  }
  return {
    reader,
    put: (card, mishap = {}) => {
      const presented = present(card, mishap, () => void take())
      device.put(presented, pollTypeOf(card.kind))
      return Promise.resolve()
    },
    take,
    outage: () => {
      plug.unplug()
      device.restart()
      return Promise.resolve()
    },
    cure: () => {
      plug.plug(device)
      return Promise.resolve()
    },
    close: async () => {
      await reader.close()
      device.close()
      if (device.objections.length > 0)
        throw new Error(`the driver broke the rules: ${device.objections.join('; ')}`)
    },
  }
}
