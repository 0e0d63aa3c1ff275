import { setImmediate as turn } from 'node:timers/promises'
import { AgentError, asFault } from '../kernel/errors.ts'
import type { FolderReport, FolderRole } from '../kernel/terminal.ts'
import { unreachable } from './fault.ts'
import type { ClaimTaker, FolderScanner, FolderSettings, SharePorts } from './folder.ts'
import { hashOf } from './name-set.ts'
import { Offers } from './offers.ts'
import type { Call, FromThread, Offer, ToThread } from './wire.ts'

/** What the thread says of one folder. */
export type Heard = Exclude<FromThread, { is: 'called' }>

export interface ScannerPorts extends SharePorts {
  readonly send: (message: ToThread) => void
  /** Runs a call in the thread; whether the file is or was there. */
  readonly call: (call: Call) => Promise<boolean>
  /** Epoch ms; null: never. */
  readonly lookedAt: () => number | null
  readonly signal: AbortSignal
}

/** Names that are hashed between two turns of the daemon’s loop. */
const BATCH = 4_096
const AGAIN_MS = 1_000

/** The daemon’s side of one folder; the share drives it. */
export class Scanner implements FolderScanner {
  readonly #role: FolderRole
  readonly #ports: ScannerPorts
  readonly #offers: Offers
  #report: FolderReport
  /** As the thread said last; undefined: it said nothing yet. */
  #errno: string | null | undefined
  #isSilent = false

  constructor({ role, path, accepts }: FolderSettings, ports: ScannerPorts) {
    this.#role = role
    this.#ports = ports
    this.#offers = new Offers({
      clock: ports.clock,
      take: ports.take,
      accepts: (name) => accepts?.test(name) ?? false,
      isKnown: (offer) => this.#isKnown(offer),
      decide: (id, verdict) => ports.send({ is: 'verdict', role, id, verdict }),
      onFault: ({ code }) => ports.log.warn({ folder: role, code }, 'file-taken-later'),
      onBug: ports.onBug,
    })
    this.#report = {
      role,
      path,
      state: 'starting',
      since: ports.clock.now(),
      fault: null,
      entries: null,
      newestAt: null,
      lookedAt: null,
      listingMs: null,
      spool: null,
    }
  }

  report(): FolderReport {
    return { ...this.#report, lookedAt: this.#ports.lookedAt() }
  }

  claim(name: string, take: ClaimTaker): () => void {
    const release = this.#offers.claim(ownName(name), take)
    this.#ports.send({ is: 'claim', role: this.#role, name })
    return () => {
      if (release()) this.#ports.send({ is: 'release', role: this.#role, name })
    }
  }

  async has(name: string): Promise<boolean> {
    return this.#ports.call({ is: 'has', name: ownName(name) })
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#ports.call({ is: 'put', name: ownName(name), bytes })
      if (this.#report.fault === 'TERMINAL_REFUSED') this.#tellPut(null)
    } catch (error) {
      const fault = asFault(error)
      // A name that another file has says nothing about the next one.
      if (fault.code === 'TERMINAL_REFUSED' && fault.facts['errno'] !== 'EEXIST')
        this.#tellPut(fault)
      throw fault
    }
  }

  async remove(name: string, sha256?: string): Promise<boolean> {
    return this.#ports.call({ is: 'remove', name: ownName(name), sha256 })
  }

  /** Tells the thread what is known and has it look. */
  async start(): Promise<void> {
    const { ledger, send } = this.#ports
    const role = this.#role
    let batch: number[] = []
    for (const name of ledger.names(role)) {
      if (batch.push(hashOf(name)) < BATCH) continue
      send({ is: 'known', role, hashes: Float64Array.from(batch) })
      batch = []
      await turn()
    }
    send({ is: 'known', role, hashes: Float64Array.from(batch) })
    send({ is: 'look', role, firstAt: ledger.firstAt(role) ?? null })
  }

  hear(message: Heard): void {
    const { observe, log, onBug } = this.#ports
    if (message.is === 'file') this.#came(message.offer)
    else if (message.is === 'event') observe(message.event)
    else if (message.is === 'note')
      log.warn({ folder: this.#role, errno: message.errno }, message.event)
    else if (message.is === 'leftovers') void this.#begin(message.at, message.names).catch(onBug)
    else if (message.is === 'state') {
      this.#errno = message.errno
      this.#settle()
    } else this.#note(message)
  }

  #note(message: Heard & { is: 'listed' | 'spool' }): void {
    if (message.is === 'listed') {
      const { entries, listingMs } = message
      this.#report = { ...this.#report, entries, listingMs }
    } else {
      const { files, oldestAt } = message
      this.#report = { ...this.#report, spool: { files, oldestAt } }
    }
  }

  /** The thread gives no sign of life, or does again. */
  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent
    this.#settle()
  }

  close(): Promise<void> {
    return this.#offers.close()
  }

  /** A folder that takes nothing is listed as ever: only who puts something finds out. */
  #tellPut(fault: AgentError | null): void {
    if (this.#report.state !== 'reachable') return
    if (fault !== null && this.#report.fault === null)
      this.#ports.log.warn({ ...fault.facts, code: fault.code }, 'folder-refuses-files')
    this.#report = { ...this.#report, fault: fault?.code ?? null }
    this.#ports.observe({ is: 'folder', role: this.#role, fault })
  }

  #settle(): void {
    if (this.#errno === undefined && !this.#isSilent) return
    const errno = this.#isSilent ? 'silent' : (this.#errno ?? null)
    const fault = errno === null ? null : unreachable(this.#role, errno)
    const state = this.#isSilent ? 'silent' : fault === null ? 'reachable' : 'unreachable'
    if (state === this.#report.state) return
    const since = this.#ports.clock.now()
    this.#report = { ...this.#report, state, since, fault: fault?.code ?? null }
    this.#ports.observe({ is: 'folder', role: this.#role, fault })
  }

  #isKnown({ sha256, bytes, name }: Offer): boolean {
    return this.#ports.ledger.holds(this.#role, sha256, bytes.length, name)
  }

  #came(offer: Offer): void {
    const isOld = this.#isKnown(offer)
    if (offer.isNew && !isOld) {
      this.#report = { ...this.#report, newestAt: this.#ports.clock.now() }
      this.#ports.observe({ is: 'came', role: this.#role, modifiedAt: offer.modifiedAt })
    }
    this.#offers.add(offer)
  }

  async #begin(at: number, names: readonly string[]): Promise<void> {
    const { ledger, log, clock, signal, send } = this.#ports
    const role = this.#role
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
}

/** A name of ours never leads out of its folder. */
function ownName(name: string): string {
  if (name === '' || name.startsWith('.') || name.includes('/') || name.includes('\0'))
    throw new Error('no name of a file in a folder')
  return name
}
