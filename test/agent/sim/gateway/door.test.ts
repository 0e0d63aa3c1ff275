import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { BehaviourError } from '../../../../agent/sim/behaviour.ts'
import { makeOtherTls } from '../../../../agent/sim/gateway/certificates.ts'
import type { GatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { serverTls } from '../../../../agent/sim/pki.ts'
import { ask, asked, open, pki, question, tls } from './bed.ts'
import { send } from './client.ts'

const otherTls = makeOtherTls(serverTls(pki), pki.ca)
const LINES = [
  { host: '::1', port: 0 },
  { host: '127.0.0.1', port: 0 },
]
const good = question('01')

let gateway: GatewaySimulator
before(async () => {
  gateway = await open({ otherTls, listen: LINES })
})
after(() => gateway.close())
beforeEach(() => gateway.behave({}))

const endpointOf = (url: string) => {
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** Connects and leaves without a word, by FIN or by RST. */
const probe = async (url: string, how: 'end' | 'resetAndDestroy') => {
  const socket = connect(endpointOf(url))
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  socket[how]()
  socket.resume()
  await closed
}

/** Resolves when the handshake is over, rejects when it fails. */
const handshake = async (url: string, options: ConnectionOptions = {}): Promise<TLSSocket> => {
  const socket = connectTls({ ...endpointOf(url), ...tls, ...options })
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}

test('told to refuse, it resets new connections of that line and serves the other', async () => {
  const [six = '', four = ''] = gateway.urls
  gateway.behave({ mode: 'refuse', from: '::1' })
  await assert.rejects(ask({ url: six }, good), { code: 'ECONNRESET' })
  const bare = connect(endpointOf(six))
  await assert.rejects(once(bare, 'end'), { code: 'ECONNRESET' })
  await asked({ url: four }, good)
})

test('told to be silent below TLS, it takes the connection and says nothing', async () => {
  const [six = '', four = ''] = gateway.urls
  const { tlsRefused } = gateway.stats()
  gateway.behave({ mode: 'silent-tls', from: '::1' })
  const socket = connectTls({ ...endpointOf(six), ...tls })
  await once(socket, 'connect')
  await assert.rejects(ask({ url: six }, good, { timeoutMs: 300 }), /timed out/)
  await asked({ url: four }, good)
  assert.equal(socket.bytesRead, 0)
  socket.destroy()
  assert.equal(gateway.stats().tlsRefused, tlsRefused)
})

test('told to be slow below TLS, it answers after that time', async () => {
  gateway.behave({ mode: 'slow-tls', delayMs: 120 })
  const startedAt = performance.now()
  await asked(gateway, good)
  assert.ok(performance.now() - startedAt >= 119)
})

for (const [mode, code] of [
  ['wrong-certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['expired-certificate', 'CERT_HAS_EXPIRED'],
] as const) {
  test(`told ${mode}, it is seen by a client of that line as ${code}`, async () => {
    const [six = '', four = ''] = gateway.urls
    const { requests } = gateway.stats()
    gateway.behave({ mode, from: '::1' })
    await assert.rejects(ask({ url: six }, good), { code })
    await assert.rejects(ask({ url: six }, good), { code })
    assert.equal(gateway.stats().requests, requests)
    await asked({ url: four }, good)
    gateway.behave({ mode: 'normal', from: '::1' })
    await asked({ url: six }, good)
  })
}

test('the unknown certificate is for the right names', async () => {
  gateway.behave({ mode: 'wrong-certificate' })
  const socket = await handshake(gateway.url, { rejectUnauthorized: false })
  const names = socket.getPeerX509Certificate()?.subjectAltName
  gateway.behave({})
  const right = await handshake(gateway.url)
  assert.equal(names, right.getPeerX509Certificate()?.subjectAltName)
  socket.destroy()
  right.destroy()
})

test('without its certificates a mode is refused, and what was set stays', async (t) => {
  const other = await open()
  t.after(() => other.close())
  other.behave({ mode: 'busy' })
  for (const mode of ['wrong-name', 'expired-certificate'] as const) {
    assert.throws(() => other.behave({ mode }), BehaviourError)
    const { status } = await fetch(`${other.controlUrl}/behaviour`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ mode }),
    })
    assert.equal(status, 400)
  }
  assert.equal((await ask(other, good)).status, 503)
})

