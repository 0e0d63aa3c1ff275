import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import https from 'node:https'
import net, { type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type HttpSettings, openHttp, passing } from '../../../agent/outbox/http.ts'
import { openTargets, type Resolve } from '../../../agent/outbox/targets.ts'
import { authorityExtensions, issue, pkcs12 } from '../../../agent/sim/pki/certificate.ts'
import { issueClient, issueServer, makePki, type Pki } from '../../../agent/sim/pki.ts'
import { fails, forever, local } from './bed.ts'

const LIMITED = { timeout: 60_000 }

async function listening(t: TestContext, server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host)
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}

const serving = async (t: TestContext, listener: RequestListener) => {
  const server = createServer(listener)
  t.after(() => server.closeAllConnections())
  return `http://127.0.0.1:${await listening(t, server)}/`
}

const openFor = (t: TestContext, over: Partial<HttpSettings> = {}) => {
  const http = openHttp({ targets: local, timeoutMs: 5_000, answerLimitBytes: 1_000, ...over })
  t.after(() => http.close())
  return http
}
const get = (url: string) => ({ method: 'GET' as const, url: new URL(url), headers: {} })

test('a request arrives as it was given, and its answer comes back whole', LIMITED, async (t) => {
  const url = await serving(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, headers } = request
    response.writeHead(418, { 'x-kept': 'yes' })
    response.end(`${method} ${headers['x-given']} ${headers['content-length']} ${chunks.join('')}`)
  })
  const http = openFor(t)
  const sent = async (method: 'PUT' | 'GET' | 'POST' | 'DELETE', body?: Uint8Array) => {
    const headers = { 'x-given': 'this' }
    const request = { method, url: new URL(url), headers, ...(body && { body }) }
    const { status, headers: kept, body: answer } = await http.send(request, forever())
    assert.deepEqual([status, kept['x-kept']], [418, 'yes'])
    return answer.toString()
  }
  assert.equal(await sent('PUT', Buffer.from('薬')), 'PUT this 3 薬')
  assert.equal(await sent('GET'), 'GET this undefined ')
  assert.equal(await sent('POST'), 'POST this 0 ')
  assert.equal(await sent('DELETE'), 'DELETE this 0 ')
})

test(
  'a name that leads elsewhere at the next attempt is not followed there',
  LIMITED,
  async (t) => {
    let isReached = 0
    const url = await serving(t, (_, response) => {
      isReached += 1
      response.setHeader('connection', 'close').end()
    })
    const { port } = new URL(url)
    let address = '127.0.0.1'
    const resolve: Resolve = (_host, _options, done) => done(null, [{ address, family: 4 }])
    const allowed = [{ host: 'ehr.example', networks: ['127.0.0.1/32'] }]
    const http = openFor(t, { targets: openTargets(allowed, () => [], resolve) })
    const request = get(`http://ehr.example:${port}/`)
    assert.equal((await http.send(request, forever())).status, 200)
    for (const rebound of ['127.0.0.2', '169.254.169.254', '10.1.1.1']) {
      address = rebound
      await fails(http.send(request, forever()), 'SINK_TARGET_REFUSED')
    }
    assert.equal(isReached, 1)
    address = '127.0.0.1'
    assert.equal((await http.send(request, forever())).status, 200)
  },
)

test('a redirect is an answer', LIMITED, async (t) => {
  const url = await serving(t, (_, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  })
  assert.equal((await openFor(t).send(get(url), forever())).status, 302)
})

test('a host that is not listed is not connected to', LIMITED, async (t) => {
  const http = openFor(t)
  for (const url of ['http://other.example/', 'http://127.0.0.1.evil.example/', 'http://[::2]/'])
    await fails(http.send(get(url), forever()), 'SINK_TARGET_REFUSED')
})

test(
  'an answer that is too long is refused, or cut for who does not read it',
  LIMITED,
  async (t) => {
    const url = await serving(t, (request, response) => {
      const length = Number(request.url?.slice(1))
      const endless = setInterval(() => response.write(Buffer.alloc(10_000)), 1)
      response.once('close', () => clearInterval(endless))
      if (length > 0) response.end(Buffer.alloc(length))
    })
    const refusing = openFor(t)
    assert.equal((await refusing.send(get(`${url}1000`), forever())).body.length, 1_000)
    await fails(refusing.send(get(`${url}1001`), forever()), 'SINK_ANSWER_INVALID')
    await fails(refusing.send(get(`${url}0`), forever()), 'SINK_ANSWER_INVALID')
    const cutting = openFor(t, { whenLonger: 'cut' })
    for (const path of ['0', '100000', '0']) {
      const { status, body } = await cutting.send(get(`${url}${path}`), forever())
      assert.equal(status, 200)
      assert.ok(body.length <= 1_000)
    }
  },
)

test(
  'a target that hangs is told as late, before its answer and in the middle of it',
  LIMITED,
  async (t) => {
    const url = await serving(t, (request, response) => {
      if (request.url === '/head') return
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
    })
    const http = openFor(t, { timeoutMs: 100 })
    await fails(http.send(get(`${url}head`), forever()), 'SINK_TIMEOUT')
    await fails(http.send(get(`${url}body`), forever()), 'SINK_TIMEOUT')
  },
)

test('what is called off ends with its own reason', LIMITED, async (t) => {
  const off = new AbortController()
  const url = await serving(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => off.abort(new Error('called off')))
  })
  const http = openFor(t)
  await assert.rejects(http.send(get(url), off.signal), /called off/)
  await assert.rejects(http.send(get(url), off.signal), /called off/)
})

