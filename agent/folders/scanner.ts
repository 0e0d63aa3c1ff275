import { setImmediate as turn } from 'node:timers/promises'
import { AgentError } from '../kernel/errors.ts'
import type { FolderReport } from '../kernel/terminal.ts'
import { unreachable } from './fault.ts'
import type { FolderScanner, FolderSettings, SharePorts, Taker } from './folder.ts'
import { hashOf } from './name-set.ts'
import { openOffers } from './offers.ts'
import type { Call, FromThread, Offer, ToThread } from './wire.ts'

/** The part of a scanner that the share drives. */
export interface Scanner extends FolderScanner {
  /** Tells the thread what is known and has it look. */
  start(): Promise<void>
  hear(message: FromThread & { is: Heard }): void
  /** The thread gives no sign of life, or does again. */
  setSilent(isSilent: boolean): void
  close(): Promise<void>
}

/** What the thread says of one folder. */
export type Heard = 'state' | 'listed' | 'spool' | 'file' | 'leftovers' | 'event' | 'note'

export interface ScannerPorts extends SharePorts {
  readonly send: (message: ToThread) => void
  /** Runs a call in the thread; whether the file is there. */
  readonly call: (call: Call) => Promise<boolean>
  /** Epoch ms; null: never. */
  readonly lookedAt: () => number | null
  readonly signal: AbortSignal
}

/** Names that are hashed between two turns of the daemon’s loop. */
const BATCH = 4_096
const AGAIN_MS = 1_000

/** The daemon’s side of one folder. */
export function openScanner(settings: FolderSettings, ports: ScannerPorts): Scanner {
  const { role, path } = settings
  const { ledger, clock, log, observe, send, signal } = ports
  const claims = new Map<string, Taker>()
  const report: { -readonly [K in keyof FolderReport]: FolderReport[K] } = {
    role,
    path,
    state: 'starting',
    since: clock.now(),
    fault: null,
    entries: null,
    newestAt: null,
    lookedAt: null,
    listingMs: null,
    spool: null,
  }
  /** As the thread said last; undefined: it said nothing yet. */
  let errno: string | null | undefined
  let isSilent = false

  const isKnown = ({ sha256, bytes }: Offer) => ledger.holds(role, sha256, bytes.length)
  const isClaimed = ({ name }: Offer) => claims.has(name)
  const offers = openOffers({
    clock,
    takerOf: ({ name }) => claims.get(name) ?? (settings.accepts?.test(name) ? ports.take : null),
    isClaimed,
    isKnown,
    decide: (id, verdict) => send({ is: 'verdict', role, id, verdict }),
    onFault: ({ code }) => log.warn({ folder: role, code }, 'file-taken-later'),
    onBug: ports.onBug,
  })

  const settle = () => {
    if (errno === undefined && !isSilent) return
    const fault = isSilent
      ? unreachable(role, 'silent')
      : errno == null
        ? null
        : unreachable(role, errno)
    const state = isSilent ? 'silent' : fault === null ? 'reachable' : 'unreachable'
    if (state === report.state) return
    Object.assign(report, { state, since: clock.now(), fault: fault?.code ?? null })
    observe({ is: 'folder', role, fault })
  }

  const came = (offer: Offer) => {
    const isOld = isKnown(offer)
    if (offer.isNew && !isOld) {
      report.newestAt = clock.now()
      observe({ is: 'came', role, modifiedAt: offer.modifiedAt })
    }
    if (isOld && !isClaimed(offer)) send({ is: 'verdict', role, id: offer.id, verdict: 'done' })
    else offers.add(offer)
  }

  const begin = async (at: number, names: readonly string[]) => {
    while (!signal.aborted) {
      try {
        await ledger.begin(role, at, names)
        send({ is: 'begun', role })
        return
      } catch (error) {
        if (!(error instanceof AgentError)) throw error
        log.warn({ folder: role, code: error.code }, 'folder-begins-later')
        await clock.sleep(AGAIN_MS, signal)
      }
    }
  }

  return {
    report: () => ({ ...report, lookedAt: ports.lookedAt() }),
    claim(name, take) {
      claims.set(name, take)
      send({ is: 'claim', role, name })
      return () => {
        if (claims.get(name) !== take) return
        claims.delete(name)
        send({ is: 'release', role, name })
      }
    },
    has: (name) => ports.call({ is: 'has', name: ownName(name) }),
    async put(name, bytes) {
      await ports.call({ is: 'put', name: ownName(name), bytes })
    },
    async remove(name) {
      await ports.call({ is: 'remove', name: ownName(name) })
    },
    async start() {
      let batch: number[] = []
      const flush = async () => {
        send({ is: 'known', role, hashes: Float64Array.from(batch) })
        batch = []
        await turn()
      }
      for (const name of ledger.names(role)) if (batch.push(hashOf(name)) === BATCH) await flush()
      await flush()
      send({ is: 'look', role, firstAt: ledger.firstAt(role) ?? null })
    },
    hear(message) {
      if (message.is === 'file') came(message.offer)
      else if (message.is === 'event') observe(message.event)
      else if (message.is === 'note')
        log.warn({ folder: role, errno: message.errno }, message.event)
      else if (message.is === 'leftovers') void begin(message.at, message.names).catch(ports.onBug)
      else if (message.is === 'state') {
        errno = message.errno
        settle()
      } else if (message.is === 'listed') {
        report.entries = message.entries
        report.listingMs = message.listingMs
      } else report.spool = { files: message.files, oldestAt: message.oldestAt }
    },
    setSilent(is) {
      isSilent = is
      settle()
    },
    close: () => offers.close(),
  }
}

/** A name of ours never leads out of its folder. */
function ownName(name: string): string {
  if (name === '' || name.startsWith('.') || /[/\0]/.test(name))
    throw new Error('a file name that is none')
  return name
}
