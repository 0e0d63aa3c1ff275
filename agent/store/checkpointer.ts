import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { AgentError } from '../kernel/errors.ts'
import type { Log } from '../kernel/ports.ts'
import type { WriterStart } from './writer-link.ts'
import type { WriterThread } from './writer-thread.ts'

/** WAL size at which a checkpoint is worth its thread. */
const CHECKPOINT_AT_BYTES = 4 * 1024 * 1024
/** Commits between two looks at the WAL's size. */
const CHECKPOINT_LOOK_EVERY = 64

/**
 * Runs checkpoint.ts when the WAL has grown; one at a time. It looks at its start too: an agent
 * whose machine is switched off every day may never live through the commits between two looks.
 */
export function openCheckpointer(
  { path, key }: WriterStart,
  writer: Pick<WriterThread, 'settle' | 'empty'>,
  log: Log,
  onBug: (error: unknown) => void,
) {
  let commits = 0
  let running: Promise<void> | undefined
  const failed = (code: string) => log.error({ code }, 'checkpoint-failed')
  /** Whether all of it was moved. */
  const move = () =>
    new Promise<boolean>((resolve) => {
      let isMoved = false
      const worker = new Worker(new URL('./checkpoint.ts', import.meta.url), {
        workerData: { path, key },
      })
      worker.on('message', (fault: string | null) => {
        isMoved = fault === null
        if (fault !== null) failed(fault)
      })
      worker.on('error', onBug)
      worker.on('exit', () => resolve(isMoved))
    })
  const run = async () => {
    try {
      if (await move()) await writer.settle()
    } catch (error) {
      // A full disk is told by the commits that fail; the WAL keeps everything until there is room.
      if (error instanceof AgentError) failed(error.code)
      else onBug(error)
    }
    running = undefined
  }
  const look = () => {
    if (running !== undefined) return
    const { size = 0 } = statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? {}
    if (size >= CHECKPOINT_AT_BYTES) running = run()
  }
  look()
  return {
    committed() {
      commits += 1
      if (commits % CHECKPOINT_LOOK_EVERY === 0) look()
    },
    /** Afterwards the WAL has nothing of what was committed before. Rejects with `STORE_*`. */
    async empty() {
      await running
      running = run()
      await running
      await writer.empty()
    },
    close: () => running ?? Promise.resolve(),
  }
}
