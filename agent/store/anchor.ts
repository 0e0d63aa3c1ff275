import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ownFile } from './own-file.ts'

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

/** What an anchor saw that the database does not hold. */
export interface Behind {
  /** When it last saw it come further, epoch ms; null: there is no anchor, nothing was seen. */
  readonly at: number | null
  /** How many events, where that can be said. */
  readonly events: number
}

/** Whether a database is behind what its anchor saw, or is another one; null: it is not. */
export function behindAnchor(path: string, { epoch, position, delivered }: Reached): Behind | null {
  if (!existsSync(path)) return position > 0 ? { at: null, events: 0 } : null
  const [seenEpoch, seenPosition, seenDelivered = 0] = readFileSync(path, 'utf8').trim().split(' ')
  const at = Math.floor(statSync(path).mtimeMs)
  const events = Number(seenPosition) - position
  if (seenEpoch !== epoch) return { at, events: 0 }
  if (events <= 0 && Number(seenDelivered) <= delivered) return null
  return { at, events: Math.max(0, events) }
}

export function openAnchor(path: string, { epoch, position, delivered }: Reached): Anchor {
  const isNew = !existsSync(path)
  const file = openSync(path, isNew ? ownFile.fresh : ownFile.change, 0o600)
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
