import { setTimeout as wait } from 'node:timers/promises'
import { Check, Default } from 'typebox/value'
import { AgentError, asFault } from '../../agent/kernel/errors.ts'
import { readersAmong, usbDevices } from '../discover.ts'
import type { Reader, ReaderEvent } from '../driver.ts'
import { driverNamed } from '../index.ts'
import type { Io } from '../io/io.ts'
import { usbId } from '../models.ts'
import { masked } from './mask.ts'
import { recordingIo, toldBy } from './recorder.ts'
import { type Entry, type Head, headOf, type Noted, type Recording } from './recording.ts'

/** A device that cannot be released by then is left to the kernel. */
const CLOSE_LIMIT_MS = 1_000

export interface Wish {
  readonly driver: string
  readonly options: unknown
  readonly release: string
}

export interface Recorded {
  readonly recording: Recording
  /** False where the device hangs: this process does not end by itself then. */
  readonly released: boolean
}

/**
 * Drives a reader over `io`, as the agent would, until `signal` aborts, and gives a masked recording
 * of it. `told` gets each event. A reader that hangs ends the recording. Throws DRIVER_UNAVAILABLE
 * where there is no such driver or its options are not right.
 */
export async function recordReader(
  { driver: name, options: given, release }: Wish,
  io: Io,
  told: (event: ReaderEvent) => void,
  signal: AbortSignal,
): Promise<Recorded> {
  const driver = driverNamed(name)
  const options = driver === undefined ? {} : Default(driver.options, structuredClone(given))
  if (driver === undefined || !Check(driver.options, options))
    throw new AgentError('DRIVER_UNAVAILABLE', `no driver ${name} with these options`)
  const head = headOf({
    release,
    driver: name,
    options: Object.fromEntries(Object.entries(Object(options))),
    devices: await devicesFor(name),
  })

  const entries: Entry[] = []
  const startedAt = performance.now()
  const note = (noted: Noted) => {
    // What closing brings about is no part of the session.
    if (!signal.aborted) entries.push({ at: Math.round(performance.now() - startedAt), ...noted })
  }
  const reader = await driver.open(options, recordingIo(io, note))
  let released = Promise.resolve(true)
  const stop = () => {
    released = closed(reader)
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  const end = await follow(reader, note, told, signal)
  if (!signal.aborted) stop()
  const isFree = (await released) && end !== 'hung'
  return { recording: masked({ head, entries }), released: isFree }
}

/** Until the recording is to end, or a call to the device does not return. */
async function follow(
  reader: Reader,
  note: (noted: Noted) => void,
  told: (event: ReaderEvent) => void,
  signal: AbortSignal,
): Promise<'hung' | undefined> {
  const tell = (event: ReaderEvent) => {
    if (signal.aborted) return
    note({ is: 'event', told: toldBy(event) })
    told(event)
  }
  const events = async () => {
    try {
      for await (const event of reader.events()) tell(event)
    } catch (error) {
      const { code, message } = asFault(error)
      if (code !== 'READER_HUNG') throw error
      tell({ is: 'reader-fault', code, message })
      return 'hung' as const
    }
    return undefined
  }
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>()
  signal.addEventListener('abort', () => resolve(undefined), { once: true })
  if (signal.aborted) resolve(undefined)
  return await Promise.race([events(), aborted])
}

async function closed(reader: Reader): Promise<boolean> {
  return await Promise.race([reader.close().then(() => true), wait(CLOSE_LIMIT_MS, false)])
}

/** What is plugged in and could be what the driver takes. */
async function devicesFor(driver: string): Promise<Head['devices']> {
  return readersAmong(await usbDevices())
    .filter((found) => found.driver === driver)
    .map(({ device: { vendorId, productId, maker, product } }) => ({
      usb: usbId(vendorId, productId),
      maker,
      product,
    }))
}
