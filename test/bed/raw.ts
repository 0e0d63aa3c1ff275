import { once } from 'node:events'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import tls from 'node:tls'

/** Sends bytes as they are to an agent; all that comes back until the other side ends. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(bytes)
  return buffer(socket).catch(() => Buffer.alloc(0))
}

/** Silence after which an answer is taken for whole: some connections are kept although nothing more comes. */
const SILENCE_MS = 5_000

/**
 * Sends bytes as they are, then no more, to a port of this machine, over TLS where a CA is given; all
 * that comes back.
 */
export async function converse(port: string, bytes: string | Buffer, ca?: string): Promise<string> {
  const place = { host: '127.0.0.1', port: Number(port) }
  const socket = ca === undefined ? net.connect(place) : tls.connect({ ...place, ca })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('error', () => undefined)
  socket.setTimeout(SILENCE_MS, () => socket.destroy())
  await once(socket, ca === undefined ? 'connect' : 'secureConnect')
  socket.end(bytes)
  await closed
  return Buffer.concat(parts).toString('latin1')
}
