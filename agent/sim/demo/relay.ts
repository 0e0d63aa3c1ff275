import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Endpoint } from '../listen.ts'

/**
 * A line that needs no rights on this machine: a port that leads to the gateway. Cut, it is as silent
 * as a router without power: what is connected hears nothing more, and a new connection is neither
 * accepted nor refused.
 */
export interface Relay {
  readonly port: number
  /** Resolves when nothing passes any more. */
  cut(): Promise<void>
  /** What was under way goes on. */
  mend(): void
  close(): Promise<void>
}

/** What a relay's thread is started with. */
export interface RelayStart {
  readonly host: string
  readonly to: Endpoint
  /** Holds `CUT` while the line is cut. */
  readonly gate: Int32Array
}

export const CUT = 1
const WHOLE = 0
/** Connections that the kernel takes in by itself; with one more waiting it drops what knocks. */
export const BACKLOG = 1
/** A connection on this machine stands at once, or the kernel has dropped it. */
const KNOCK_MS = 30

export async function startRelay(host: string, to: Endpoint): Promise<Relay> {
  const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const worker = new Worker(new URL('./relay-thread.ts', import.meta.url), {
    workerData: { host, to, gate } satisfies RelayStart,
  })
  const heard = async () => Number((await once(worker, 'message'))[0])
  const port = await heard()
  const waiting: Socket[] = []
  const mend = () => {
    Atomics.store(gate, 0, WHOLE)
    Atomics.notify(gate, 0)
    for (const socket of waiting.splice(0)) socket.destroy()
  }
  /** Takes the places of those whom the kernel would still let in. */
  const crowd = () => {
    const socket = connect({ host, port })
    socket.on('error', () => undefined)
    waiting.push(socket)
    return once(socket, 'connect')
  }
  return {
    port,
    async cut() {
      Atomics.store(gate, 0, CUT)
      worker.postMessage(CUT)
      await heard()
      const crowded = Array.from({ length: BACKLOG + 1 }, crowd)
      await Promise.race([Promise.all(crowded), wait(KNOCK_MS)])
    },
    mend,
    async close() {
      mend()
      await worker.terminate()
    },
  }
}