test(
  'what is no HTTP, and a change of protocol, are answers that nobody understands',
  LIMITED,
  async (t) => {
    const answers = [
      'SSH-2.0-OpenSSH\r\n\r\n',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
      'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ]
    for (const answer of answers) {
      const port = await listening(
        t,
        net.createServer((socket) => {
          socket.on('error', () => undefined)
          socket.once('data', () => socket.end(answer))
        }),
      )
      const url = `http://127.0.0.1:${port}/`
      await fails(openFor(t).send(get(url), forever()), 'SINK_ANSWER_INVALID')
    }
  },
)

test('a target that closes without a word has failed', LIMITED, async (t) => {
  const port = await listening(
    t,
    net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
  )
  await fails(openFor(t).send(get(`http://127.0.0.1:${port}/`), forever()), 'SINK_FAILED')
  await fails(openFor(t).send(get('http://127.0.0.1:1/'), forever()), 'SINK_UNREACHABLE')
})

const pki = makePki()

/** A target over TLS that asks for a client certificate. */
async function secured(
  t: TestContext,
  as: Pick<Pki, 'server'> = pki,
  trusts: Pick<Pki, 'ca'> = pki,
) {
  const server = https.createServer(
    {
      key: as.server.keyPem,
      cert: as.server.certificatePem,
      ca: trusts.ca.certificatePem,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (_, response) => response.end('in'),
  )
  t.after(() => server.closeAllConnections())
  return `https://127.0.0.1:${await listening(t, server)}/`
}

const identityOf = ({ clientPkcs12, passphrase }: typeof pki) => ({
  pkcs12: clientPkcs12,
  passphrase,
})

test('a client certificate opens the door, and without one it stays shut', LIMITED, async (t) => {
  const url = await secured(t)
  const caPem = pki.ca.certificatePem
  const known = openFor(t, { caPem, identity: identityOf(pki) })
  assert.equal((await known.send(get(url), forever())).body.toString(), 'in')
  for (const identity of [undefined, identityOf(makePki())])
    await assert.rejects(openFor(t, { caPem, identity }).send(get(url), forever()), {
      code: /^SINK_(UNTRUSTED|FAILED)$/,
    })
})

test('whoever issued our client certificate cannot pose as the target', LIMITED, async (t) => {
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 }
  const ca = issue({ commonName: 'issuer of clients' }, validity, authorityExtensions)
  const client = issueClient(ca, pki.institutionCode)
  const poser = { ca, server: issueServer(ca, ['127.0.0.1']) }
  const url = await secured(t, poser, { ca })
  const identity = { pkcs12: pkcs12(client, 'word', 'aes256', [ca]), passphrase: 'word' }
  const pinned = openFor(t, { caPem: pki.ca.certificatePem, identity })
  await fails(pinned.send(get(url), forever()), 'SINK_UNTRUSTED')
  const right = openFor(t, { caPem: ca.certificatePem, identity })
  assert.equal((await right.send(get(url), forever())).status, 200)
  const both = `${pki.ca.certificatePem}\n${ca.certificatePem}`
  assert.equal((await openFor(t, { caPem: both, identity }).send(get(url), forever())).status, 200)
})

test(
  'a certificate of another name, another CA, or another time is not trusted',
  LIMITED,
  async (t) => {
    const url = await secured(t)
    const byName = url.replace('127.0.0.1', 'ehr.example')
    const resolve: Resolve = (_host, _options, done) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])
    const named = openTargets([{ host: 'ehr.example', networks: ['127.0.0.1'] }], () => [], resolve)
    const identity = identityOf(pki)
    const caPem = pki.ca.certificatePem
    await fails(
      openFor(t, { caPem, identity, targets: named }).send(get(byName), forever()),
      'SINK_UNTRUSTED',
    )
    await fails(
      openFor(t, { caPem: makePki().ca.certificatePem }).send(get(url), forever()),
      'SINK_UNTRUSTED',
    )
    await fails(openFor(t).send(get(url), forever()), 'SINK_UNTRUSTED')
    const old = makePki({ server: 'expired' })
    const stale = openFor(t, { caPem: old.ca.certificatePem, identity: identityOf(old) })
    await fails(stale.send(get(await secured(t, old, old)), forever()), 'SINK_UNTRUSTED')
  },
)

test('a CA or client certificate that cannot be read is told at once, and which it is', () => {
  const { clientPkcs12, passphrase } = pki
  const open = (over: Partial<HttpSettings>) =>
    openHttp({ targets: local, timeoutMs: 1, answerLimitBytes: 1, ...over })
  const told = (wrong: Partial<HttpSettings>, message: RegExp) =>
    assert.throws(() => open(wrong), { code: 'CERTIFICATE_UNREADABLE', message })
  told({ caPem: 'no PEM' }, /^the CA /)
  told({ caPem: '' }, /^the CA /)
  told({ identity: { pkcs12: Buffer.from('none'), passphrase } }, /^the client certificate /)
  told({ identity: { pkcs12: clientPkcs12, passphrase: 'wrong' } }, /^the client certificate /)
})

test('how long to wait is a count of seconds or a date', () => {
  const waits = (header: string) => {
    try {
      passing({ status: 503, headers: { 'retry-after': header }, body: Buffer.alloc(0) })
    } catch (error) {
      if (error instanceof Error && 'facts' in error) return error.facts
    }
    return null
  }
  const status = 503
  assert.deepEqual(waits('7'), { status, retryAfterSeconds: 7 })
  assert.deepEqual(waits('Wed, 01 Apr 2020 00:00:00 GMT'), { status, retryAfterSeconds: 0 })
  const later = JSON.stringify(waits('Fri, 01 Apr 2399 00:00:00 GMT'))
  assert.match(later, /"retryAfterSeconds":\d{10,}/, 'what is too long, backoff.ts bounds')
  for (const odd of ['soon', '9'.repeat(400)]) assert.deepEqual(waits(odd), { status })
})
