import { connect, type Socket } from 'node:net'
import { Type } from 'typebox'
import { AgentError, codeOf } from '../agent/kernel/errors.ts'
import { defineDriver, type Reader } from './driver.ts'
import { readerOf, type SessionEvents } from './sessions.ts'
import { openSimLink } from './sim-link.ts'

export const sim = defineDriver({
  name: 'sim',
  title: 'Simulated reader (onshi-agent sim card): no hardware, invented cards',
  options: Type.Object(
    {
      host: Type.String({
        default: '127.0.0.1',
        minLength: 1,
        description: 'Where `onshi-agent sim card` runs.',
      }),
      port: Type.Integer({
        default: 35_970,
        minimum: 1,
        maximum: 65_535,
        description: 'Its TCP port.',
      }),
    },
    { additionalProperties: false },
  ),
  open: ({ host, port }) => Promise.resolve(openSim(host, port)),
})

function openSim(host: string, port: number): Reader {
  return readerOf(async (events, signal) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true })
    const stop = () => socket.destroy()
    signal.addEventListener('abort', stop, { once: true })
    try {
      if (!signal.aborted) await follow(socket, events)
    } finally {
      signal.removeEventListener('abort', stop)
      socket.destroy()
    }
  })
}

/**
 * Whether TCP has connected a socket to itself. That happens to who tries again and again: once the
 * kernel happens to choose the port that is called, which nobody listens on, as our own.
 */
const isItself = ({ localAddress, localPort, remoteAddress, remotePort }: Socket) =>
  localPort === remotePort && localAddress === remoteAddress

/** One connection to the simulator, for as long as it lasts. Rejects with why it ended. */
export async function follow(socket: Socket, events: SessionEvents): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const link = openSimLink(socket, events.show)
  let cause: unknown
  socket.on('connect', () => {
    // It would pass for a reader that is ready, and keep the simulator from its own port.
    if (isItself(socket)) socket.destroy(new Error('connected to itself'))
    else events.ready('simulated reader')
  })
  socket.on('data', (chunk) => link.take(chunk))
  socket.on('error', (error) => {
    cause = error
  })
  socket.on('close', () => {
    link.end()
    resolve()
  })
  await closed
  const why = codeOf(cause) || 'the connection ended'
  throw new AgentError('READER_GONE', `no card simulator: ${why}`, { cause })
}
