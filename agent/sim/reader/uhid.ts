import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'

/**
 * A HID device of this program's own, through the kernel's /dev/uhid: to the rest of the machine it
 * is a USB device with a /dev/hidraw node. [Linux, include/uapi/linux/uhid.h]
 */
const events = { destroy: 1, output: 6, getReport: 9, getReportReply: 10, create2: 11 } as const
const moreEvents = { input2: 12, setReport: 13, setReportReply: 14 } as const

const EVENT_BYTES = 4_376
const DATA_BYTES = 4_096
const NAME_BYTES = 128
const PLACE_BYTES = 64
/** With BUS_VIRTUAL, node-hid leaves the device out of its list. */
const BUS_USB = 3
const EIO = 5
/** A blocking read would hold up the end of the process, so /dev/uhid is polled, ms. */
const POLL_MS = 2

/** Reports 1 to 4, in and out, of 63 bytes each, on a page of the maker's own. */
export const descriptor = Buffer.from(
  `0600ff0901a101${[1, 2, 3, 4].map((id) => `850${id}150026ff007508953f0902810209039102`).join('')}c0`,
  'hex',
)

export interface UhidDevice {
  /** One report of the device, its id first. */
  send(report: Uint8Array): void
  /** Unplugs it. Idempotent. */
  close(): void
}

/**
 * Plugs in a device. `take` gets each report of the host, its id first. Throws the system's error
 * where there is no /dev/uhid, or it may not be opened.
 */
export function plugIn(
  about: { vendorId: number; productId: number; name: string; serialNumber: string },
  take: (report: Uint8Array) => void,
): UhidDevice {
  const fd = openSync('/dev/uhid', constants.O_RDWR | constants.O_NONBLOCK)
  const post = (kind: number, body: Uint8Array) => {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(kind)
    writeSync(fd, Buffer.concat([head, body]))
  }
  const buffer = Buffer.alloc(EVENT_BYTES)
  const receive = () => {
    while (readOrNothing(fd, buffer)) {
      const kind = buffer.readUInt32LE()
      const body = buffer.subarray(4)
      if (kind === events.output)
        take(Uint8Array.from(body.subarray(0, body.readUInt16LE(DATA_BYTES))))
      else if (kind === events.getReport) post(events.getReportReply, refusal(body))
      else if (kind === moreEvents.setReport) post(moreEvents.setReportReply, refusal(body))
    }
  }
  post(events.create2, creation(about))
  const timer = setInterval(receive, POLL_MS)
  let open = true
  return {
    send: (report) => {
      if (!open) return
      const size = Buffer.alloc(2)
      size.writeUInt16LE(report.length)
      post(moreEvents.input2, Buffer.concat([size, report]))
    },
    close: () => {
      if (!open) return
      open = false
      clearInterval(timer)
      post(events.destroy, Buffer.alloc(0))
      closeSync(fd)
    },
  }
}

function creation(about: {
  vendorId: number
  productId: number
  name: string
  serialNumber: string
}): Buffer {
  const text = (value: string, bytes: number) => {
    const field = Buffer.alloc(bytes)
    field.write(value, 0, bytes - 1, 'utf8')
    return field
  }
  const numbers = Buffer.alloc(20)
  numbers.writeUInt16LE(descriptor.length, 0)
  numbers.writeUInt16LE(BUS_USB, 2)
  numbers.writeUInt32LE(about.vendorId, 4)
  numbers.writeUInt32LE(about.productId, 8)
  return Buffer.concat([
    text(about.name, NAME_BYTES),
    text('', PLACE_BYTES),
    text(about.serialNumber, PLACE_BYTES),
    numbers,
    descriptor,
  ])
}

/** Answers a feature report, of which the device has none: its number, then an error. */
function refusal(request: Buffer): Buffer {
  const reply = Buffer.alloc(8)
  request.copy(reply, 0, 0, 4)
  reply.writeUInt16LE(EIO, 4)
  return reply
}

function readOrNothing(fd: number, into: Buffer): boolean {
  try {
    return readSync(fd, into, 0, into.length, null) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return false
    throw error
  }
}
