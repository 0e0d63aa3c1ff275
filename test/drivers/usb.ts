import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

type Device = readonly [vendor: string, product: string, bus: number, address: number]

/** The root of a sysfs with these USB devices and nothing else. */
export function usbDevices(
  t: Pick<TestContext, 'after'>,
  devices: Readonly<Record<string, Device>>,
): string {
  const root = mkdtempSync(join(tmpdir(), 'onshi-usb-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const [name, [idVendor, idProduct, busnum, devnum]] of Object.entries(devices)) {
    const folder = join(root, 'bus/usb/devices', name)
    mkdirSync(folder, { recursive: true })
    for (const [file, value] of Object.entries({ idVendor, idProduct, busnum, devnum }))
      writeFileSync(join(folder, file), `${value}\n`)
  }
  return root
}
