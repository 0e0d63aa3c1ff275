import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createServer, type TLSSocket } from 'node:tls'
import { openBudget } from '../../../agent/uplink/budget.ts'
import { openLine } from '../../../agent/uplink/line.ts'
import { eventually } from '../../bed/client.ts'
import { identityOf, pki, portOf } from './bed.ts'

const identity = identityOf(pki)
const signal = new AbortController().signal
const get = { method: 'GET' as const, path: '/status', headers: {}, body: new Uint8Array() }

/** A gateway that does to each connection what the test says, and a line to it. */
async function lineTo(
  t: TestContext,
  serve: (socket: TLSSocket, nth: number) => void,
  { serverName = null as string | null, limit = 20 } = {},
) {
  let connections = 0
  const sockets = new Set<TLSSocket>()
  const tls = { key: pki.server.keyPem, cert: pki.server.certificatePem, ca: pki.ca.certificatePem }
  const server = createServer({ ...tls, requestCert: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    connections += 1
    serve(socket, connections)
  })
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  const port = portOf(server)
  const line = openLine(
    {
      name: 'a',
      gateway: `https://[::1]:${port}`,
      source: { address: null, interface: null, prefix: null, family: 6 },
      dnsServers: [],
      serverName,
      metered: false,
      lineAuthUrl: null,
      connectTimeoutMs: 2_000,
      timeoutMs: 2_000,
      answerLimitBytes: 10_000,
    },
    {
      identity,
      budget: openBudget(limit),
      now: () => performance.now(),
      network: [],
      onRefused: () => {},
    },
  )
  t.after(() => {
    line.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const ask = () => line.request(get, signal, { onSent() {} })
  return { line, ask, connections: () => connections }
}

const answer = (socket: TLSSocket) =>
  socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))

test('what a server says on a connection that nobody used is no answer to the next question', async (t) => {
  const { line, ask, connections } = await lineTo(t, (socket, nth) => {
    if (nth > 1) answer(socket)
    else socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
  })
  await line.connections.warm(signal)
  await eventually('the spoilt connection is found out', async () =>
    line.connections.isWarm() ? undefined : true,
  )
  assert.equal((await ask()).status, 200)
  assert.equal(connections(), 2)
})

test('a connection that the server ended while it was kept ahead is not used', async (t) => {
  const { line, ask } = await lineTo(t, (socket, nth) => {
    if (nth > 1) answer(socket)
    else socket.end()
  })
  await line.connections.warm(signal)
  await eventually('the ended connection is found out', async () =>
    line.connections.isWarm() ? undefined : true,
  )
  assert.equal((await ask()).status, 200)
})

test('a connection made ahead is the one that the next question takes', async (t) => {
  const { line, ask, connections } = await lineTo(t, answer)
  await line.connections.warm(signal)
  assert.equal(line.connections.isWarm(), true)
  for (let n = 0; n < 3; n += 1) assert.equal((await ask()).status, 200)
  assert.equal(connections(), 1)
})

test('one that was being made while the certificate was replaced is not kept', async (t) => {
  const { line } = await lineTo(t, answer)
  const warming = line.connections.warm(signal)
  line.connections.setIdentity(identity)
  await warming
  assert.equal(line.connections.isWarm(), false)
})

test('a server name that is an address is what the certificate must hold', async (t) => {
  const good = await lineTo(t, answer, { serverName: '::1' })
  assert.equal((await good.ask()).status, 200)
  const wrong = await lineTo(t, answer, { serverName: '2001:db8::9' })
  await assert.rejects(wrong.ask(), { code: 'SERVER_NAME_MISMATCH' })
})

test('no more connections stand than may, and an idle one gives way', async (t) => {
  const { line } = await lineTo(t, answer, { limit: 1 })
  await line.connections.warm(signal)
  const busy = await line.connections.open(identity, signal)
  assert.equal(line.connections.isWarm(), false, 'it gave way')
  await assert.rejects(line.connections.open(identity, signal), { code: 'QUEUE_FULL' })
  busy.destroy()
  const next = await line.connections.open(identity, signal)
  next.destroy()
})
