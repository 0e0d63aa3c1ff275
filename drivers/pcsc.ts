import { Type } from 'typebox'
import { defineDriver, type Reader } from './driver.ts'
import type { Io, PcscClient, SlotChange } from './io/io.ts'
import { type Selection, selected } from './pcsc-selection.ts'
import type { Standing } from './presence.ts'
import { readerOf, type SessionEvents } from './sessions.ts'

/** A service that has just started lists its readers one by one; none by then is no reader. */
const LISTING_MS = 1_000

const options = Type.Object(
  {
    reader: Type.String({
      default: '',
      maxLength: 128,
      description:
        'Part of the PC/SC reader name, in any case; empty takes every reader. Name one when more than one is plugged in.',
    }),
    usb: Type.String({
      default: '',
      pattern: '^([0-9A-Fa-f]{4}:[0-9A-Fa-f]{4})?$',
      description:
        'USB vendor and product of the reader, e.g. "054c:0dc8" (`lsusb`); empty takes any. With `reader`, both must fit.',
    }),
  },
  { additionalProperties: false },
)

export const pcsc = defineDriver({
  name: 'pcsc',
  title: 'PC/SC (pcscd): contactless and contact readers that libccid supports',
  options,
  open: (wanted, io) => Promise.resolve(openPcsc(wanted, io)),
})

/** `sysfs`: where USB devices are looked up. */
export function openPcsc(wanted: Selection, io: Io, sysfs = '/sys'): Reader {
  return readerOf(async (events, signal) => {
    const client = (await io.pcsc()).connect()
    const close = () => client.close()
    const stop = () => void close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (!signal.aborted) await follow(client, wanted, sysfs, events)
    } finally {
      signal.removeEventListener('abort', stop)
      await close()
    }
  })
}

/** One connection to the service, for as long as it lasts. */
async function follow(
  client: PcscClient,
  wanted: Selection,
  sysfs: string,
  events: SessionEvents,
): Promise<void> {
  const gone = () => events.away(missing(wanted))
  const unlisted = setTimeout(gone, LISTING_MS)
  const slots = new Map<string, SlotChange>()
  try {
    for await (const change of selected(client, wanted, sysfs)) {
      clearTimeout(unlisted)
      const had = slots.size
      if (change.is === 'unplugged') slots.delete(change.slot)
      else slots.set(change.slot, change)

      if (slots.size > 0 && had === 0) events.ready(change.slot)
      if (slots.size > 0) events.show(standings(client, slots.values()))
      else if (had > 0) gone()
    }
  } finally {
    clearTimeout(unlisted)
  }
}

function missing({ reader, usb }: Selection): string {
  if (usb !== '') return `no reader ${usb}${reader === '' ? '' : ' of the configured name'}`
  return reader === '' ? 'no reader' : 'no reader of the configured name'
}

const standings = (client: PcscClient, slots: Iterable<SlotChange>): Standing[] =>
  [...slots]
    .filter(({ is }) => is !== 'empty')
    .map(({ slot, is, count }) => ({
      key: `${slot} ${is} ${count}`,
      mute: is === 'mute',
      hold: () => client.hold(slot),
    }))
