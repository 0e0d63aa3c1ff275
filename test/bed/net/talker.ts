/** Connections, datagrams and look-ups from an address of the clinic's box. */
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Type } from 'typebox'
import { checked } from '../client.ts'
import { answerCalls } from './calls.ts'
import { ECHO_PORT } from './plan.ts'

const Open = Type.Object({ from: Type.String(), to: Type.String() })
const Say = Type.Object({
  connection: Type.Number(),
  text: Type.String(),
  patienceMs: Type.Number(),
})
const Flood = Type.Object({ from: Type.String(), to: Type.String(), count: Type.Number() })
const Resolve = Type.Object({
  from: Type.String(),
  server: Type.String(),
  name: Type.String(),
  timeoutMs: Type.Number(),
})

const open: Socket[] = []

/** Rejects when the connection breaks. */
async function echoed(socket: Socket, text: string): Promise<string> {
  let back = ''
  while (back.length < text.length) back += String((await once(socket, 'data'))[0])
  return back
}

await answerCalls({
  async open(given) {
    const { from, to } = checked(Open, given)
    const began = performance.now()
    const socket = connect({ host: to, port: ECHO_PORT, localAddress: from })
    await once(socket, 'connect')
    socket.setNoDelay(true).on('error', () => undefined)
    return { connection: open.push(socket) - 1, tookMs: performance.now() - began }
  },
  /** What came back; null: nothing within the patience. */
  async say(given) {
    const { connection, text, patienceMs } = checked(Say, given)
    const socket = open[connection]
    if (socket === undefined) throw new Error('no such connection')
    socket.write(text)
    const silence = new Promise<null>((resolve) => {
      setTimeout(resolve, patienceMs, null)
    })
    return Promise.race([echoed(socket, text), silence])
  },
  /** Datagrams, one after the other. The socket stays: an answer to none would be complained about. */
  async flood(given) {
    const { from, to, count } = checked(Flood, given)
    const socket = createSocket(from.includes(':') ? 'udp6' : 'udp4')
    socket.bind(0, from)
    await once(socket, 'listening')
    for (let sent = 0; sent < count; sent += 1)
      await new Promise((resolve) => socket.send(`${sent}`, ECHO_PORT, to, resolve))
  },
  resolve(given) {
    const { from, server, name, timeoutMs } = checked(Resolve, given)
    const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
    resolver.setServers([server.includes(':') ? `[${server}]` : server])
    if (from.includes(':')) resolver.setLocalAddress('0.0.0.0', from)
    else resolver.setLocalAddress(from)
    return from.includes(':') ? resolver.resolve6(name) : resolver.resolve4(name)
  },
})
