/**
 * The thread in which backups are made, tried and sent: every page of the store is read, and a share may
 * hang. One order, and it ends.
 */
import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { asFault, codeOf } from '../../kernel/errors.ts'
import { examineBackup } from './examine.ts'
import { makeBackup } from './make.ts'
import { sendBackups } from './send.ts'
import type { FromThread, Order } from './wire.ts'

const order: Order = workerData

/** On a machine of two cores whoever waits for an answer goes first. Linux takes a thread for a process here. */
function goLast(): void {
  try {
    setPriority(
      Number(basename(readlinkSync('/proc/thread-self'))),
      constants.priority.PRIORITY_LOW,
    )
  } catch (error) {
    // Where it is not allowed, backups are made all the same.
    if (codeOf(error) === '') throw error
  }
}

async function done(): Promise<FromThread> {
  switch (order.is) {
    case 'make':
      return { is: 'made', made: await makeBackup(order) }
    case 'examine':
      await examineBackup(order)
      return { is: 'examined' }
    case 'send':
      return { is: 'sent', sent: await sendBackups(order) }
  }
}

goLast()
const answer = await done().catch((error): FromThread => {
  const { code, message, facts } = asFault(error)
  return { is: 'fault', code, message, facts }
})
parentPort?.postMessage(answer)
