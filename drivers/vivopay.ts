import { setTimeout as wait } from 'node:timers/promises'
import { type Static, Type } from 'typebox'
import { AgentError, asFault } from '../agent/kernel/errors.ts'
import { defineDriver, type Reader } from './driver.ts'
import type { Hid, HidDevice, Io } from './io/io.ts'
import { hidModelsFor, usbId } from './models.ts'
import { readerOf } from './sessions.ts'
import { watchField } from './vivopay/field.ts'
import { openLink } from './vivopay/link.ts'
import { openPassThrough } from './vivopay/pass-through.ts'

/** A reader that does not take leave within that time is left as it is. */
const LEAVE_MS = 500

const Options = Type.Object(
  {
    device: Type.String({
      default: '',
      maxLength: 128,
      description:
        'The HID device, e.g. /dev/hidraw0, or a name that udev gives it; empty finds it by the other two.',
    }),
    usb: Type.String({
      default: '',
      pattern: '^([0-9A-Fa-f]{4}:[0-9A-Fa-f]{4})?$',
      description: 'USB id of the device, e.g. 0acd:3530; empty takes every known model.',
    }),
    serial_number: Type.String({
      default: '',
      maxLength: 128,
      description: 'The serial number of the device. Give it when two alike are plugged in.',
    }),
  },
  { additionalProperties: false },
)
type Options = Static<typeof Options>

export const vivopay = defineDriver({
  name: 'vivopay',
  title: 'ID TECH ViVOpay NEO, USB HID (experimental: no physical one tried)',
  options: Options,
  open: (options, io) => Promise.resolve(openVivopay(options, io)),
})

function openVivopay(options: Options, io: Io): Reader {
  return readerOf(async (events, signal) => {
    const hid = await io.hid()
    const path = await pathOf(hid, options)
    const port = await hid.open(path)
    const link = openLink(port)
    const reader = openPassThrough(link)
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
    const onAbort = () => stop()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) stop()

    const drive = async () => {
      await reader.start()
      if (signal.aborted) return
      events.ready(path)
      await watchField(reader, events.show, signal)
    }
    const driving = drive()
    try {
      await Promise.race([driving, link.lost, stopped])
      await Promise.race([reader.stop(), wait(LEAVE_MS)])
    } finally {
      signal.removeEventListener('abort', onAbort)
      await port.close()
      await driving.catch((error: unknown) => void asFault(error))
    }
  })
}

/** Nothing announces a HID device: it is looked for whenever a session begins. */
async function pathOf(hid: Hid, options: Options): Promise<string> {
  if (options.device !== '') return options.device
  const models = hidModelsFor('vivopay').map(({ vendorId, productId }) =>
    usbId(vendorId, productId),
  )
  const wanted = options.usb === '' ? models : [options.usb.toLowerCase()]
  const isWanted = ({ vendorId, productId, serialNumber }: HidDevice) =>
    wanted.includes(usbId(vendorId, productId)) &&
    (options.serial_number === '' || serialNumber === options.serial_number)
  const [path] = (await hid.devices())
    .filter(isWanted)
    .map(({ path }) => path)
    .sort()
  if (path !== undefined) return path
  throw new AgentError(
    'READER_GONE',
    `no HID reader is plugged in (looked for ${wanted.join(', ')})`,
  )
}
