import { createRequire } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { AgentError, codeOf } from '../../agent/kernel/errors.ts'
import type { FaultCode } from '../../agent/kernel/faults.ts'
import { Queue } from '../queue.ts'
import type { HeldCard, Pcsc, PcscClient, SlotChange } from './io.ts'

type Native = typeof import('pcsc-mini')
type NativeReader = import('pcsc-mini').Reader

/**
 * A native call that takes longer does not come back: libccid gives a card 3 s and a power-up a
 * few times that. Assumed; the process is then given up, as nothing else frees its thread.
 */
const CALL_LIMIT_MS = 10_000
/** One answer: 256 bytes and a status word. */
const REPLY_BYTES = 258

/** What the PC/SC error of a card, a reader or the service means here; the rest is the contact. */
const meanings: Readonly<Record<string, FaultCode>> = {
  RemovedCard: 'CARD_GONE',
  ResetCard: 'CARD_GONE',
  NoSmartCard: 'CARD_GONE',
  NotTransacted: 'CARD_GONE',
  UnpoweredCard: 'CARD_GONE',
  ReaderUnavailable: 'CARD_GONE',
  UnknownReader: 'CARD_GONE',
  SharingViolation: 'CARD_GONE',
  NoService: 'READER_SERVICE_DOWN',
  ServiceStopped: 'READER_SERVICE_DOWN',
  CommError: 'READER_SERVICE_DOWN',
  InternalError: 'READER_SERVICE_DOWN',
  InvalidHandle: 'READER_SERVICE_DOWN',
  Shutdown: 'READER_SERVICE_DOWN',
}

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
    const missing = library ? 'libpcsclite1 and pcscd (apt-get install pcscd)' : 'npm install'
    throw new AgentError('DRIVER_UNAVAILABLE', `pcsc-mini cannot be loaded: ${missing}`, { cause })
  }
}

function openClient(native: Native): PcscClient {
  const changes = new Queue<SlotChange>()
  const quiet = openQuiet()
  const readers = new Map<string, NativeReader>()
  const hung = (error: AgentError) => changes.fail(error)
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
    hold: async (slot) => {
      const reader = readers.get(slot)
      if (reader === undefined) throw new AgentError('CARD_GONE', 'the slot is gone')
      return await holdCard(native, reader, hung)
    },
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

/**
 * Shared, as other programs may watch the reader too, but in a transaction: a SELECT of theirs in
 * the middle of ours would make us read another file.
 */
async function holdCard(
  native: Native,
  reader: NativeReader,
  hung: (error: AgentError) => void,
): Promise<HeldCard> {
  const { LEAVE } = native.CardDisposition
  const call: Call = (work) => bounded(work, hung)
  const card = await call(() => reader.connect(native.CardMode.SHARED))
  const begin = async () => {
    const transaction = await call(() => card.transaction())
    const { atr } = await call(() => card.state())
    return { transaction, atr: Uint8Array.from(atr) }
  }
  const leave = () => ended(call(() => card.disconnect(LEAVE)))
  const { transaction, atr } = await begin().catch(async (error: unknown) => {
    await leave()
    throw error
  })

  let owed: Promise<unknown> | undefined
  const release = async () => {
    await ended(call(() => transaction.end(LEAVE)))
    await leave()
  }
  return {
    atr,
    transmit: (apdu) => {
      const answer = call(() => card.transmit(apdu, new ArrayBuffer(REPLY_BYTES)))
      const settled = () => {
        owed = undefined
      }
      owed = answer.then(settled, settled)
      return answer
    },
    // A card that owes an answer cannot be let go of before it gives one, and nobody waits for it.
    release: async () => {
      if (owed === undefined) await release()
      else void owed.then(release)
    },
  }
}

type Call = <T>(work: () => Promise<T>) => Promise<T>

/** A card that has left cannot be let go of any more, and need not be. */
async function ended(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
  }
}

/** pcsc-mini throws some errors where others reject. */
async function bounded<T>(work: () => Promise<T>, hung: (error: AgentError) => void): Promise<T> {
  const timer = setTimeout(() => {
    hung(new AgentError('READER_HUNG', `a PC/SC call took over ${CALL_LIMIT_MS} ms`))
  }, CALL_LIMIT_MS)
  try {
    return await work()
  } catch (cause) {
    throw meaningOf(cause)
  } finally {
    clearTimeout(timer)
  }
}

/** An error without a PC/SC code is a bug, and stays what it is. */
function meaningOf(cause: unknown): unknown {
  const pcsc = codeOf(cause)
  if (pcsc === '') return cause
  const code = meanings[pcsc] ?? 'CARD_UNRESPONSIVE'
  return new AgentError(code, `PC/SC says ${pcsc}`, { cause, facts: { pcsc } })
}

function serviceDown(cause: unknown): AgentError {
  return new AgentError('READER_SERVICE_DOWN', 'the PC/SC service (pcscd) does not answer', {
    cause,
    facts: { pcsc: codeOf(cause) },
  })
}
