import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { errnoOf } from './fault.ts'
import { Files, type FilesPorts } from './files.ts'
import type { FolderSettings } from './folder.ts'
import { KnownNames } from './names.ts'
import type { Spooler } from './spooler.ts'
import type { Verdict } from './wire.ts'

export type ArrivalsPorts = Pick<FilesPorts, 'send' | 'beat' | 'held' | 'now'>

const DAY_MS = 24 * 60 * 60_000
const JST_OFFSET_MS = 9 * 60 * 60_000
const startOfDayInJapan = (at: number) =>
  Math.floor((at + JST_OFFSET_MS) / DAY_MS) * DAY_MS - JST_OFFSET_MS

/** No official file is older; one that says so has a broken clock behind it, and no age. */
const SYSTEM_BEGAN_AT = Date.parse('2020-01-01T00:00:00+09:00')

/** What one look may take for new files, so that claims and calls wait no longer. */
const FRESH_MS = 150
/** For those that wait or are watched. */
const ROUND_MS = 100
/** For names that were dealt with before a restart: 6 % of the time, however many there are. */
const BACK_MS = 15
/** So many come back one by one; more came back with a share that was away, as they were. */
const FEW = 64

/** Names of a listing, some ms of work, after which calls, claims and events have their turn. */
const TURN_AFTER = 4_096

/** The first look ever: names whose day is not known yet, and what was found of the others. */
interface First {
  readonly at: number
  readonly unsorted: string[]
  readonly leftovers: string[]
  readonly today: string[]
}

/** Which names of a folder are new, and what is done about them. */
export class Arrivals {
  readonly #settings: FolderSettings
  readonly #ports: ArrivalsPorts
  readonly #files: Files
  readonly #names = new KnownNames()
  readonly #claims = new Set<string>()
  #isFirstEver = false
  #hasListed = false
  /** Files written before are leftovers of the time before the agent came; epoch ms. */
  #cutAt = 0
  #first: First | null = null
  #fresh: string[] = []
  #back: string[] = []

