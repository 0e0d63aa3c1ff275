import { constants } from 'node:fs'
import { access, readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf } from '../agent/kernel/errors.ts'
import { type Adapter, adapterOf, type Connection, type Model, modelOf } from './models.ts'

/**
 * What is plugged in that could be a reader, as sysfs tells it: CCID interfaces, HID devices and
 * serial ports of USB adapters. Opens no device.
 *
 * [Linux, Documentation/ABI: sysfs-bus-usb, sysfs-class-hidraw, sysfs-tty]
 */

/** USB device class of smart-card readers. [USB-IF, Defined Class Codes] */
const CCID_CLASS = 0x0b
/** `HID_ID=0003:0000054C:00000DC8`: bus, vendor, product. [Linux, drivers/hid/hid-core.c] */
const HID_ID = /^HID_ID=[0-9A-F]{4}:0*([0-9A-F]{4}):0*([0-9A-F]{4})$/im

/** A USB device with what the kernel made of it. */
export interface UsbDevice {
  /** Name in sysfs, `1-2`; a HID device that is on no bus (uhid) has its own name. */
  readonly at: string
  readonly vendorId: number
  readonly productId: number
  readonly maker: string
  readonly product: string
  /** The device's, which tells two alike apart. */
  readonly serialNumber: string
  /** Of its interfaces. */
  readonly classes: readonly number[]
  /** `/dev/bus/usb/001/004`, `/dev/hidraw0`, `/dev/ttyUSB0`, the ones there are. */
  readonly bus: string | null
  readonly hidraws: readonly string[]
  readonly ttys: readonly string[]
}

/** A device that is, or may be, a reader. */
export interface Found {
  readonly device: UsbDevice
  /** Undefined for a reader, or an adapter, that the table of models does not know. */
  readonly model: Model | undefined
  readonly adapter: Adapter | undefined
  readonly connection: Connection
  /** Which would take it; null where none does. An adapter is taken where its port is configured. */
  readonly driver: Model['driver']
  /** What the driver opens; empty where it goes through pcscd. */
  readonly nodes: readonly string[]
}

/** The devices among these that are, or may be, readers. */
export const readersAmong = (devices: readonly UsbDevice[]): Found[] =>
  devices.flatMap((device) => {
    const found = judge(device)
    return found === undefined ? [] : [found]
  })

function judge(device: UsbDevice): Found | undefined {
  const model = modelOf(device.vendorId, device.productId)
  const adapter = adapterOf(device.vendorId, device.productId)
  const common = { device, model, adapter }
  const isCcid = device.classes.includes(CCID_CLASS)
  // Of a model with several modes, the one that is on decides.
  if (isCcid) return { ...common, connection: 'usb-ccid', driver: 'pcsc', nodes: [] }
  if (model?.connection === 'usb-hid') {
    const { hidraws: nodes } = device
    return { ...common, connection: 'usb-hid', driver: model.driver, nodes }
  }
  if (device.ttys.length > 0) {
    const known = model?.connection === 'usb-serial' ? model.driver : null
    const driver = adapter === undefined ? known : 'pn532'
    return { ...common, connection: 'usb-serial', driver, nodes: device.ttys }
  }
  if (model === undefined) return undefined
  return { ...common, connection: model.connection, driver: null, nodes: [] }
}

/**
 * Serial ports, `/dev/ttyUSB0`, of the USB device `usb` (`0403:6001`); with a driver's name, of the
 * models that it takes without being told. A general adapter is of no driver.
 */
export async function serialPortsFor(driverOrUsb: string, sysfs = '/sys'): Promise<string[]> {
  const wanted = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(driverOrUsb)
  const isWanted = ({ vendorId, productId }: UsbDevice): boolean => {
    if (wanted !== null) return vendorId === hexOf(wanted[1]) && productId === hexOf(wanted[2])
    const model = modelOf(vendorId, productId)
    return model?.connection === 'usb-serial' && model.driver === driverOrUsb
  }
  return (await usbDevices(sysfs)).filter(isWanted).flatMap(({ ttys }) => ttys)
}

/** Every USB device, and every HID device that is on no bus; none where there is no sysfs. */
export async function usbDevices(sysfs = '/sys'): Promise<UsbDevice[]> {
  const root = await realOr(sysfs)
  const names = (await list(join(root, 'bus/usb/devices'))).filter((name) => !name.includes(':'))
  const hidraws = await classNodes(root, 'hidraw')
  const ttys = await classNodes(root, 'tty')
  const onBus: UsbDevice[] = []
  for (const name of names.sort(byNumbers)) {
    const path = await realOr(join(root, 'bus/usb/devices', name))
    const device = await usbDevice(path, hidraws, ttys)
    if (device !== undefined) onBus.push(device)
  }
  const taken = new Set(onBus.flatMap((device) => device.hidraws))
  const offBus = hidraws.filter(({ node }) => !taken.has(node))
  const virtual = await Promise.all(offBus.map(hidDevice))
  return [...onBus, ...virtual.flatMap((device) => device ?? [])]
}

