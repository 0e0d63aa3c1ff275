/** Thread of a relay: passes connections on. While it is blocked, nothing of them moves. */
import { connect, createServer } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { BACKLOG, CUT, type RelayStart } from './relay.ts'

const { host, to, gate }: RelayStart = workerData

const server = createServer((near) => {
  const far = connect(to)
  near.pipe(far)
  far.pipe(near)
  near.setNoDelay(true)
  far.setNoDelay(true)
  // What breaks one end also closes it, and then the other is of no use.
  near.on('error', () => undefined).once('close', () => far.destroy())
  far.on('error', () => undefined).once('close', () => near.destroy())
})
server.listen({ host, port: 0, backlog: BACKLOG }, () => {
  const address = server.address()
  parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0)
})
parentPort?.on('message', () => {
  parentPort?.postMessage(CUT)
  Atomics.wait(gate, 0, CUT)
})
