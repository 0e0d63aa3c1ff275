import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { present } from '../../../agent/sim/card/presented.ts'
import { startPn532Reader } from '../../../agent/sim/reader/pn532.ts'
import { loadSerial } from '../../../drivers/io/serial.ts'
import { pn532 } from '../../../drivers/pn532.ts'
import type { Bench, BenchMaker } from '../../drivers/bench.ts'
import { ioOf } from '../../fakes/io.ts'
import { type Adapter, adapterAt } from '../adapter.ts'
import { HOST, portOf } from './host.ts'

/** As udev names the port of qemu's adapter, whichever number it has. */
export const BY_ID = '/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_1-0000:00:10.0-1-if00-port0'

/** Real serialport on a USB serial adapter (FTDI) that is plugged in and pulled out. */
export const adapterBench = (dialect: 'pn532' | 'rcs620s'): BenchMaker => ({
  name: `${dialect} with serialport and a USB serial adapter`,
  driver: 'pn532',
  outageIs: 'READER_GONE',
  missing: undefined,
  open: () => openAdapterBench(dialect),
})

async function openAdapterBench(dialect: 'pn532' | 'rcs620s'): Promise<Bench> {
  const chip = await startPn532Reader({ host: '127.0.0.1', port: 0, dialect })
  const adapter = makeAdapter(chip.port)
  await adapter.plug()
  const io = ioOf({ serial: async () => loadSerial() })
  const reader = await pn532.open({ port: BY_ID, dialect, baud_rate: 115_200 }, io)
  return {
    reader,
    put: async (card, mishap = {}) => {
      chip.remove()
      chip.insert(present(card, mishap, () => chip.remove()))
    },
    take: async () => chip.remove(),
    outage: adapter.unplug,
    cure: adapter.plug,
    close: async () => {
      await reader.close()
      await adapter.unplug()
      await chip.close()
      const violations = chip.violations()
      if (violations.length > 0) throw new Error(`the driver did: ${violations.join(', ')}`)
    },
  }
}

/** The one of this machine; resolves when its port is there, or gone. */
export function makeAdapter(chipPort: number): Adapter {
  const adapter = adapterAt({ host: HOST, port: portOf('SERIAL') }, chipPort)
  return {
    plug: async () => {
      await adapter.plug()
      // A line of glass has no end that says when a device is there.
      while (!existsSync(BY_ID)) await wait(20)
    },
    unplug: adapter.unplug,
  }
}
