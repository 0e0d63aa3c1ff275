/**
 * A short-lived thread that moves the WAL into the database file through a connection of its own:
 * no waiting commit and no poll pays for it. Runs once and ends.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { AgentError } from '../kernel/errors.ts'
import { type Connection, openDatabase, storeFault } from './database.ts'
import type { WriterStart } from './writer-link.ts'

/** Each round meets what was committed during the one before it, which is less and less. */
const ROUNDS = 5

interface Progress {
  /** Pages in the WAL. */
  readonly log: number
  /** Those of them that are in the database file. */
  readonly checkpointed: number
}

/** The writer moves what is left when commits come without a pause. */
function moveAll(db: Connection): void {
  const move = db.prepare<[], Progress>('PRAGMA wal_checkpoint(PASSIVE)')
  for (let round = 0; round < ROUNDS; round += 1) {
    const progress = move.get()
    if (progress === undefined || progress.checkpointed >= progress.log) return
  }
}

const { path, key }: WriterStart = workerData
try {
  const db = openDatabase(path, key, 'read-write')
  moveAll(db)
  db.close()
  parentPort?.postMessage(null)
} catch (error) {
  const fault = storeFault(error)
  if (!(fault instanceof AgentError)) throw error
  parentPort?.postMessage(fault.code)
}
