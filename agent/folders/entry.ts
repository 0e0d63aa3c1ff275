/** A file that is looked at by name: one that waits for something, or that was dealt with lately. */
export interface Entry {
  readonly name: string
  /**
   * What became of the content that was read last.
   *
   * - none: nothing was read yet
   * - offered: the daemon has it
   * - incomplete: half written, as the taker said
   * - refused: too long or never whole; left alone until it changes
   * - done: dealt with; watched for other content
   * - foreign: no regular file
   */
  state: 'none' | 'offered' | 'incomplete' | 'refused' | 'done' | 'foreign'
  /** What is there now was not read: empty, locked, being written, or too much is held in memory. */
  isUnread: boolean
  /** Of the stamp that was looked at last. */
  mark: string
  /** Of the content that was read last. */
  sha256: string
  /** When it was last seen to change; monotonic ms. */
  changedAt: number
  /** Not read again before; monotonic ms. */
  quietUntil: number
  /** Its newest offer. */
  offerId: number
  /** Nobody was told yet that it came. */
  isNew: boolean
  /** It was said to be refused; said again only for other content. */
  isTold: boolean
  /** Claimed since it was read: offered whatever is known of it. */
  mustOffer: boolean
  /** Read within a tick of its file system’s clock: a change since may not show in its times. */
  isFresh: boolean
}

/**
 * How long a half written file may stay as it is. A terminal writes one of at most some MB in one
 * go; the slowest share in use (Wi-Fi, SMB) moves that within seconds, and SMB clients report
 * a growing file’s size at least every few seconds.
 */
export const WHOLE_AFTER_MS = 10_000
/** Files that changed since are looked at in every look, older ones in turn. */
const HOT_MS = 60_000
/** After that only file events and listings tell that a file has other content. */
const WATCHED_MS = 24 * 60 * 60_000
/** Most that are watched after they were dealt with: several busy days of a clinic. */
const WATCHED_MOST = 4_096

export const isPending = ({ state, isUnread }: Entry): boolean => isUnread || state === 'incomplete'

/** The entries of one folder. */
export class Entries {
  readonly #all = new Map<string, Entry>()
  /** Names to look at in every look, those that were looked at last at the end. */
  readonly #hot = new Set<string>()
  /** Walks the others. */
  #turn = this.#all.values()

  get(name: string): Entry | undefined {
    return this.#all.get(name)
  }

  add(name: string, isNew: boolean, now: number): Entry {
    const entry: Entry = {
      name,
      state: 'none',
      isUnread: true,
      mark: '',
      sha256: '',
      changedAt: now,
      quietUntil: 0,
      offerId: 0,
      isNew,
      isTold: false,
      mustOffer: false,
      isFresh: false,
    }
    this.#all.set(name, entry)
    this.heat(entry)
    this.#bound()
    return entry
  }

  /** Has it looked at in every look again. */
  heat({ name }: Entry): void {
    this.#hot.add(name)
  }

  drop(name: string): void {
    this.#all.delete(name)
    this.#hot.delete(name)
  }

  /** Those of this look: each hot one at most once, until the caller stops; it goes on there next. */
  *hot(now: number): Generator<Entry> {
    for (const name of [...this.#hot]) {
      const entry = this.#all.get(name)
      this.#hot.delete(name)
      if (entry === undefined) continue
      if (isPending(entry) || now - entry.changedAt < HOT_MS) this.#hot.add(name)
      yield entry
    }
  }

  /** Some of the others, all of them in turn over several looks. */
  *inTurn(now: number, count: number): Generator<Entry> {
    for (let n = 0; n < Math.min(count, this.#all.size); n += 1) {
      const next = this.#turn.next()
      if (next.done) {
        this.#turn = this.#all.values()
        return
      }
      const entry = next.value
      if (!isPending(entry) && now - entry.changedAt > WATCHED_MS) this.drop(entry.name)
      else if (!this.#hot.has(entry.name)) yield entry
    }
  }

  #bound(): void {
    if (this.#all.size <= WATCHED_MOST) return
    for (const entry of this.#all.values()) {
      if (isPending(entry) || entry.state === 'offered') continue
      this.drop(entry.name)
      return
    }
  }
}
