import { Worker } from 'node:worker_threads'
import { Calls } from '../folders/calls.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type {
  FaceCall,
  FaceFound,
  FaceThreadStart,
  FromFaceThread,
  ToFaceThread,
} from './face-wire.ts'

/** The daemon's side of the thread that touches a face folder. */
export interface FaceLink {
  /** Throws `SINK_FOLDER_UNWRITABLE` within 5 s, or the reason of `signal`. */
  call(call: FaceCall, signal: AbortSignal): Promise<FaceFound>
  /** Ends within a second, also where the thread hangs. */
  close(): Promise<void>
  /** After `close`: the thread hangs in a system call, and the process cannot end in order. */
  isStuck(): boolean
}

export interface FaceLinkPorts {
  readonly clock: Clock
  readonly onBug: (error: unknown) => void
}

const CLOSE_MS = 900

export function openFaceLink(start: FaceThreadStart, { clock, onBug }: FaceLinkPorts): FaceLink {
  const worker = new Worker(new URL('./face-thread.ts', import.meta.url), { workerData: start })
  let hasEnded = false
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      hasEnded = true
      resolve()
    }),
  )
  const send = (message: ToFaceThread) => worker.postMessage(message)
  const calls = new Calls<FaceCall, FaceFound>(
    ({ id, request, stage }) => send({ is: 'call', id, call: request, stage }),
    (_, errno) => unwritable(errno),
  )
  worker.on('error', onBug)
  worker.on('message', ({ id, result }: FromFaceThread) => calls.hear(id, result))
  const close = async () => {
    send({ is: 'close' })
    calls.close()
    const late = new AbortController()
    await Promise.race([ended, clock.sleep(CLOSE_MS, late.signal)])
    late.abort()
    // A thread that hangs in a system call ends when that returns: nobody waits for it.
    worker.unref()
    void worker.terminate()
  }
  let closed: Promise<void> | null = null
  return {
    call: (call, signal) => calls.run(call, signal),
    isStuck: () => closed !== null && !hasEnded,
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** Whatever the share says; `errno` tells a person. */
export const unwritable = (errno: string): AgentError =>
  new AgentError('SINK_FOLDER_UNWRITABLE', `the face folder does not take the file: ${errno}`, {
    facts: { errno },
  })
