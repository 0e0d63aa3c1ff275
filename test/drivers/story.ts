import type { ReaderEvent } from '../../drivers/driver.ts'

type Standing = 'down' | 'empty' | 'presented' | 'faulty'

/** An event without what it carries, for messages. */
export const wordOf = (event: ReaderEvent): string => ('code' in event ? event.code : event.is)

/**
 * What is wrong with the order of a reader's events, from its first one on; undefined where nothing
 * is: nothing stands on a reader that is away, what stands there leaves before it is away, and
 * nothing leaves that was not there.
 */
export function wrongIn(events: readonly ReaderEvent[]): string | undefined {
  let is: Standing = 'down'
  for (const [at, event] of events.entries()) {
    const next: Standing | undefined = steps[kindOf(event)][is]
    if (next === undefined) {
      const before = events.slice(Math.max(0, at - 5), at).map(wordOf)
      return `${wordOf(event)} while ${is}, behind ${before.join(', ')}`
    }
    is = next
  }
  return undefined
}

/** A card that left while it was read was never there. */
const kindOf = (event: ReaderEvent) =>
  event.is === 'card-fault' && event.code === 'CARD_GONE' ? 'pulled' : event.is

const steps: Readonly<
  Record<ReaderEvent['is'] | 'pulled', Partial<Readonly<Record<Standing, Standing>>>>
> = {
  ready: { down: 'empty' },
  presented: { empty: 'presented', faulty: 'presented' },
  pulled: { empty: 'empty' },
  'card-fault': { empty: 'faulty' },
  gone: { presented: 'empty', faulty: 'empty' },
  'reader-fault': { down: 'down', empty: 'down' },
}
