import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The newest position, kept outside the database: a database that was put back to an earlier state
 * behind our back is found out, and consumers are told (410) instead of missing events.
 */
export interface Anchor {
  /** Called after each commit, so it is never ahead of the durable database. */
  write(position: number): void
  close(): void
}

const WIDTH = 48

/** Whether a database at (`epoch`, `position`) is behind what its anchor saw, or is another one. */
export function isBehindAnchor(path: string, epoch: string, position: number): boolean {
  if (!existsSync(path)) return position > 0
  const [seenEpoch, seenPosition] = readFileSync(path, 'utf8').trim().split(' ')
  return seenEpoch !== epoch || Number(seenPosition) > position
}

export function openAnchor(path: string, epoch: string, position: number): Anchor {
  const isNew = !existsSync(path)
  const file = openSync(path, isNew ? 'w' : 'r+', 0o600)
  const write = (at: number) => {
    writeSync(file, `${epoch} ${at}`.padEnd(WIDTH - 1).concat('\n'), 0)
  }
  write(position)
  if (isNew) {
    fsyncSync(file)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  }
  return { write, close: () => closeSync(file) }
}
