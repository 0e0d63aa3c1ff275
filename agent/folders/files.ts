import { join } from 'node:path'
import { Entries, type Entry, WHOLE_AFTER_MS } from './entry.ts'
import type { FolderSettings } from './folder.ts'
import { lookAt, type ReadFile, readWhole, type Stamp } from './read.ts'
import type { FromThread, Verdict } from './wire.ts'

export interface FilesPorts {
  readonly send: (message: FromThread, transfer?: readonly ArrayBuffer[]) => void
  /** A sign of life. */
  readonly beat: () => void
  /** Bytes that the daemon has and has not decided on, of every folder. */
  readonly held: { bytes: number }
  /** Monotonic ms. */
  readonly now: () => number
  readonly isClaimed: (name: string) => boolean
  /** A name that was looked at by name is not there. */
  readonly onGone: (name: string) => void
  /** A file was dealt with, and looked like this then. */
  readonly onDone: (name: string, mark: string) => void
}

/** Read and not decided on; claimed files are read above it. */
const HELD_BYTES = 64 * 1024 * 1024
/** Older ones that are looked at in one look. */
const IN_TURN = 16
/** A long file that grows all the time is read for a tenth of the time at most. */
const QUIET_FACTOR = 9
/** A file that is deleted after a second is read when it is whole. */
const QUIET_MS = 500
/** Longer than a tick of any local file system’s clock (CONFIG_HZ=100) and a look away from one. */
const TICK_MS = 20

let lastOfferId = 0

interface Offered {
  readonly name: string
  readonly stamp: Stamp
  readonly isFinal: boolean
}

/** The files of a folder that are looked at by name. */
export class Files {
  readonly #settings: FolderSettings
  readonly #ports: FilesPorts
  readonly #entries = new Entries()
  readonly #offers = new Map<number, Offered>()

  constructor(settings: FolderSettings, ports: FilesPorts) {
    this.#settings = settings
    this.#ports = ports
  }

  /** Looks at one, and offers it when there is something to offer. */
  visit(name: string, isNew: boolean): void {
    this.#look(this.#entries.get(name) ?? this.#entries.add(name, isNew, this.#ports.now()))
  }

  /** Offers one that was dealt with before once more. */
  claim(name: string): void {
    const entry = this.#entries.get(name)
    if (entry === undefined || entry.state === 'offered') return
    entry.mustOffer = true
    this.#look(entry)
  }

  isWatched(name: string): boolean {
    return this.#entries.get(name) !== undefined
  }

  /** Whether nothing more is read until the daemon has decided on something. */
  isFull(): boolean {
    return this.#ports.held.bytes >= HELD_BYTES
  }

  /** Those that wait for something, were dealt with lately, or come in turn; for some ms. */
  round(budgetMs: number): void {
    const { now } = this.#ports
    const until = now() + budgetMs
    for (const entry of this.#entries.hot(now())) {
      this.#look(entry)
      if (now() > until) return
    }
    for (const entry of this.#entries.inTurn(now(), IN_TURN)) {
      this.#look(entry)
      if (now() > until) return
    }
  }

  verdict(id: number, verdict: Verdict): void {
    const offered = this.#offers.get(id)
    if (offered === undefined) throw new Error(`a verdict on ${id}, which was not offered`)
    this.#offers.delete(id)
    this.#ports.held.bytes -= offered.stamp.sizeBytes
    if (verdict === 'done') this.#ports.onDone(offered.name, offered.stamp.mark)
    const entry = this.#entries.get(offered.name)
    // What came of older content says nothing about the newer.
    if (entry === undefined || entry.offerId !== id) return
    if (verdict === 'dropped') this.#gone(entry.name)
    else this.#settle(entry, verdict, offered)
  }

  drop(name: string): void {
    this.#entries.drop(name)
  }

