import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { AgentError } from '../agent/kernel/errors.ts'
import { serialPortsFor } from './discover.ts'
import { defineDriver } from './driver.ts'
import type { Port } from './io/io.ts'
import { openChip } from './pn532/chip.ts'
import { type Dialect, dialects } from './pn532/dialect.ts'
import { openLink } from './pn532/link.ts'
import { Place } from './pn532/place.ts'
import { readerOf, type SessionEvents } from './sessions.ts'

/** Between two looks at an empty place, which take the chip some 50 ms each. */
const EMPTY_LOOK_MS = 20
/** Between two looks at a thing that stands there: a telephone notices each of them. */
const LOOK_MS = 150
/** The last words to a chip that is let go of need no longer. */
const LEAVE_LIMIT_MS = 100

export const pn532 = defineDriver({
  name: 'pn532',
  title: 'PN532 and Sony RC-S620/S on a serial port',
  options: Type.Object(
    {
      port: Type.String({
        default: '',
        maxLength: 256,
        description:
          'Serial port, best one of /dev/serial/by-id, or the USB id of its adapter (`0403:6001`); empty takes the one reader of a known model that is plugged in.',
      }),
      dialect: Type.Enum(['pn532', 'rcs620s'], {
        default: 'pn532',
        description: '`rcs620s` for a Sony RC-S620/S.',
      }),
      baud_rate: Type.Integer({
        default: 115_200,
        minimum: 9_600,
        maximum: 921_600,
        description: 'As the reader is set; 115200 from the factory.',
      }),
    },
    { additionalProperties: false },
  ),
  open: (options, io) =>
    Promise.resolve(
      readerOf(async (events, signal) => {
        const serial = await io.serial()
        const path = await pathOf(options.port)
        const port = await serial.open(path, options.baud_rate)
        await drive(port, path, dialects[options.dialect], events, signal)
      }),
    ),
})

/** A path as it is; else the only port of that USB id, or of a reader whose model is known. */
async function pathOf(port: string): Promise<string> {
  const isUsbId = /^[0-9a-f]{4}:[0-9a-f]{4}$/i.test(port)
  if (port !== '' && !isUsbId) return port
  const [path, second] = await serialPortsFor(isUsbId ? port : 'pn532')
  const of = isUsbId ? ` of ${port}` : ''
  if (path === undefined) throw new AgentError('READER_GONE', `no serial port${of} is plugged in`)
  if (second === undefined) return path
  throw new AgentError('READER_GONE', `several serial ports${of}: one has to be configured`)
}

/** One open port, for as long as it lasts. Rejects with why it ended; closes it in any case. */
async function drive(
  port: Port,
  path: string,
  dialect: Dialect,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<void> {
  const link = openLink(port, path)
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => stop(), { once: true })
  let leave = () => Promise.resolve()
  const follow = async () => {
    const chip = await openChip(link, dialect, path)
    leave = chip.leave
    events.ready(`${chip.title} at ${path}`)
    const place = new Place(chip, events.show)
    while (!signal.aborted) {
      await place.look()
      await wait(place.isEmpty ? EMPTY_LOOK_MS : LOOK_MS)
    }
  }
  try {
    if (!signal.aborted) await Promise.race([follow(), link.ended, stopped])
  } finally {
    await Promise.race([leave(), wait(LEAVE_LIMIT_MS)])
    await port.close()
  }
}
