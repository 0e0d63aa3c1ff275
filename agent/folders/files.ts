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

/** The files of a folder that are looked at by name. */
export interface Files {
  /** Looks at one, and offers it when there is something to offer. */
  visit(name: string, isNew: boolean): void
  /** Offers one that was dealt with before once more. */
  claim(name: string): void
  isWatched(name: string): boolean
  /** Whether nothing more is read until the daemon has decided on something. */
  isFull(): boolean
  /** Those that wait for something, were dealt with lately, or come in turn; for some ms. */
  round(budgetMs: number): void
  verdict(id: number, verdict: Verdict): void
  drop(name: string): void
}

/** Read and not decided on; claimed files are read above it. */
const HELD_BYTES = 64 * 1024 * 1024
/** Older ones that are looked at in one look. */
const IN_TURN = 16
/** Longer than a tick of any local file system’s clock (CONFIG_HZ=100) and a look away from one. */
const TICK_MS = 20

let lastOfferId = 0

interface Offered {
  readonly name: string
  readonly mark: string
  readonly stamp: Stamp
  readonly isFinal: boolean
}

/** Watches the files of one folder by name. */
export function watchFiles(settings: FolderSettings, ports: FilesPorts): Files {
  const { role, path, limitBytes } = settings
  const { send, beat, held, now } = ports
  const entries = new Entries()
  const offers = new Map<number, Offered>()

  const refuse = (
    entry: Entry,
    code: 'ANSWER_TOO_LARGE' | 'ANSWER_MALFORMED',
    { modifiedAt, sizeBytes }: Pick<Stamp, 'modifiedAt' | 'sizeBytes'>,
  ) => {
    if (entry.isTold) return
    entry.isTold = true
    send({ is: 'event', event: { is: 'refused', role, code, modifiedAt, sizeBytes } })
  }

  const offer = (entry: Entry, file: ReadFile & { is: 'read' }, isFinal: boolean) => {
    const { stamp, bytes, sha256 } = file
    const { name, isNew } = entry
    lastOfferId += 1
    const id = lastOfferId
    Object.assign(entry, { state: 'offered', offerId: id, isNew: false, mustOffer: false })
    offers.set(id, { name, mark: stamp.mark, stamp, isFinal })
    held.bytes += stamp.sizeBytes
    const { modifiedAt } = stamp
    const found = { role, name, bytes, sha256, modifiedAt }
    send({ is: 'file', offer: { ...found, id, isFinal, isNew } }, [bytes.buffer])
  }

  /** It cannot be read yet; after a while somebody is told, and it is tried on. */
  const wait = (entry: Entry, stamp: Pick<Stamp, 'modifiedAt' | 'sizeBytes'>) => {
    entry.isUnread = true
    entries.heat(entry)
    if (now() - entry.changedAt >= WHOLE_AFTER_MS) refuse(entry, 'ANSWER_MALFORMED', stamp)
  }

  const gone = (name: string) => {
    entries.drop(name)
    ports.onGone(name)
  }

  const take = (entry: Entry, file: ReadFile & { is: 'read' }) => {
    entry.isFresh = Math.abs(Date.now() - file.stamp.modifiedAt) < TICK_MS
    entry.mark = file.stamp.mark
    entry.isUnread = false
    if (file.sha256 !== entry.sha256 || entry.mustOffer) {
      if (file.sha256 !== entry.sha256) entry.isTold = false
      if (entry.state === 'done' || entry.state === 'refused') entry.isNew = !entry.mustOffer
      entry.sha256 = file.sha256
      offer(entry, file, false)
    } else if (entry.state === 'incomplete' && isStill(entry)) offer(entry, file, true)
  }

  const read = (entry: Entry, stamp: Stamp) => {
    if (stamp.sizeBytes === 0) return wait(entry, stamp)
    if (stamp.sizeBytes > limitBytes) {
      const left = { state: 'refused', isUnread: false, sha256: '', mustOffer: false } as const
      Object.assign(entry, left)
      return refuse(entry, 'ANSWER_TOO_LARGE', stamp)
    }
    const isFull = held.bytes > 0 && held.bytes + stamp.sizeBytes > HELD_BYTES
    if (isFull && !ports.isClaimed(entry.name)) {
      entry.isUnread = true
      return entries.heat(entry)
    }
    const file = readWhole(join(path, entry.name), limitBytes, beat)
    if (file.is === 'gone') gone(entry.name)
    else if (file.is === 'read') take(entry, file)
    else wait(entry, stamp)
  }

  const isStill = (entry: Entry) => now() - entry.changedAt >= WHOLE_AFTER_MS

  const needsRead = (entry: Entry, hasChanged: boolean) =>
    hasChanged ||
    entry.mustOffer ||
    entry.isUnread ||
    (entry.isFresh && entry.state !== 'offered') ||
    (entry.state === 'incomplete' && isStill(entry))

  const look = (entry: Entry) => {
    beat()
    const looked = lookAt(join(path, entry.name))
    if (looked.is === 'gone') return gone(entry.name)
    if (looked.is === 'locked') return wait(entry, { modifiedAt: Date.now(), sizeBytes: 0 })
    const { stamp } = looked
    const hasChanged = stamp.mark !== entry.mark
    entry.mark = stamp.mark
    if (hasChanged) entry.changedAt = now()
    if (!stamp.isFile) Object.assign(entry, { state: 'foreign', isUnread: false })
    else if (needsRead(entry, hasChanged)) read(entry, stamp)
  }

  return {
    visit(name, isNew) {
      look(entries.get(name) ?? entries.add(name, isNew, now()))
    },
    claim(name) {
      const entry = entries.get(name)
      if (entry === undefined || entry.state === 'offered') return
      entry.mustOffer = true
      look(entry)
    },
    isWatched: (name) => entries.get(name) !== undefined,
    isFull: () => held.bytes >= HELD_BYTES,
    round(budgetMs) {
      const until = now() + budgetMs
      for (const entry of entries.hot(now())) {
        look(entry)
        if (now() > until) return
      }
      for (const entry of entries.inTurn(now(), IN_TURN)) {
        look(entry)
        if (now() > until) return
      }
    },
    verdict(id, verdict) {
      const offered = offers.get(id)
      if (offered === undefined) throw new Error(`a verdict on ${id}, which was not offered`)
      offers.delete(id)
      held.bytes -= offered.stamp.sizeBytes
      if (verdict === 'done') ports.onDone(offered.name, offered.mark)
      const entry = entries.get(offered.name)
      // What came of older content says nothing about the newer.
      if (entry === undefined || entry.offerId !== id) return
      if (verdict === 'dropped') return gone(entry.name)
      entry.state = verdict === 'done' ? 'done' : offered.isFinal ? 'refused' : 'incomplete'
      if (entry.state === 'refused') refuse(entry, 'ANSWER_MALFORMED', offered.stamp)
      entries.heat(entry)
    },
    drop: (name) => entries.drop(name),
  }
}
