import { asFault } from '../agent/kernel/errors.ts'
import { usbDevices } from './discover.ts'
import { cardFaults } from './driver.ts'
import type { PcscClient, SlotChange } from './io/io.ts'

/** High word of a channel id: USB. The low one is bus and address. [libccid, ifdhandler.c] */
const USB_CHANNEL = 0x0020

/**
 * Tells of each change whether it is of a reader that is wanted: by a part of its name, and by the
 * USB device that it is. Both empty: of any.
 */
export function openSelection(
  client: PcscClient,
  { reader, usb }: { readonly reader: string; readonly usb: string },
  sysfs: string,
): (change: SlotChange) => Promise<boolean> {
  const part = reader.toLowerCase()
  const device = usb.toLowerCase()
  /** What is known of the slots that are plugged in. */
  const known = new Map<string, boolean>()
  return async ({ slot, is }) => {
    if (!slot.toLowerCase().includes(part)) return false
    if (device === '') return true
    const before = known.get(slot)
    if (is === 'unplugged') known.delete(slot)
    if (before !== undefined || is === 'unplugged') return before === true
    const channel = await channelOf(client, slot)
    if (channel === 'busy') return false
    const ours = channel !== undefined && (await usbAt(channel, sysfs)) === device
    known.set(slot, ours)
    return ours
  }
}

/** `busy`: another program has the reader to itself. Its letting go is a change, then we ask again. */
async function channelOf(client: PcscClient, slot: string): Promise<number | undefined | 'busy'> {
  try {
    return await client.channel(slot)
  } catch (error) {
    const { code } = asFault(error)
    if (cardFaults.some((fault) => fault === code)) return 'busy'
    throw error
  }
}

/** `054c:0dc8` of the device behind a channel id. */
async function usbAt(channel: number, sysfs: string): Promise<string | undefined> {
  if (channel >>> 16 !== USB_CHANNEL) return undefined
  const number = (byte: number) => String(byte & 0xff).padStart(3, '0')
  const node = `/dev/bus/usb/${number(channel >>> 8)}/${number(channel)}`
  const device = (await usbDevices(sysfs)).find(({ bus }) => bus === node)
  return device && `${hex(device.vendorId)}:${hex(device.productId)}`
}

const hex = (id: number): string => id.toString(16).padStart(4, '0')
