import { Worker } from 'node:worker_threads'
import { AgentError } from '../../kernel/errors.ts'
import type { ExamineOrder } from './examine.ts'
import type { Made, MakeOrder } from './make.ts'
import type { SendOrder, Sent } from './send.ts'
import type { FromThread, Order } from './wire.ts'

/** Work on backups, each order in a thread of its own. Each rejects with its fault, or `SHUTTING_DOWN`. */
export interface BackupThreads {
  make(order: MakeOrder, signal: AbortSignal): Promise<Made>
  examine(order: ExamineOrder, signal: AbortSignal): Promise<void>
  send(order: SendOrder, signal: AbortSignal): Promise<Sent>
  /** A thread that was told to end has not: it hangs in the kernel. */
  isStuck(): boolean
}

export function backupThreads(): BackupThreads {
  const living = new Set<Worker>()
  const run = (order: Order, signal: AbortSignal) => answerOf(order, signal, living)
  return {
    async make(order, signal) {
      const answer = await run(order, signal)
      if (answer.is !== 'made') throw unasked(answer)
      return answer.made
    },
    async examine(order, signal) {
      const answer = await run({ ...order, is: 'examine' }, signal)
      if (answer.is !== 'examined') throw unasked(answer)
    },
    async send(order, signal) {
      const answer = await run(order, signal)
      if (answer.is !== 'sent') throw unasked(answer)
      return answer.sent
    },
    isStuck: () => living.size > 0,
  }
}

const unasked = (answer: FromThread): Error =>
  answer.is === 'fault'
    ? new AgentError(answer.code, answer.message, { facts: answer.facts })
    : new Error(`the thread answered ${answer.is}, which nobody asked`)

function answerOf(order: Order, signal: AbortSignal, living: Set<Worker>): Promise<FromThread> {
  const { promise, resolve, reject } = Promise.withResolvers<FromThread>()
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 },
  })
  living.add(worker)
  const stop = () => {
    reject(new AgentError('SHUTTING_DOWN', 'the agent is stopping'))
    // One that hangs in the kernel never ends; nobody waits for it.
    worker.unref()
    void worker.terminate()
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => {
    living.delete(worker)
    signal.removeEventListener('abort', stop)
    reject(new Error('the thread ended without an answer'))
  })
  return promise
}
