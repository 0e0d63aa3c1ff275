import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** Everything that went through a Unix socket, both ways. */
export interface Recording {
  /** Where the client is to connect instead. */
  readonly path: string
  bytes(): Promise<Buffer>
  close(): Promise<void>
}

/**
 * A relay in front of the Unix socket `far`. In a thread of its own, as a PC/SC client blocks the
 * one that it is in until the service answers.
 */
export async function recordSocket(far: string, path: string): Promise<Recording> {
  const relay = new Worker(new URL('record-relay.ts', import.meta.url), {
    workerData: { far, path },
  })
  const seen: Uint8Array[] = []
  relay.on('message', (message: unknown) => {
    if (message instanceof Uint8Array) seen.push(message)
  })
  await once(relay, 'message')
  return {
    path,
    bytes: () =>
      new Promise((resolve) => {
        relay.on('message', function take(message: unknown) {
          if (message !== 'told') return
          relay.off('message', take)
          resolve(Buffer.concat(seen))
        })
        relay.postMessage('tell')
      }),
    close: async () => {
      await relay.terminate()
      rmSync(path, { force: true })
    },
  }
}
