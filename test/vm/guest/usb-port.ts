import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A port of a USB hub, which a device leaves and comes back to without anybody's hand. */
export interface UsbPort {
  plug(): void
  unplug(): void
}

const DEVICES = '/sys/bus/usb/devices'

/** The port that a device is in. [Linux, Documentation/ABI/testing/sysfs-bus-usb: port, disable] */
export function portOfDevice(vendorId: string, productId: string): UsbPort {
  const device = readdirSync(DEVICES).find(
    (name) => read(name, 'idVendor') === vendorId && read(name, 'idProduct') === productId,
  )
  if (device === undefined) throw new Error(`no USB device ${vendorId}:${productId}`)
  const port = realpathSync(join(DEVICES, device, 'port'))
  const disable = (value: '0' | '1') => writeFileSync(join(port, 'disable'), value)
  return { plug: () => disable('0'), unplug: () => disable('1') }
}

function read(device: string, attribute: string): string {
  // Interfaces (`1-2:1.0`) are listed beside devices, and are none.
  if (device.includes(':')) return ''
  return readFileSync(join(DEVICES, device, attribute), 'utf8').trim()
}
