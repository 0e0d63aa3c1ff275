import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { asFault } from '../agent/kernel/errors.ts'
import { defineDriver, type Reader, type ReaderEvent, readerFaults } from './driver.ts'
import type { Io, PcscClient, SlotChange } from './io/io.ts'
import { Presence, type Standing } from './presence.ts'
import { Queue } from './queue.ts'
import { withoutRepeats } from './repeats.ts'

/** Between attempts to reach a PC/SC service that is down, ms. */
const RETRY_MS = 500
/** A service that has just started lists its readers one by one; none by then is no reader. */
const LISTING_MS = 1_000

export const pcsc = defineDriver({
  name: 'pcsc',
  title: 'PC/SC (pcscd): contactless and contact readers that libccid supports',
  options: Type.Object(
    {
      reader: Type.String({
        default: '',
        maxLength: 128,
        description:
          'Part of the PC/SC reader name, in any case; empty takes every reader. Name one when more than one is plugged in.',
      }),
    },
    { additionalProperties: false },
  ),
  open: (options, io) => Promise.resolve(openPcsc(options.reader, io)),
})

function openPcsc(pattern: string, io: Io): Reader {
  const events = new Queue<ReaderEvent>()
  const emit = withoutRepeats((event) => events.push(event))
  const stop = new AbortController()
  let client: PcscClient | undefined

  const session = async () => {
    client = (await io.pcsc()).connect()
    try {
      if (!stop.signal.aborted) await follow(client, pattern, emit)
    } finally {
      await client.close()
    }
  }
  const survive = (error: unknown) => {
    const { code, message } = asFault(error)
    const known = readerFaults.find((candidate) => candidate === code)
    if (known === undefined || known === 'READER_HUNG') throw error
    emit({ is: 'reader-fault', code: known, message })
  }
  const run = async () => {
    while (!stop.signal.aborted) {
      await session().catch(survive)
      await wait(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
    events.end()
  }
  const done = run().catch((error: unknown) => events.fail(error))

  return {
    events: () => events,
    close: async () => {
      stop.abort()
      await client?.close()
      await done
    },
  }
}

/** One connection to the service, for as long as it lasts. */
async function follow(
  client: PcscClient,
  pattern: string,
  emit: (event: ReaderEvent) => void,
): Promise<void> {
  let presence: Presence | undefined
  const message = pattern === '' ? 'no reader' : 'no reader of the configured name'
  const gone = () => emit({ is: 'reader-fault', code: 'READER_GONE', message })
  const unlisted = setTimeout(gone, LISTING_MS)
  const watch = async (shown: Presence) => {
    const slots = new Map<string, SlotChange>()
    for await (const change of matching(client.changes(), pattern)) {
      clearTimeout(unlisted)
      const had = slots.size
      if (change.is === 'unplugged') slots.delete(change.slot)
      else slots.set(change.slot, change)

      if (slots.size > 0 && had === 0) emit({ is: 'ready', device: change.slot })
      if (slots.size > 0) shown.show(standings(client, slots.values()))
      else if (had > 0) {
        shown.lose()
        gone()
      }
    }
  }
  try {
    await new Promise<void>((resolve, reject) => {
      presence = new Presence(emit, reject)
      watch(presence).then(resolve, reject)
    })
  } finally {
    clearTimeout(unlisted)
    presence?.lose()
  }
}

async function* matching(changes: AsyncIterable<SlotChange>, pattern: string) {
  const part = pattern.toLowerCase()
  for await (const change of changes) if (change.slot.toLowerCase().includes(part)) yield change
}

const standings = (client: PcscClient, slots: Iterable<SlotChange>): Standing[] =>
  [...slots]
    .filter(({ is }) => is !== 'empty')
    .map(({ slot, is, count }) => ({
      key: `${slot} ${is} ${count}`,
      mute: is === 'mute',
      hold: () => client.hold(slot),
    }))
