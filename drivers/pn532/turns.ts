/** Lets acts happen one after the other, in the order in which they were asked for. */
export interface Turns {
  /** Resolves when it is one's turn, with what ends it. */
  take(): Promise<() => void>
  /** Acts when it is its turn, and ends it. */
  during<T>(act: () => Promise<T>): Promise<T>
}

export function makeTurns(): Turns {
  let last: Promise<void> = Promise.resolve()
  const take = async () => {
    const before = last
    const { promise, resolve } = Promise.withResolvers<void>()
    last = promise
    await before
    return resolve
  }
  return {
    take,
    during: async (act) => {
      const end = await take()
      try {
        return await act()
      } finally {
        end()
      }
    },
  }
}
