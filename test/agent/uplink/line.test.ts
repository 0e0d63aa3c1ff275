import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { issue, serverExtensions } from '../../../agent/sim/pki/certificate.ts'
import { listening, pki, uplinkTo } from './bed.ts'

const tls = { key: pki.server.keyPem, cert: pki.server.certificatePem }

/** A gateway that does what no good one does. */
async function serve(
  t: TestContext,
  listener: RequestListener,
  own: ServerOptions = tls,
): Promise<string> {
  const server = createServer(own, listener)
  t.after(() => server.closeAllConnections())
  return listening(t, server)
}

test('a server certificate with a critical extension that nobody knows is not trusted', async (t) => {
  const day = 86_400_000
  const { keyPem, certificatePem } = issue(
    { commonName: 'gateway' },
    { notBefore: Date.now() - day, notAfter: Date.now() + day },
    [...serverExtensions(['::1']), { id: '1.2.3.4', critical: true, value: '\x05\x00' }],
    pki.ca,
  )
  const url = await serve(t, (_, response) => response.end(), { key: keyPem, cert: certificatePem })
  await assert.rejects((await uplinkTo(t, url))(), { code: 'SERVER_CERTIFICATE_UNTRUSTED' })
})

test('TLS 1.3 is preferred, 1.2 is allowed, and an older one is refused', async (t) => {
  const spoken = async (maxVersion: 'TLSv1.3' | 'TLSv1.2' | 'TLSv1.1') => {
    const own = { ...tls, minVersion: 'TLSv1' as const, maxVersion, ciphers: 'ALL:@SECLEVEL=0' }
    const url = await serve(t, ({ socket }, response) => response.end(protocolOf(socket)), own)
    const { answer } = await (await uplinkTo(t, url))()
    return Buffer.from(answer.body).toString()
  }
  assert.equal(await spoken('TLSv1.3'), 'TLSv1.3')
  assert.equal(await spoken('TLSv1.2'), 'TLSv1.2')
  await assert.rejects(spoken('TLSv1.1'), { code: 'TLS_FAILED' })
})

const protocolOf = (socket: Socket) => (socket instanceof TLSSocket ? socket.getProtocol() : 'none')

test('a question that waited for a connection has one when it goes out on it', async (t) => {
  let asked = 0
  const url = await serve(t, (_, response) => {
    asked += 1
    if (asked !== 2) response.end()
  })
  const ask = await uplinkTo(t, url, { sessions: 1, connectTimeoutMs: 60_000, timeoutMs: 500 })
  const [, second, third] = await Promise.allSettled([ask(), ask(), ask()])
  assert.ok(second?.status === 'rejected')
  assert.equal(second.reason.code, 'GATEWAY_TIMEOUT', 'only the answer was missing')
  assert.equal(third?.status, 'fulfilled')
})

test('a waiting question that is cut on the freed connection is a broken line, not an absent one', async (t) => {
  let asked = 0
  const url = await serve(t, (request, response) => {
    asked += 1
    if (asked === 1) response.end()
    else request.socket.destroy()
  })
  const ask = await uplinkTo(t, url, { sessions: 1 })
  const [first, second] = await Promise.allSettled([ask(false), ask(false)])
  assert.equal(first?.status, 'fulfilled')
  assert.ok(second?.status === 'rejected')
  assert.deepEqual([second.reason.code, second.reason.facts.phase], ['LINE_BROKEN', 'asking'])
})

test('a connection whose question was cancelled at once is still being made for the next', async (t) => {
  const url = await listening(t, createTcpServer())
  const ask = await uplinkTo(t, url, { sessions: 1, connectTimeoutMs: 200, timeoutMs: 500 })
  const gone = new AbortController()
  const cancelled = ask(true, gone.signal)
  gone.abort(new Error('nobody waits'))
  await assert.rejects(cancelled, { message: 'nobody waits' })
  await assert.rejects(ask(), { code: 'LINE_TIMEOUT' })
})

test('a gateway that changes the protocol has answered 101, and the connection is given back', async (t) => {
  const url = await listening(
    t,
    createTlsServer(tls, (socket) => {
      socket.on('error', () => {})
      socket.once('data', () =>
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
        ),
      )
    }),
  )
  const ask = await uplinkTo(t, url, { sessions: 1, queueLimit: 1 })
  for (let n = 0; n < 3; n += 1) assert.equal((await ask()).answer.status, 101)
})

test('an answer that stops half way is no answer in time', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half')
  })
  await assert.rejects((await uplinkTo(t, url, { timeoutMs: 300 }))(), { code: 'GATEWAY_TIMEOUT' })
})

test('when several kept connections are dead the second attempt takes a new one', async (t) => {
  const used = new WeakSet<object>()
  const both = Promise.withResolvers<void>()
  let connections = 0
  const url = await serve(t, async ({ socket }, response) => {
    if (used.has(socket)) {
      socket.destroy()
      return
    }
    used.add(socket)
    connections += 1
    if (connections === 2) both.resolve()
    await both.promise
    response.end()
  })
  const ask = await uplinkTo(t, url, { sessions: 2 })
  await Promise.all([ask(), ask()])
  assert.equal((await ask()).answer.status, 200)
  assert.equal(connections, 3)
})
