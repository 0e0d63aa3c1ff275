import { accessSync, constants } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { present } from '../../../agent/sim/card/presented.ts'
import { plugIn, type UhidDevice } from '../../../agent/sim/reader/uhid.ts'
import { openVivopayReader } from '../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../../agent/sim/reader/vivopay-field.ts'
import { loadHid } from '../../../drivers/io/hid.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import { ioOf } from '../../fakes/io.ts'
import type { Bench, BenchMaker } from '../bench.ts'

/** Real node-hid on a device of the kernel's: for a machine whose kernel has uhid. */
export const vivopayUhidBench: BenchMaker = {
  name: 'vivopay with node-hid and uhid',
  driver: 'vivopay',
  outageIs: 'READER_GONE',
  missing: whyNoUhid(),
  open: openUhidBench,
}

function whyNoUhid(): string | undefined {
  try {
    accessSync('/dev/uhid', constants.R_OK | constants.W_OK)
    return undefined
  } catch {
    return 'needs /dev/uhid (modprobe uhid, as root)'
  }
}

async function openUhidBench(): Promise<Bench> {
  const about = { vendorId: 0x0acd, productId: 0x3530, name: 'IDTECH VP3300', serialNumber: 'SN42' }
  let plugged: UhidDevice | undefined
  const device = openVivopayReader({ send: (report) => plugged?.send(report) })
  const plug = () => {
    plugged = plugIn(about, device.take)
  }
  plug()
  // The kernel makes the device in a thread of its own, after plugIn has returned.
  while ((await loadHid().devices()).length === 0) await wait(20)
  const io = ioOf({ hid: async () => loadHid() })
  const reader = await vivopay.open({ device: '', usb: '', serial_number: '' }, io)
  const take = () => {
    device.remove()
    return Promise.resolve()
  }
  const outage = () => {
    plugged?.close()
    plugged = undefined
    device.restart()
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
    outage,
    cure: () => Promise.resolve(plug()),
    close: async () => {
      await reader.close()
      await outage()
      device.close()
      if (device.objections.length > 0)
        throw new Error(`the driver broke the rules: ${device.objections.join('; ')}`)
    },
  }
}
