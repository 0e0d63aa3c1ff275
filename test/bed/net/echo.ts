/** Sends back what it is sent, TCP and UDP, in the upstream namespace. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { answerCalls } from './calls.ts'
import { ECHO_PORT } from './plan.ts'

let datagrams = 0
let resets = 0

const server = createServer((socket) => {
  socket.setNoDelay(true)
  socket.on('error', (error) => {
    if ('code' in error && error.code === 'ECONNRESET') resets += 1
  })
  socket.pipe(socket)
})
const udp = createSocket('udp6', (message, { address, port }) => {
  datagrams += 1
  udp.send(message, port, address)
})

await answerCalls({
  async start() {
    await new Promise<void>((resolve) => server.listen(ECHO_PORT, '::', resolve))
    await new Promise<void>((resolve) => udp.bind(ECHO_PORT, '::', resolve))
  },
  heard: () => ({ datagrams, resets }),
})