/** A `/dev` node, and the sysfs folder of the device that it belongs to. */
interface Node {
  readonly node: string
  readonly path: string
}

async function usbDevice(
  path: string,
  hidraws: readonly Node[],
  ttys: readonly Node[],
): Promise<UsbDevice | undefined> {
  const text = (name: string) => read(join(path, name))
  const [vendor, product] = [await text('idVendor'), await text('idProduct')]
  if (vendor === '' || product === '') return undefined
  const within = (nodes: readonly Node[]) =>
    nodes.filter((one) => ownerOf(one.path) === path).map(({ node }) => node)
  const [bus, number] = [await text('busnum'), await text('devnum')]
  const interfaces = (await list(path)).filter((name) => name.startsWith(`${basename(path)}:`))
  const classes = await Promise.all(interfaces.map((name) => text(join(name, 'bInterfaceClass'))))
  return {
    at: basename(path),
    vendorId: hexOf(vendor),
    productId: hexOf(product),
    maker: await text('manufacturer'),
    product: await text('product'),
    serialNumber: await text('serial'),
    classes: classes.filter((text) => text !== '').map(hexOf),
    bus: bus === '' ? null : `/dev/bus/usb/${bus.padStart(3, '0')}/${number.padStart(3, '0')}`,
    hidraws: within(hidraws),
    ttys: within(ttys),
  }
}

/** The USB device that a folder is in: `…/1-2/1-2:1.0/ttyUSB0` is in `…/1-2`. */
function ownerOf(path: string): string | undefined {
  for (let at = path; at !== dirname(at); at = dirname(at))
    if (basename(at).includes(':') && basename(at).startsWith(`${basename(dirname(at))}:`))
      return dirname(at)
  return undefined
}

async function hidDevice({ node, path }: Node): Promise<UsbDevice | undefined> {
  const uevent = await read(join(path, 'uevent'))
  const id = HID_ID.exec(uevent)
  if (id === null) return undefined
  const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(uevent)?.[1] ?? ''
  return {
    at: basename(path),
    vendorId: hexOf(id[1]),
    productId: hexOf(id[2]),
    maker: '',
    product: field('HID_NAME'),
    serialNumber: field('HID_UNIQ'),
    classes: [],
    bus: null,
    hidraws: [node],
    ttys: [],
  }
}

/** Nodes of a class that have a device behind them, in order. */
async function classNodes(root: string, name: string): Promise<Node[]> {
  const folder = join(root, 'class', name)
  const nodes: Node[] = []
  for (const entry of (await list(folder)).sort(byNumbers)) {
    const link = join(folder, entry, 'device')
    if (await isLink(link)) nodes.push({ node: `/dev/${entry}`, path: await realOr(link) })
  }
  return nodes
}

/** Whether this process may open a node; `absent` where udev has not made it, or it just went. */
export async function accessTo(node: string): Promise<'open' | 'forbidden' | 'absent'> {
  try {
    await access(node, constants.R_OK | constants.W_OK)
    return 'open'
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EACCES' || code === 'EPERM') return 'forbidden'
    if (ABSENT.has(code)) return 'absent'
    throw error
  }
}

/**
 * A name of a serial port that stays when others are plugged in, `/dev/serial/by-id/…`; the port
 * itself where udev gave it none.
 */
export async function lastingName(node: string, folder = '/dev/serial/by-id'): Promise<string> {
  for (const name of (await list(folder)).sort()) {
    const path = join(folder, name)
    if (basename(await realOr(path)) === basename(node)) return path
  }
  return node
}

const hexOf = (text = ''): number => Number.parseInt(text, 16)
const byNumbers = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true })

/** Not there, gone while looking, or not ours to see: what sysfs answers for a device that leaves. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'EINVAL', 'EIO', 'EACCES', 'EPERM'])

async function orEmpty<T>(work: Promise<T>, empty: T): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (ABSENT.has(codeOf(error))) return empty
    throw error
  }
}

const list = (folder: string) => orEmpty(readdir(folder), [])
const read = async (file: string) => (await orEmpty(readFile(file, 'utf8'), '')).trim()
const isLink = async (file: string) => (await orEmpty(readlink(file), '')) !== ''
const realOr = (path: string) => orEmpty(realpath(path), path)