  #settle(entry: Entry, verdict: Verdict, { isFinal, stamp }: Offered): void {
    this.#entries.heat(entry)
    entry.state = verdict !== 'incomplete' ? 'done' : isFinal ? 'refused' : 'incomplete'
    if (entry.state === 'refused') this.#refuse(entry, 'ANSWER_MALFORMED', stamp)
  }

  #look(entry: Entry): void {
    this.#ports.beat()
    const looked = lookAt(join(this.#settings.path, entry.name))
    if (looked.is === 'gone') this.#gone(entry.name)
    else if (looked.is === 'locked') this.#wait(entry, { modifiedAt: Date.now(), sizeBytes: 0 })
    else this.#compare(entry, looked.stamp)
  }

  #compare(entry: Entry, stamp: Stamp): void {
    const hasChanged = stamp.mark !== entry.mark
    entry.mark = stamp.mark
    if (hasChanged) entry.changedAt = this.#ports.now()
    if (!stamp.isFile) Object.assign(entry, { state: 'foreign', isUnread: false })
    else if (hasChanged || this.#needsRead(entry)) this.#read(entry, stamp)
  }

  #needsRead(entry: Entry): boolean {
    if (entry.mustOffer || entry.isUnread) return true
    if (entry.state === 'incomplete') return this.#isStill(entry)
    return entry.isFresh && entry.state !== 'offered'
  }

  #isStill(entry: Entry): boolean {
    return this.#ports.now() - entry.changedAt >= WHOLE_AFTER_MS
  }

  #read(entry: Entry, stamp: Stamp): void {
    const { path, limitBytes } = this.#settings
    if (stamp.sizeBytes === 0) this.#wait(entry, stamp)
    else if (stamp.sizeBytes > limitBytes) {
      const left = { state: 'refused', isUnread: false, sha256: '', mustOffer: false } as const
      Object.assign(entry, left)
      this.#refuse(entry, 'ANSWER_TOO_LARGE', stamp)
    } else if (this.#mustWait(entry, stamp)) {
      entry.isUnread = true
      this.#entries.heat(entry)
    } else {
      const { now, beat } = this.#ports
      const from = now()
      const file = readWhole(join(path, entry.name), limitBytes, beat)
      entry.quietUntil = now() + Math.min(QUIET_MS, (now() - from) * QUIET_FACTOR)
      if (file.is === 'gone') this.#gone(entry.name)
      else if (file.is === 'read') this.#take(entry, file)
      else this.#wait(entry, stamp)
    }
  }

  /** It was just read, or too much is held already; a claimed file is read nevertheless. */
  #mustWait({ name, quietUntil }: Entry, { sizeBytes }: Stamp): boolean {
    const { held, isClaimed, now } = this.#ports
    const isFull = held.bytes > 0 && held.bytes + sizeBytes > HELD_BYTES
    return (isFull || now() < quietUntil) && !isClaimed(name)
  }

  #take(entry: Entry, file: ReadFile & { is: 'read' }): void {
    entry.isFresh = Math.abs(Date.now() - file.stamp.modifiedAt) < TICK_MS
    entry.mark = file.stamp.mark
    entry.isUnread = false
    const isOther = file.sha256 !== entry.sha256
    if (isOther || entry.mustOffer) {
      if (isOther) entry.isTold = false
      if (entry.state === 'done' || entry.state === 'refused') entry.isNew = isOther
      entry.sha256 = file.sha256
      this.#offer(entry, file, false)
    } else if (entry.state === 'incomplete' && this.#isStill(entry)) this.#offer(entry, file, true)
  }

  #offer(entry: Entry, file: ReadFile & { is: 'read' }, isFinal: boolean): void {
    const { stamp, bytes, sha256 } = file
    const { name, isNew } = entry
    lastOfferId += 1
    const id = lastOfferId
    Object.assign(entry, { state: 'offered', offerId: id, isNew: false, mustOffer: false })
    this.#entries.heat(entry)
    this.#offers.set(id, { name, stamp, isFinal })
    this.#ports.held.bytes += stamp.sizeBytes
    const { modifiedAt } = stamp
    const found = { role: this.#settings.role, name, bytes, sha256, modifiedAt }
    this.#ports.send({ is: 'file', offer: { ...found, id, isFinal, isNew } }, [bytes.buffer])
  }

  /** It cannot be read yet; after a while somebody is told, and it is tried on. */
  #wait(entry: Entry, stamp: Pick<Stamp, 'modifiedAt' | 'sizeBytes'>): void {
    entry.isUnread = true
    this.#entries.heat(entry)
    if (this.#isStill(entry)) this.#refuse(entry, 'ANSWER_MALFORMED', stamp)
  }

  #gone(name: string): void {
    this.#entries.drop(name)
    this.#ports.onGone(name)
  }

  /** Said once, until there is other content. */
  #refuse(
    entry: Entry,
    code: 'ANSWER_TOO_LARGE' | 'ANSWER_MALFORMED',
    { modifiedAt, sizeBytes }: Pick<Stamp, 'modifiedAt' | 'sizeBytes'>,
  ): void {
    if (entry.isTold) return
    entry.isTold = true
    const { role } = this.#settings
    this.#ports.send({ is: 'event', event: { is: 'refused', role, code, modifiedAt, sizeBytes } })
  }
}
