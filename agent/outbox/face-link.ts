import { Worker } from 'node:worker_threads'
import { Calls } from '../folders/calls.ts'
import { type Ending, endingOf } from '../folders/ending.ts'
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
export interface FaceLink extends Ending {
  /** Throws `SINK_FOLDER_UNWRITABLE` within 5 s, or the reason of `signal`. */
  call(call: FaceCall, signal: AbortSignal): Promise<FaceFound>
}

export interface FaceLinkPorts {
  readonly clock: Clock
  readonly onBug: (error: unknown) => void
}

export function openFaceLink(start: FaceThreadStart, { clock, onBug }: FaceLinkPorts): FaceLink {
  const worker = new Worker(new URL('./face-thread.ts', import.meta.url), { workerData: start })
  const send = (message: ToFaceThread) => worker.postMessage(message)
  const calls = new Calls<FaceCall, FaceFound>(
    ({ id, request, stage }) => send({ is: 'call', id, call: request, stage }),
    (_, errno) => unwritable(errno),
  )
  worker.on('error', onBug)
  worker.on('message', ({ id, result }: FromFaceThread) => calls.hear(id, result))
  const ending = endingOf(worker, clock, () => {
    send({ is: 'close' })
    calls.close()
    return []
  })
  return { call: (call, signal) => calls.run(call, signal), ...ending }
}

/** Whatever the share says; `errno` tells a person. */
export const unwritable = (errno: string): AgentError =>
  new AgentError('SINK_FOLDER_UNWRITABLE', `the face folder does not take the file: ${errno}`, {
    facts: { errno },
  })