test('connections that are open stay as they are', async (t) => {
  const socket = await handshake(gateway.url)
  t.after(() => socket.destroy())
  gateway.behave({ mode: 'refuse' })
  const answered = once(socket, 'data')
  socket.write('GET /status HTTP/1.1\r\nhost: gateway\r\n\r\n')
  const [bytes] = await answered
  assert.match(String(bytes), /^HTTP\/1\.1 200 /)
})

test('a TCP probe is tallied as such, not as a refused client, and uses nothing up', async () => {
  const earlier = gateway.stats()
  gateway.behave({ mode: 'wrong-certificate', times: 1 })
  await probe(gateway.url, 'end')
  await probe(gateway.url, 'resetAndDestroy')
  await until(() => gateway.stats().tcpProbes === earlier.tcpProbes + 2)
  assert.equal(gateway.stats().tlsRefused, earlier.tlsRefused)
  await assert.rejects(ask(gateway, good), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  await asked(gateway, good)
  assert.equal(gateway.stats().tcpProbes, earlier.tcpProbes + 2)
})

test('with refuse, a TCP probe is refused too and counts', async () => {
  gateway.behave({ mode: 'refuse', times: 1 })
  const bare = connect(endpointOf(gateway.url))
  await assert.rejects(once(bare, 'end'), { code: 'ECONNRESET' })
  await asked(gateway, good)
})

test('a client that starts and breaks off is a refused one', async () => {
  const earlier = gateway.stats()
  const socket = connect(endpointOf(gateway.url))
  socket.write('GET / HTTP/1.0\r\n\r\n')
  socket.resume()
  await once(socket, 'close')
  await until(() => gateway.stats().tlsRefused > earlier.tlsRefused)
  assert.equal(gateway.stats().tcpProbes, earlier.tcpProbes)
})

test('the 21st TLS connection at a time is closed at once, over all endpoints', async (t) => {
  const other = await open({ listen: LINES })
  t.after(() => other.close())
  const [six = '', four = ''] = other.urls
  const held = await Promise.all(
    Array.from({ length: 20 }, (_, at) => handshake(at % 2 === 0 ? six : four)),
  )
  t.after(() => held.map((socket) => socket.destroy()))
  await probe(six, 'end')
  for (const url of [six, four]) await assert.rejects(handshake(url), { code: 'ECONNRESET' })
  const { connectionsRefused, connectionsMost, tlsRefused } = other.stats()
  assert.deepEqual(
    { connectionsRefused, connectionsMost, tlsRefused },
    { connectionsRefused: 2, connectionsMost: 20, tlsRefused: 0 },
  )
  held[0]?.destroy()
  const again = () => send({ url: `${four}/status`, tls }).catch(() => undefined)
  while ((await again())?.status !== 200);
  assert.equal(other.stats().connectionsMost, 20)
})

test('the limit can be set', async (t) => {
  const other = await open({ connectionLimit: 1 })
  t.after(() => other.close())
  const held = await handshake(other.url)
  await assert.rejects(handshake(other.url), { code: 'ECONNRESET' })
  held.destroy()
})

test('it closes at once whatever its connections wait for', async () => {
  const other = await open()
  other.behave({ mode: 'slow-tls', delayMs: 3_600_000 })
  const slow = handshake(other.url)
  const bare = connect(endpointOf(other.url))
  bare.on('error', () => undefined).resume()
  await once(bare, 'connect')
  const left = new Promise((resolve) => bare.once('close', resolve))
  await Promise.all([assert.rejects(slow), left, other.close()])
})
