import { asFault } from '../agent/kernel/errors.ts'
import { usbDevices } from './discover.ts'
import { cardFaults } from './driver.ts'
import type { PcscClient, SlotChange } from './io/io.ts'
import { Queue } from './queue.ts'

/** High word of a channel id: USB. The low one is bus and address. [libccid, ifdhandler.c] */
const USB_CHANNEL = 0x0020

/** Which of the readers are wanted; an empty string takes any, and both must fit. */
export interface Selection {
  /** Part of the PC/SC name, in any case. */
  readonly reader: string
  /** USB vendor and product, `054c:0dc8`, in any case. */
  readonly usb: string
}

/** The changes of the slots that are wanted, each slot's in order. Throws what `changes` throws. */
export function selected(
  client: PcscClient,
  { reader, usb }: Selection,
  sysfs: string,
): AsyncIterable<SlotChange> {
  const part = reader.toLowerCase()
  const named = matching(client.changes(), part)
  return usb === '' ? named : onDevice(named, client, usb.toLowerCase(), sysfs)
}

async function* matching(changes: AsyncIterable<SlotChange>, part: string) {
  for await (const change of changes) if (change.slot.toLowerCase().includes(part)) yield change
}

/** One slot does not wait for another: a reader whose pad waits for a person tells nobody anything. */
function onDevice(
  changes: AsyncIterable<SlotChange>,
  client: PcscClient,
  usb: string,
  sysfs: string,
): Queue<SlotChange> {
  const ours = new Queue<SlotChange>()
  const known = new Map<string, boolean>()
  const turns = new Map<string, Promise<void>>()

  const isOurs = async ({ slot, is }: SlotChange): Promise<boolean> => {
    const before = known.get(slot)
    if (is === 'unplugged') known.delete(slot)
    if (before !== undefined || is === 'unplugged') return before === true
    const channel = await channelOf(client, slot)
    if (channel === 'busy') return false
    const found = channel !== undefined && (await usbAt(channel, sysfs)) === usb
    known.set(slot, found)
    return found
  }
  const judge = async (change: SlotChange) => {
    if (await isOurs(change)) ours.push(change)
  }
  const fail = (error: unknown) => ours.fail(error)
  const run = async () => {
    for await (const change of changes) {
      const before = turns.get(change.slot) ?? Promise.resolve()
      turns.set(change.slot, before.then(() => judge(change)).catch(fail))
    }
    ours.end()
  }
  run().catch(fail)
  return ours
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
