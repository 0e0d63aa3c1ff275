import { hashOf, NameSet } from './name-set.ts'

/** What a listing brought. */
export interface Listed {
  readonly entries: number
  /** Names that were never seen. */
  readonly fresh: readonly string[]
  /** Names that are known and were not there at the last listing. */
  readonly back: string[]
}

/** Takes names in, one after the other; `accepts` is asked of new ones only. */
export interface Listing {
  add(name: string): void
  end(): Listed
}

/** The names of one folder that were dealt with, or are leftovers, and those that are there. */
export class KnownNames {
  readonly #known = new NameSet()
  #present = new NameSet()
  #count = 0

  /** Known from before; whether it is there is not known. */
  learn(hashes: Iterable<number>): void {
    for (const hash of hashes) this.#known.add(hash)
  }

  /** Whether it is new; it is known from now on. */
  meet(name: string): boolean {
    const hash = hashOf(name)
    this.#present.add(hash)
    if (this.#known.has(hash)) return false
    this.#known.add(hash)
    return true
  }

  /** A watched file is gone: another one of its name would be new. */
  forget(name: string): void {
    const hash = hashOf(name)
    this.#known.delete(hash)
    this.#present.delete(hash)
  }

  /** A name that is only known is gone: it may come back as it was, with a share that was away. */
  miss(name: string): void {
    this.#present.delete(hashOf(name))
  }

  /** What is there now is not what was there. */
  forgetPresence(): void {
    this.#present = new NameSet()
  }

  /** Begins to take a listing in; one that breaks off is simply left. */
  listing(accepts: (name: string) => boolean): Listing {
    const present = new NameSet(this.#count)
    const fresh: string[] = []
    const back: string[] = []
    let entries = 0
    return {
      add: (name) => {
        entries += 1
        const hash = hashOf(name)
        const isSeenBefore = present.has(hash) || this.#present.has(hash)
        present.add(hash)
        if (isSeenBefore) return
        if (this.#known.has(hash)) back.push(name)
        else if (accepts(name)) fresh.push(name)
      },
      end: () => {
        for (const name of fresh) this.#known.add(hashOf(name))
        this.#present = present
        this.#count = entries
        return { entries, fresh, back }
      },
    }
  }
}
