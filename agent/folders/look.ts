import { type BigIntStats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { Arrivals, type ArrivalsPorts } from './arrivals.ts'
import { errnoOf } from './fault.ts'
import type { FolderSettings } from './folder.ts'
import { isListingDue, namesIn } from './listing.ts'
import { isOurs, tidy, unlinkIfThere } from './put.ts'
import { type Spooler, spoolOf } from './spooler.ts'
import { type Watch, watchFolder } from './watch.ts'

/** Least time between two reactions to events: a file is written in several writes. */
const GATHER_MS = 10
const TRIM_MS = 60_000
/** A folder that changed later may have changed again without showing it (FAT: 2 s). */
const SETTLED_MS = 2_500

/** One folder, as the thread looks at it. */
export class Look {
  readonly arrivals: Arrivals
  readonly #settings: FolderSettings
  readonly #ports: ArrivalsPorts
  readonly #spool: Spooler
  #watch: Watch | null = null
  #gathering: NodeJS.Timeout | null = null
  /** As it was said last; undefined: nothing was said. */
  #errno: string | null | undefined
  /** Device and inode of the folder, '' while there is none. */
  #identity = ''
  /** Its own times at the last look. */
  #mark = ''
  #changedAt = 0
  #isUnexplained = true
  #isUnsettled = false
  #listedAt: number | null = null
  #listingMs = 0
  /** When names of events were looked at; monotonic ms. */
  #followedAt = 0
  #isTidy = false
  #trimmedAt = Number.NEGATIVE_INFINITY

  constructor(settings: FolderSettings, ports: ArrivalsPorts) {
    this.#settings = settings
    this.#ports = ports
    this.#spool = spoolOf(settings, ports.send)
    this.arrivals = new Arrivals(settings, this.#spool, ports)
  }

  /** One look. True: more is waiting than fitted into it. */
  async look(): Promise<boolean> {
    try {
      const stats = statSync(this.#settings.path, { bigint: true })
      if (!stats.isDirectory()) return this.#say('ENOTDIR')
      this.#arrive(stats)
      // Lets in the events of what the stat has just shown.
      await turn()
      this.#compare(stats)
      this.arrivals.visitClaims()
      this.#followEvents()
      if (this.#isListingDue()) await this.#list()
    } catch (error) {
      return this.#say(errnoOf(error))
    }
    this.#say(null)
    this.#trim()
    return this.arrivals.work()
  }

  close(): void {
    this.#watch?.close()
    if (this.#gathering !== null) clearTimeout(this.#gathering)
  }

  #say(errno: string | null): false {
    if (errno !== null) this.#identity = ''
    if (errno !== this.#errno) this.#ports.send({ is: 'state', role: this.#settings.role, errno })
    this.#errno = errno
    return false
  }

  /** Arms the events anew where this is another folder than before, or came back. */
  #arrive(stats: BigIntStats): void {
    const identity = `${stats.dev} ${stats.ino}`
    const isOther = identity !== this.#identity
    if (!isOther && !this.#watch?.wasDeaf()) return
    this.#identity = identity
    this.#isUnexplained = true
    this.#isUnsettled = true
    this.#listen()
    if (!isOther) return
    this.arrivals.forgetPresence()
    this.#spool.forget()
    this.#trimmedAt = Number.NEGATIVE_INFINITY
    if (!this.#isTidy) this.#tidy()
    this.#isTidy = true
  }

  /** What a crash of ours left; where it cannot be taken away it harms nobody. */
  #tidy(): void {
    const { path, accepts } = this.#settings
    // A folder that is looked through is tidied by its listings.
    for (const folder of accepts === null ? [dirname(path), path] : [dirname(path)])
      try {
        tidy(folder)
      } catch (error) {
        errnoOf(error)
      }
  }

  #listen(): void {
    this.#watch?.close()
    this.#watch = null
    if (this.#settings.accepts === null) return
    this.#watch = watchFolder(this.#settings.path, () => {
      const dueMs = Math.max(0, this.#followedAt + GATHER_MS - this.#ports.now())
      this.#gathering ??= setTimeout(() => {
        this.#gathering = null
        if (this.#errno === null) this.#followEvents()
      }, dueMs)
    })
  }

  /** Whether the folder changed, and whether events told how. */
  #compare({ mtimeNs, ctimeNs }: BigIntStats): void {
    const hasHeard = this.#watch?.heard() ?? false
    const mark = `${mtimeNs} ${ctimeNs}`
    if (mark === this.#mark) return
    this.#mark = mark
    this.#changedAt = this.#ports.now()
    this.#isUnsettled = true
    if (!(hasHeard && this.#watch?.hearsAll)) this.#isUnexplained = true
  }

  #followEvents(): void {
    if (this.#listedAt === null || this.#watch === null) return
    this.arrivals.follow(this.#watch.names())
    this.#followedAt = this.#ports.now()
  }

  #isListingDue(): boolean {
    if (this.#settings.accepts === null) return false
    return isListingDue({
      now: this.#ports.now(),
      listedAt: this.#listedAt,
      listingMs: this.#listingMs,
      isUnexplained: this.#isUnexplained,
      isUnsettled: this.#isUnsettled,
      hearsAll: this.#watch?.hearsAll ?? false,
    })
  }

  async #list(): Promise<void> {
    const { now, send } = this.#ports
    const from = now()
    if (this.#watch?.isArmed === false) this.#listen()
    // What becomes unexplained from here on needs another listing.
    this.#isUnexplained = false
    const entries = await this.arrivals.list(this.#names(this.#listedAt === null))
    this.#listingMs = now() - from
    this.#listedAt = now()
    if (from - this.#changedAt >= SETTLED_MS) this.#isUnsettled = false
    send({ is: 'listed', role: this.#settings.role, entries, listingMs: this.#listingMs })
  }

  *#names(isFirst: boolean): Generator<string> {
    const { path } = this.#settings
    for (const name of namesIn(path, this.#ports.beat)) {
      if (!isOurs(name)) yield name
      else if (isFirst) unlinkIfThere(join(path, name))
    }
  }

  #trim(): void {
    if (this.#ports.now() - this.#trimmedAt < TRIM_MS) return
    this.#trimmedAt = this.#ports.now()
    this.#spool.trim()
  }
}
