import { setImmediate } from 'node:timers/promises'

/** Items that are looked at before polls and questions have their turn: a few ms. */
const AT_ONCE = 25

/** The items of a long list; whatever else waits has its turn between some of them. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T, void> {
  let taken = 0
  for (const item of items) {
    yield item
    taken += 1
    if (taken % AT_ONCE === 0) await setImmediate()
  }
}
