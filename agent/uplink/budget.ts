/** A connection, as far as counting goes. */
interface Countable {
  readonly destroyed: boolean
  once(event: 'close', listener: () => void): unknown
}

/**
 * How many connections may stand to the official side, over all lines together. Those that carry
 * nothing give way to those that shall.
 */
export interface Budget {
  /** Whether there is room for one more; closes an idle one where that makes room. */
  makeRoom(): boolean
  /** Counts a connection until it is closed. */
  add(connection: Countable): void
  /** `dropOne` closes one idle connection and says whether there was one. */
  lend(dropOne: () => boolean): void
}

export function openBudget(limit: number): Budget {
  const lenders: (() => boolean)[] = []
  const standing = new Set<Countable>()
  // One that was just destroyed stands no more, though it says so only later.
  const count = () => [...standing].filter(({ destroyed }) => !destroyed).length
  return {
    makeRoom: () => count() < limit || lenders.some((dropOne) => dropOne()),
    add(connection) {
      standing.add(connection)
      connection.once('close', () => standing.delete(connection))
    },
    lend: (dropOne) => void lenders.push(dropOne),
  }
}
