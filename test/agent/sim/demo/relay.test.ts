import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startRelay } from '../../../../agent/sim/demo/relay.ts'
import { portOf } from '../../uplink/bed.ts'

const HOST = '127.0.0.1'
/** Far longer than anything takes on this machine. */
const LONG_MS = 200

/** A relay to a server that gives back what it gets. */
async function relayed(t: TestContext) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  const relay = await startRelay(HOST, { host: HOST, port: portOf(server) })
  t.after(async () => {
    await relay.close()
    server.close()
  })
  return { relay, server }
}

function open(t: TestContext, port: number) {
  const socket = connect({ host: HOST, port })
  t.after(() => socket.destroy())
  return socket
}

test('a relay passes bytes on and back', async (t) => {
  const { relay } = await relayed(t)
  const socket = open(t, relay.port)
  socket.write('there')
  assert.equal(String((await once(socket, 'data'))[0]), 'there')
})

test('a cut is silent to old and new connections, and what waited passes once it is mended', async (t) => {
  const { relay } = await relayed(t)
  const old = open(t, relay.port)
  old.write('before')
  await once(old, 'data')
  await relay.cut()
  const young = open(t, relay.port)
  const seen: string[] = []
  for (const [name, socket] of Object.entries({ old, young }))
    for (const event of ['connect', 'data', 'error', 'close'])
      socket.on(event, () => seen.push(`${name} ${event}`))
  old.write('meanwhile')
  await wait(LONG_MS)
  assert.deepEqual(seen, [])
  const heard = once(old, 'data')
  const connected = once(young, 'connect')
  relay.mend()
  assert.equal(String((await heard)[0]), 'meanwhile')
  await connected
})

test('a relay that is closed while it is cut lets go of its port', async (t) => {
  const { relay } = await relayed(t)
  await relay.cut()
  await relay.close()
  await assert.rejects(once(open(t, relay.port), 'connect'), { code: 'ECONNREFUSED' })
})
