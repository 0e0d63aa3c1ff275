import { createServer, type Server, type Socket } from 'node:net'
import { type Endpoint, listen } from '../listen.ts'
import type { Mode } from './behaviour.ts'
import type { Behaviours } from './behaviours.ts'
import { plainAddress } from './source.ts'
import type { Tally } from './stats.ts'

/** As long as `node:tls` waits for a handshake. */
const FIRST_BYTE_MS = 120_000
const SLOW_MS = 1000

export interface DoorOptions {
  readonly behaviours: Pick<Behaviours, 'peek' | 'take'>
  readonly tally: Tally
  /** TLS connections at a time; a further one is closed at once. */
  readonly connectionLimit: number
  /** Takes the connection over, to its end. */
  serve(socket: Socket, mode: Mode): void
}

/** Accepts connections and decides below HTTP what each of them gets. */
export interface Door {
  /** Origins, in the order of the endpoints. */
  readonly urls: readonly string[]
  close(): Promise<void>
}

/** Counts the connections that are being served, and refuses those above the limit. */
const openServing = ({ tally, connectionLimit, serve }: DoorOptions) => {
  let served = 0
  return (socket: Socket, mode: Mode) => {
    if (served >= connectionLimit) {
      tally.add('connectionsRefused')
      socket.destroy()
      return
    }
    served += 1
    tally.atOnce(served)
    socket.once('close', () => {
      served -= 1
    })
    serve(socket, mode)
  }
}

type Serving = ReturnType<typeof openServing>

/** At the first byte: from here on it is a TLS client's. */
const admit = (socket: Socket, source: string, options: DoorOptions, serving: Serving) => {
  const { mode = 'normal', delayMs } = options.behaviours.take('connection', source)
  switch (mode) {
    case 'refuse':
      socket.resetAndDestroy()
      return
    case 'silent-tls':
      socket.resume()
      return
    case 'slow-tls': {
      const timer = setTimeout(() => serving(socket, mode), delayMs ?? SLOW_MS)
      socket.once('close', () => clearTimeout(timer))
      return
    }
    default:
      serving(socket, mode)
  }
}

/** Waits for the first byte; a client that leaves without one was a TCP probe. */
const receive = (socket: Socket, options: DoorOptions, serving: Serving) => {
  const { behaviours, tally } = options
  const source = plainAddress(socket.remoteAddress)
  if (behaviours.peek('connection', source).mode === 'refuse') {
    behaviours.take('connection', source)
    socket.resetAndDestroy()
    return
  }
  const giveUp = () => socket.destroy()
  const left = () => tally.add('tcpProbes')
  socket.setTimeout(FIRST_BYTE_MS, giveUp)
  socket.once('close', left)
  socket.once('readable', () => {
    if (socket.readableLength === 0) {
      socket.resume()
      return
    }
    socket.off('close', left)
    socket.setTimeout(0, giveUp)
    admit(socket, source, options, serving)
  })
}

const closeServer = (server: Server) =>
  new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
  })

/** Listens at every endpoint. Rejects, with none left open, when one of them is taken. */
export const openDoor = async (
  endpoints: readonly Endpoint[],
  options: DoorOptions,
): Promise<Door> => {
  const serving = openServing(options)
  const sockets = new Set<Socket>()
  const servers: Server[] = []
  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // What breaks a connection also closes it, and that is what is looked at.
    socket.on('error', () => undefined)
    receive(socket, options, serving)
  }
  const close = async () => {
    const closed = servers.map(closeServer)
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  const urls: string[] = []
  try {
    for (const endpoint of endpoints) {
      const server = createServer({ noDelay: true }, accept)
      urls.push(await listen(server, 'https', endpoint))
      servers.push(server)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { urls, close }
}
