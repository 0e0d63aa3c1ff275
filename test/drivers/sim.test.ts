import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { follow } from '../../drivers/sim.ts'

const host = '127.0.0.1'

async function listen() {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  return server
}

const portOf = (address: string | AddressInfo | null) => Object(address).port

const events = () => {
  const ready: string[] = []
  const heard = { ready: (name: string) => void ready.push(name), show() {}, away() {} }
  return { ready, heard }
}

test('a reader is not ready where the system has connected a socket to itself', async () => {
  const server = await listen()
  const port = portOf(server.address())
  server.close()
  await once(server, 'close')
  const { ready, heard } = events()
  const socket = connect({ host, port, localAddress: host, localPort: port })
  socket.on('ready', () => socket.destroy())
  await assert.rejects(follow(socket, heard), { code: 'READER_GONE' })
  assert.deepEqual([ready, socket.destroyed], [[], true])
  const simulator = createServer().listen(port, host)
  await once(simulator, 'listening')
  simulator.close()
})

test('a reader is ready while the simulator answers, and gone after it', async () => {
  const server = await listen()
  const { ready, heard } = events()
  server.on('connection', (peer) => peer.end())
  await assert.rejects(follow(connect({ host, port: portOf(server.address()) }), heard), {
    code: 'READER_GONE',
    message: /the connection ended/,
  })
  assert.deepEqual(ready, ['simulated reader'])
  server.close()
})
