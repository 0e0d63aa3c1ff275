import { once } from 'node:events'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Sends bytes as they are to an agent; all that comes back until the other side ends. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(bytes)
  return buffer(socket).catch(() => Buffer.alloc(0))
}
