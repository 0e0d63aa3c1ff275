/** A short-lived thread that goes through the trail, so that no poll waits for it. Runs once and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { AgentError } from '../kernel/errors.ts'
import { type LookStart, lookAtTrail } from './audit-look.ts'
import { storeFault } from './database.ts'

const start: LookStart = workerData
try {
  parentPort?.postMessage({ is: 'report', report: lookAtTrail(start) })
} catch (error) {
  const fault = storeFault(error)
  if (!(fault instanceof AgentError)) throw error
  parentPort?.postMessage({ is: 'fault', code: fault.code, message: fault.message })
}
