/**
 * A short-lived thread that moves the WAL into the database file through a connection of its own:
 * no waiting commit and no poll pays for it. Runs once and ends.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase, storeFault } from './database.ts'
import type { WriterStart } from './writer-link.ts'

const { path, key }: WriterStart = workerData
try {
  const db = openDatabase(path, key, 'read-write')
  db.pragma('wal_checkpoint(PASSIVE)')
  db.close()
  parentPort?.postMessage(null)
} catch (error) {
  const fault = storeFault(error)
  if (!(fault instanceof Error && 'code' in fault)) throw error
  parentPort?.postMessage(String(fault.code))
}
