import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** How far a database has come. */
export interface Reached {
  readonly epoch: string
  /** Newest position of the feed. */
  readonly position: number
  /** How many deliveries have arrived. */
  readonly delivered: number
}

/**
 * How far the database had come, kept outside it: one that was put back to an earlier state behind our
 * back is found out, consumers are told (410) instead of missing events, and what was delivered since
 * is not delivered once more as new.
 */
export interface Anchor {
  /** Called after each commit, so it is never ahead of the durable database. */
  write(position: number, delivered: number): void
  close(): void
}

const WIDTH = 64

/** Whether a database is behind what its anchor saw, or is another one. */
export function isBehindAnchor(path: string, { epoch, position, delivered }: Reached): boolean {
  if (!existsSync(path)) return position > 0
  const [seenEpoch, seenPosition, seenDelivered = 0] = readFileSync(path, 'utf8').trim().split(' ')
  return seenEpoch !== epoch || Number(seenPosition) > position || Number(seenDelivered) > delivered
}

export function openAnchor(path: string, { epoch, position, delivered }: Reached): Anchor {
  const isNew = !existsSync(path)
  const file = openSync(path, isNew ? 'w' : 'r+', 0o600)
  const write = (at: number, arrived: number) => {
    writeSync(file, `${epoch} ${at} ${arrived}`.padEnd(WIDTH - 1).concat('\n'), 0)
  }
  write(position, delivered)
  if (isNew) {
    fsyncSync(file)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  }
  return { write, close: () => closeSync(file) }
}
