import type { Config } from '../config/schema.ts'
import { timeOfId } from './kernel/ids.ts'
import type { UplinkEvent } from './kernel/line.ts'
import type { TerminalEvent } from './kernel/terminal.ts'
import type { AttemptWatch } from './ops/fault-watch.ts'
import { type Meters, openMeters } from './ops/metrics/meters.ts'
import type { EndRecord } from './store/questions.ts'
import type { Store } from './store/store.ts'
import type { Watching } from './watching.ts'

/** Who is told what happens on the way to the official side. */
export interface Hearing {
  line(event: UplinkEvent): void
  terminal(event: TerminalEvent): void
}

export const metersOf = ({ lines, readers }: Pick<Config, 'lines' | 'readers'>): Meters =>
  openMeters({
    lines: lines.map(({ name }) => name),
    readers: readers.map(({ name }) => name),
  })

export interface Hearers {
  readonly meters: Meters
  readonly watching: Watching
  readonly attempts: AttemptWatch
}

/** The meters count, the clock learns from the dates of answers, and a sign of life ends what it disproves. */
export const hearingOf = ({ meters, watching, attempts }: Hearers): Hearing => ({
  line(event) {
    meters.line(event)
    watching.line(event)
    if (event.is === 'heard') attempts.heard()
  },
  terminal: meters.terminal,
})

/** The same store, with every verification counted once it is on disk, whichever way it came. */
export function counted(store: Store, { verified }: Pick<Meters, 'verified'>): Store {
  const count = ({ id, at, verification, receivedAt }: EndRecord) => {
    const { outcome, source } = verification
    const isAsked = source.kind === 'card' || source.kind === 'card-face'
    const tookMs = isAsked && receivedAt !== null ? Math.max(0, at - timeOfId(id)) : null
    verified(outcome, source.kind, tookMs)
  }
  return {
    ...store,
    async end(record) {
      const isEnded = await store.end(record)
      if (isEnded) count(record)
      return isEnded
    },
    async takeResults(record) {
      const taken = await store.takeResults(record)
      if (taken === 'new') for (const { end } of record.results) count(end)
      return taken
    },
    batches: {
      ...store.batches,
      async end(record) {
        const isEnded = await store.batches.end(record)
        if (isEnded) for (const end of record.ends) count(end)
        return isEnded
      },
    },
  }
}
