import { createRequire } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { AgentError, codeOf } from '../../agent/kernel/errors.ts'
import { Queue } from '../queue.ts'
import type { Pcsc, PcscClient, SlotChange } from './io.ts'
import { notLoaded } from './not-loaded.ts'
import { openCalls, serviceDown } from './pcsc-calls.ts'
import { channelOf, holdCard } from './pcsc-card.ts'

type Native = typeof import('pcsc-mini')
type NativeReader = import('pcsc-mini').Reader

/** Loads pcsc-mini. Throws DRIVER_UNAVAILABLE; a later call tries again. */
export function loadPcsc(): Pcsc {
  const native = load()
  return { connect: () => openClient(native) }
}

/** `require`, because a failed `import` is remembered and would fail for ever. */
function load(): Native {
  try {
    return createRequire(import.meta.url)('pcsc-mini')
  } catch (cause) {
    const library = String(cause).includes('libpcsclite')
    const missing = library ? 'libpcsclite1 and pcscd (apt-get install pcscd)' : undefined
    throw notLoaded('pcsc-mini', missing, cause)
  }
}

function openClient(native: Native): PcscClient {
  const changes = new Queue<SlotChange>()
  const quiet = openQuiet()
  const readers = new Map<string, NativeReader>()
  const call = openCalls((error) => changes.fail(error))
  const readerOf = (slot: string): NativeReader => {
    const reader = readers.get(slot)
    if (reader === undefined) throw new AgentError('CARD_GONE', 'the slot is gone')
    return reader
  }
  const client = new native.Client()
  client.on('error', (error) => changes.fail(serviceDown(error)))
  client.on('reader', (reader) => {
    readers.set(reader.name(), reader)
    quiet.disturb()
    reader.on('change', quiet.disturb)
    followSlot(native, reader, changes)
  })
  try {
    client.start()
  } catch (cause) {
    throw serviceDown(cause)
  }
  let closed: Promise<void> | undefined
  const close = async () => {
    changes.end()
    client.removeAllListeners()
    // A stopped monitor may still report that it was stopped.
    client.on('error', () => undefined)
    await quiet.comes()
    stopClient(client)
  }
  return {
    changes: () => changes,
    hold: async (slot) => await holdCard(native, readerOf(slot), call),
    channel: async (slot) => await channelOf(native, readerOf(slot), call),
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/**
 * pcsc-mini 0.1.3 ends its monitor thread by SCardCancel, which is lost between two of the thread's
 * waits, that is just after a change; stopping it then blocks for ever. So it is stopped when
 * nothing has changed for this long, ms.
 */
const QUIET_MS = 200

function openQuiet() {
  let disturbedAt = performance.now()
  return {
    disturb: () => {
      disturbedAt = performance.now()
    },
    comes: async () => {
      for (;;) {
        const rest = disturbedAt + QUIET_MS - performance.now()
        if (rest <= 0) return
        await wait(rest)
      }
    },
  }
}

/**
 * Clients whose service went first. pcsc-mini 0.1.3 can neither stop such a one nor start it again,
 * and throws where nobody can catch it (InvalidHandle) when it is collected: so it never is.
 */
const undead: object[] = []

function stopClient(client: { stop(): void }): void {
  try {
    client.stop()
  } catch (cause) {
    if (codeOf(cause) === '') throw cause
    undead.push(client)
  }
}

function followSlot(native: Native, reader: NativeReader, changes: Queue<SlotChange>): void {
  const { EMPTY, MUTE, PRESENT } = native.ReaderStatus
  const slot = reader.name()
  // The ATR that comes with a change is garbage in pcsc-mini 0.1.3 (freed memory): not used.
  reader.on('change', (status) => {
    // The high word counts insertions and removals. [pcsc-lite, winscard.c, SCardGetStatusChange]
    const count = status.raw >>> 16
    if (status.has(PRESENT)) changes.push({ slot, count, is: status.has(MUTE) ? 'mute' : 'card' })
    else if (status.has(EMPTY)) changes.push({ slot, count, is: 'empty' })
  })
  reader.on('disconnect', () => {
    changes.push({ slot, is: 'unplugged', count: 0 })
  })
}
