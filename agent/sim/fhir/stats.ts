import type { Duplicate } from './bank.ts'
import type { Mode } from './behaviour.ts'
import type { Issue } from './outcome.ts'

/** One request that was refused. No value that was sent is in it. */
export interface Refused {
  /** As `create Coverage`. */
  readonly interaction: string
  readonly status: number
  readonly issues: readonly Issue[]
}

/** What went over the wire since the start. */
export interface FhirStats {
  readonly requests: number
  /** Carried out, by interaction and type, as `create Coverage`. */
  readonly interactions: Readonly<Record<string, number>>
  /** Answers by HTTP status, of those that were not spoiled. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests that a behaviour was done to, by its mode. */
  readonly spoiled: Readonly<Record<string, number>>
  readonly created: number
  readonly updated: number
  /** Of the updated, those that changed nothing but the version. */
  readonly updatedAlike: number
  /** Conditional creates that found the resource and wrote nothing. */
  readonly found: number
  readonly refusedCount: number
  /** The newest 1000. */
  readonly refused: readonly Refused[]
  /** Resources of one type with the same identifier: a client's mistake that a server let pass. */
  readonly duplicates: readonly Duplicate[]
  /** Resources by type. */
  readonly resources: Readonly<Record<string, number>>
}

type Counter = 'requests' | 'created' | 'updated' | 'updatedAlike' | 'found'

export interface Tally {
  add(counter: Counter): void
  carriedOut(interaction: string): void
  answered(status: number): void
  spoiled(mode: Mode): void
  refused(refused: Refused): void
  read(): Omit<FhirStats, 'duplicates' | 'resources'>
}

const KEPT = 1000

const openCount = () => {
  const counts = new Map<string, number>()
  return {
    add: (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1),
    read: () => Object.fromEntries([...counts].sort()),
  }
}

export const openTally = (): Tally => {
  const counters = { requests: 0, created: 0, updated: 0, updatedAlike: 0, found: 0 }
  const [interactions, statuses, spoiled] = [openCount(), openCount(), openCount()]
  const refused: Refused[] = []
  let refusedCount = 0
  return {
    add: (counter) => {
      counters[counter] += 1
    },
    carriedOut: (interaction) => void interactions.add(interaction),
    answered: (status) => void statuses.add(String(status)),
    spoiled: (mode) => void spoiled.add(mode),
    refused: (one) => {
      refusedCount += 1
      refused.push(one)
      if (refused.length > KEPT) refused.shift()
    },
    read: () => ({
      ...counters,
      interactions: interactions.read(),
      statuses: statuses.read(),
      spoiled: spoiled.read(),
      refusedCount,
      refused: [...refused],
    }),
  }
}