  constructor(settings: FolderSettings, spool: Spooler, ports: ArrivalsPorts) {
    this.#settings = settings
    this.#ports = ports
    this.#files = new Files(settings, {
      ...ports,
      isClaimed: (name) => this.#claims.has(name),
      onGone: (name) => this.#names.forget(name),
      onDone: (name, mark) => {
        if (!spool.move(name, mark)) return
        this.#files.drop(name)
        this.#names.forget(name)
      },
    })
  }

  learn(hashes: Float64Array): void {
    this.#names.learn(hashes)
  }

  /** Everything known was learnt. `firstAt` null: the folder is looked at for the first time. */
  start(firstAt: number | null): void {
    this.#isFirstEver = firstAt === null
    if (firstAt !== null) this.#cutAt = startOfDayInJapan(firstAt)
  }

  /** The leftovers are in the ledger. */
  begun(): void {
    this.#queue(this.#first?.today ?? [])
    this.#first = null
  }

  claim(name: string): void {
    this.#claims.add(name)
    this.#files.claim(name)
  }

  release(name: string): void {
    this.#claims.delete(name)
    if (!this.accepts(name)) this.#files.drop(name)
  }

  /** We took it away ourselves: another one of its name is new, whatever is in it. */
  removed(name: string): void {
    this.#files.drop(name)
    this.#names.forget(name)
  }

  hasClaims(): boolean {
    return this.#claims.size > 0
  }

  verdict(id: number, verdict: Verdict): void {
    this.#files.verdict(id, verdict)
  }

  accepts(name: string): boolean {
    return this.#settings.accepts?.test(name) ?? false
  }

  /** The folder is not the one that was listed. */
  forgetPresence(): void {
    this.#names.forgetPresence()
  }

  visitClaims(): void {
    for (const name of this.#claims) this.#files.visit(name, this.#names.meet(name))
  }

  /** Names of which file events told something. */
  follow(names: Iterable<string>): void {
    for (const name of names) {
      if (!this.accepts(name)) continue
      if (this.#files.isWatched(name)) this.#files.visit(name, false)
      else if (this.#names.meet(name)) this.#files.visit(name, true)
      else this.#lookAgain(name, 0)
    }
  }

  /**
   * Takes a listing in; how many names it had. Others have their turn meanwhile. Rejects with what
   * `names` throws, and has taken nothing then.
   */
  async list(names: Iterable<string>): Promise<number> {
    const listing = this.#names.listing((name) => this.accepts(name))
    let count = 0
    for (const name of names) {
      listing.add(name)
      count += 1
      if (count % TURN_AFTER === 0) await turn()
    }
    const { entries, fresh, back } = listing.end()
    if (this.#isFirstEver) this.#begin(fresh)
    else this.#queue(fresh)
    if (!this.#hasListed || back.length > FEW) this.#back = back
    else for (const name of back) this.#lookAgain(name, 0)
    this.#hasListed = true
    return entries
  }

  /** Goes on with what waits. True: more is waiting than fitted into one look. */
  work(): boolean {
    this.#files.round(ROUND_MS)
    const isSorting = this.#sort()
    this.#visitFresh()
    this.#visitBack()
    return isSorting || (this.#fresh.length > 0 && !this.#files.isFull())
  }

  #begin(names: readonly string[]): void {
    this.#isFirstEver = false
    const at = Date.now()
    this.#cutAt = startOfDayInJapan(at)
    this.#first = { at, unsorted: [...names], leftovers: [], today: [] }
    if (names.length === 0) this.#sendLeftovers(this.#first)
  }

  /** Tells today's files from leftovers. True: there is more. */
  #sort(): boolean {
    const first = this.#first
    if (first === null || first.unsorted.length === 0) return false
    const until = this.#ports.now() + FRESH_MS
    for (let name = first.unsorted.pop(); name !== undefined; name = first.unsorted.pop()) {
      const at = this.#writtenAt(name)
      if (at === null) this.#names.forget(name)
      else if (at < this.#cutAt) first.leftovers.push(name)
      else first.today.push(name)
      if (this.#ports.now() > until) break
    }
    if (first.unsorted.length > 0) return true
    this.#sendLeftovers(first)
    return false
  }

  #sendLeftovers({ at, leftovers }: First): void {
    const { role } = this.#settings
    this.#ports.send({ is: 'leftovers', role, at, names: leftovers })
  }

  /** To be visited, the oldest first. */
  #queue(names: readonly string[]): void {
    if (names.length < 2) {
      this.#fresh.push(...names)
      return
    }
    const dated = names.map((name) => ({ name, at: this.#writtenAt(name) ?? 0 }))
    dated.sort((one, other) => one.at - other.at)
    for (const { name } of dated) this.#fresh.push(name)
  }

  #visitFresh(): void {
    if (this.#fresh.length === 0) return
    const until = this.#ports.now() + FRESH_MS
    let count = 0
    for (const name of this.#fresh) {
      if (this.#files.isFull() || this.#ports.now() > until) break
      count += 1
      this.#files.visit(name, true)
    }
    this.#fresh = this.#fresh.slice(count)
  }

  /** Known names that are there again: young ones may have other content than was known. */
  #visitBack(): void {
    const until = this.#ports.now() + BACK_MS
    const youngAt = Date.now() - DAY_MS
    while (this.#back.length > 0 && !this.#files.isFull() && this.#ports.now() <= until)
      this.#lookAgain(this.#back.pop() ?? '', youngAt)
  }

  /** A known name that is not watched: read, unless it was written before `sinceAt`. */
  #lookAgain(name: string, sinceAt: number): void {
    if (this.#files.isWatched(name)) return
    const at = this.#writtenAt(name)
    if (at === null) this.#names.miss(name)
    else if (at >= Math.max(sinceAt, this.#cutAt)) this.#files.visit(name, true)
  }

  /** By the folder's clock, epoch ms; null: it is gone, or no regular file. */
  #writtenAt(name: string): number | null {
    this.#ports.beat()
    try {
      const path = join(this.#settings.path, name)
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (!stats?.isFile()) return null
      return stats.mtimeMs < SYSTEM_BEGAN_AT ? stats.ctimeMs : stats.mtimeMs
    } catch (error) {
      // Locked perhaps: whoever reads it will see, so it counts as new.
      errnoOf(error)
      return Number.MAX_SAFE_INTEGER
    }
  }
}
