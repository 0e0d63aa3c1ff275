import { AgentError } from '../../agent/kernel/errors.ts'
import type { Hid, HidDevice, Port } from '../../drivers/io/io.ts'
import { Queue } from '../../drivers/queue.ts'

/** What a HID device does with the host's reports; it answers through `send`. */
interface Device {
  take(report: Uint8Array): void
}

/** A USB port that a HID device can be plugged into, and the seam through which a driver sees it. */
export interface HidPlug {
  readonly hid: Hid
  /** One report of the device. Nobody listening, it is lost. */
  send(report: Uint8Array): void
  plug(device: Device): void
  /** As the kernel tells it: an open port fails. */
  unplug(): void
  readonly opened: () => number
  /** Ports that are open now. */
  readonly open: () => number
}

const described: HidDevice = {
  path: '/dev/hidraw0',
  vendorId: 0x0acd,
  productId: 0x3530,
  product: 'VP3300',
  serialNumber: 'SN42',
}

const gone = () => new AgentError('READER_GONE', 'no such device')

export function hidPlug(about: Partial<HidDevice> = {}): HidPlug {
  const listed = { ...described, ...about }
  const listeners = new Set<Queue<Uint8Array>>()
  let device: Device | undefined
  let opened = 0

  const open = (): Port => {
    const mine = new Queue<Uint8Array>()
    listeners.add(mine)
    opened += 1
    return {
      incoming: () => mine,
      write: (report) => {
        if (device === undefined || !listeners.has(mine)) return Promise.reject(gone())
        device.take(Uint8Array.from(report))
        return Promise.resolve()
      },
      close: () => {
        listeners.delete(mine)
        mine.end()
        return Promise.resolve()
      },
    }
  }
  return {
    hid: {
      devices: () => Promise.resolve(device === undefined ? [] : [listed]),
      open: (path) =>
        device === undefined || path !== listed.path
          ? Promise.reject(gone())
          : Promise.resolve(open()),
    },
    send: (report) => {
      for (const listener of listeners) listener.push(Uint8Array.from(report))
    },
    plug: (one) => {
      device = one
    },
    unplug: () => {
      device = undefined
      for (const listener of listeners) listener.fail(gone())
      listeners.clear()
    },
    opened: () => opened,
    open: () => listeners.size,
  }
}
