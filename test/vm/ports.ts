import { once } from 'node:events'
import { createServer } from 'node:net'

/** Four of this machine's loopback that nobody listens on now: all are held before any is let go. */
export async function freePorts(): Promise<readonly [number, number, number, number]> {
  const held = [await holdPort(), await holdPort(), await holdPort(), await holdPort()] as const
  return [await held[0](), await held[1](), await held[2](), await held[3]()]
}

async function holdPort(): Promise<() => Promise<number>> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port')
  return async () => {
    const closed = once(server, 'close')
    server.close()
    await closed
    return bound.port
  }
}
