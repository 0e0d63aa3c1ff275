import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { TestContext } from 'node:test'

/** A USB device as the kernel shows it. */
interface Plugged {
  readonly at: string
  readonly usb: string
  readonly maker?: string
  readonly product?: string
  readonly serial?: string
  /** Class of each interface, hexadecimal as in sysfs. */
  readonly classes?: readonly string[]
  /** Each on the interface of its place. */
  readonly hidraws?: readonly string[]
  readonly ttys?: readonly string[]
}

/** A sysfs with the layout of Linux 6.1: folders of devices, and links of buses and classes to them. */
export function sysfs(t: TestContext, plugged: readonly Plugged[] = []) {
  const root = mkdtempSync(join(tmpdir(), 'onshi-sysfs-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), `${text}\n`)
  }
  const link = (from: string, to: string) => {
    mkdirSync(dirname(join(root, from)), { recursive: true })
    symlinkSync(relative(dirname(join(root, from)), join(root, to)), join(root, from))
  }
  const hid = (folder: string, name: string, usb: string, product: string, serial: string) => {
    const [vendor = '', id = ''] = usb.toUpperCase().split(':')
    const device = `${folder}/0003:${vendor}:${id}.0001`
    const facts = `HID_ID=0003:0000${vendor}:0000${id}\nHID_NAME=${product}\nHID_UNIQ=${serial}`
    write(`${device}/uevent`, `DRIVER=hid-generic\n${facts}`)
    mkdirSync(join(root, device, 'hidraw', name), { recursive: true })
    link(`${device}/hidraw/${name}/device`, device)
    link(`class/hidraw/${name}`, `${device}/hidraw/${name}`)
  }
  const plug = ({ at, usb, maker = '', product = '', serial, ...more }: Plugged) => {
    const device = `devices/pci0000:00/0000:00:14.0/usb1/${at}`
    const [vendor = '', id = ''] = usb.split(':')
    const { classes = [], hidraws = [], ttys = [] } = more
    const facts = { idVendor: vendor, idProduct: id, manufacturer: maker, product, busnum: '1' }
    for (const [name, text] of Object.entries(facts)) write(`${device}/${name}`, text)
    write(`${device}/devnum`, '4')
    if (serial !== undefined) write(`${device}/serial`, serial)
    classes.forEach((text, i) => {
      write(`${device}/${at}:1.${i}/bInterfaceClass`, text)
    })
    hidraws.forEach((name, i) => {
      hid(`${device}/${at}:1.${i}`, name, usb, `${maker} ${product}`, serial ?? '')
    })
    ttys.forEach((name, i) => {
      const port = name.startsWith('ttyACM') ? `${at}:1.${i}` : `${at}:1.${i}/${name}`
      mkdirSync(join(root, device, port, 'tty', name), { recursive: true })
      link(`${device}/${port}/tty/${name}/device`, `${device}/${port}`)
      link(`class/tty/${name}`, `${device}/${port}/tty/${name}`)
    })
    link(`bus/usb/devices/${at}`, device)
    for (let i = 0; i < classes.length; i++)
      link(`bus/usb/devices/${at}:1.${i}`, `${device}/${at}:1.${i}`)
  }
  mkdirSync(join(root, 'bus/usb/devices'), { recursive: true })
  for (const one of plugged) plug(one)
  return {
    root,
    plug,
    /** A HID device without a bus, as /dev/uhid makes them. */
    uhid: (name: string, usb: string, product: string, serial: string) =>
      hid('devices/virtual/misc/uhid', name, usb, product, serial),
    unplug: (at: string) => {
      rmSync(join(root, 'devices/pci0000:00/0000:00:14.0/usb1', at), { recursive: true })
    },
  }
}

export const rcS300: Plugged = {
  at: '1-2',
  usb: '054c:0dc8',
  maker: 'SONY',
  product: 'FeliCa RC-S300/S',
  serial: '1234567',
  classes: ['0b'],
}
export const vp3300: Plugged = {
  at: '1-3',
  usb: '0acd:3530',
  maker: 'IDTECH',
  product: 'VP3300',
  serial: 'SN42',
  classes: ['03'],
  hidraws: ['hidraw0'],
}
export const ftdi: Plugged = {
  at: '1-4.1',
  usb: '0403:6001',
  maker: 'FTDI',
  product: 'FT232R USB UART',
  serial: 'A50285BI',
  classes: ['ff'],
  ttys: ['ttyUSB0'],
}
export const modem: Plugged = {
  at: '1-5',
  usb: '2c7c:0125',
  maker: 'Quectel',
  product: 'EC25',
  classes: ['ff', 'ff', '02', '0a'],
  ttys: ['ttyUSB1', 'ttyUSB2'],
}
export const keyboard: Plugged = {
  at: '1-6',
  usb: '04d9:1503',
  product: 'Keyboard',
  classes: ['03'],
  hidraws: ['hidraw1'],
}
