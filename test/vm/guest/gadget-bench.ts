import { readdirSync, realpathSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { present } from '../../../agent/sim/card/presented.ts'
import { openVivopayReader } from '../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../../agent/sim/reader/vivopay-field.ts'
import { loadHid } from '../../../drivers/io/hid.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import type { Bench, BenchMaker } from '../../drivers/bench.ts'
import { ioOf } from '../../fakes/io.ts'
import { makeGadget } from './gadget.ts'

/** Real node-hid on a real USB device: of the same kernel, which is both ends of the cable. */
export const gadgetBench: BenchMaker = {
  name: 'vivopay with node-hid and a USB gadget',
  driver: 'vivopay',
  outageIs: 'READER_GONE',
  missing: undefined,
  open: openGadgetBench,
}

const gadget = makeGadget((report) => taker(report))
let taker: (report: Uint8Array) => void = () => undefined

async function openGadgetBench(): Promise<Bench> {
  const device = openVivopayReader({ send: (report) => gadget.send(report) })
  taker = device.take
  await plug()
  const io = ioOf({ hid: async () => loadHid() })
  const reader = await vivopay.open({ device: '', usb: '', serial_number: '' }, io)
  const outage = async () => {
    gadget.unplug()
    device.restart()
  }
  return {
    reader,
    put: async (card, mishap = {}) =>
      device.put(present(card, mishap, device.remove), pollTypeOf(card.kind)),
    take: async () => device.remove(),
    outage,
    cure: plug,
    close: async () => {
      await reader.close()
      await outage()
      device.close()
      if (device.objections.length > 0)
        throw new Error(`the driver broke the rules: ${device.objections.join('; ')}`)
    },
  }
}

/** Resolves when the host's side has made a node of it. */
async function plug(): Promise<void> {
  gadget.plug()
  while (!readdirSync('/sys/class/hidraw').some(isOfGadget)) await wait(20)
}

const isOfGadget = (name: string) => realpathSync(`/sys/class/hidraw/${name}`).includes('dummy_hcd')
