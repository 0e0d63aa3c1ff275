import { connect, createServer, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

/**
 * The thread of `record.ts`: tells its parent `ready`, then every chunk that goes by, and answers
 * each message by `told`, behind all chunks that it has seen.
 */
const { far, path }: { far: string; path: string } = workerData
const tell = (what: 'ready' | 'told' | Uint8Array) => parentPort?.postMessage(what)

const server = createServer((near) => {
  const behind = connect(far)
  const lead = (one: Socket, other: Socket) => {
    one.on('data', (chunk: Buffer) => {
      tell(Uint8Array.from(chunk))
      other.write(chunk)
    })
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
  lead(near, behind)
  lead(behind, near)
})
server.listen(path, () => tell('ready'))
parentPort?.on('message', () => tell('told'))
