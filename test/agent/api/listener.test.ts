import assert from 'node:assert/strict'
import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { bare, sourceRule } from '../../../agent/api/hosts.ts'
import { goodToken } from '../../fakes/consumers.ts'
import { anywhere, face, problem, raw, serve, until } from './served.ts'
import { throwAway } from './throw-away.ts'

const codeIn = (answer: string) => /"code":"(\w+)"/.exec(answer)?.[1]
const statusIn = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
const get = (host: string, more = '') =>
  `GET /livez HTTP/1.1\r\n${host}${more}Connection: close\r\n\r\n`

test('a Host header that is exactly the listener’s is served', async (t) => {
  const { port } = await serve(t, { listen: [{ ...anywhere, hosts: ['onshi.clinic.lan:8480'] }] })
  const hosts = [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LocalHost:${port}`,
    `[::1]:${port}`,
    'onshi.clinic.lan:8480',
  ]
  for (const host of hosts) {
    assert.equal(statusIn(await raw(port, get(`Host: ${host}\r\n`))), 200, host)
  }
})

test('every other Host header is 421', async (t) => {
  const { port } = await serve(t)
  const tricks = [
    `127.0.0.1.evil.com:${port}`,
    `127.0.0.1:${port}.evil.com`,
    `localhost.:${port}`,
    `localhost:${port}.`,
    `[::ffff:127.0.0.1]:${port}`,
    `127.1:${port}`,
    `0x7f000001:${port}`,
    `user@127.0.0.1:${port}`,
    '127.0.0.1',
    'localhost',
    `127.0.0.1:${port + 1}`,
    `127.0.0.1:0${port}`,
    `127.0.0.1:${port},evil.com`,
    'evil.com',
    '',
  ]
  for (const host of tricks) {
    const answer = await raw(port, get(`Host: ${host}\r\n`))
    assert.equal(statusIn(answer), 421, host)
    assert.equal(codeIn(answer), 'HOST_REFUSED', host)
  }
})

test('a missing, doubled or contradicted Host is refused', async (t) => {
  const { port } = await serve(t)
  const own = `Host: 127.0.0.1:${port}\r\n`
  const requests = [
    get(''),
    get(own, own),
    get(own, 'Host: evil.com\r\n'),
    get(own).replace('/livez', 'http://evil.com/livez'),
    get(own).replace('/livez', `http://127.0.0.1:${port}/livez`),
    get(own).replace('/livez', 'evil'),
    get(own).replace('/livez', '*'),
    get('').replace('HTTP/1.1', 'HTTP/1.0'),
  ]
  for (const request of requests) {
    const answer = await raw(port, request)
    const status = statusIn(answer)
    assert.ok(status === 421 || status === 400, `${request} -> ${answer}`)
    assert.ok(codeIn(answer) !== undefined, answer)
  }
})

test('a request of another origin is refused, also with a good token; no answer invites one', async (t) => {
  const { call, url, port } = await serve(t)
  for (const origin of [
    'http://evil.com',
    'null',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}.evil.com`,
    `http://localhost:${port}`,
  ]) {
    const answer = await call('/v1/events', { headers: { origin } })
    assert.equal((await problem(answer))['code'], 'FORBIDDEN', origin)
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('access-control-allow-origin'), null)
  }
  const own = await call('/v1/events', { headers: { origin: url } })
  assert.equal(own.status, 200)
  assert.equal(own.headers.get('access-control-allow-origin'), null)
})

test('a source that is not allowed is refused before its token is looked at', async (t) => {
  const { url, consumers } = await serve(t, { listen: [{ ...anywhere, allow: ['192.0.2.0/24'] }] })
  const response = await fetch(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${goodToken}` },
  })
  assert.equal((await problem(response))['code'], 'FORBIDDEN')
  assert.equal(consumers.tried, 0)
  const { call } = await serve(t, {
    listen: [{ ...anywhere, allow: ['192.0.2.1', '127.0.0.0/8'] }],
  })
  assert.equal((await call('/v1/events')).status, 200)
})

test('an IPv4 source is the same one in its IPv6 coat', () => {
  const allowed = sourceRule(['192.0.2.0/24', '::ffff:198.51.100.7', 'fd00::/8'])
  for (const address of ['::ffff:192.0.2.9', '192.0.2.9', '198.51.100.7', 'fd00::1%eth0']) {
    assert.ok(allowed(bare(address)), address)
  }
  for (const address of ['192.0.3.1', '::1', 'fe80::1%eth0', '', 'fd00']) {
    assert.ok(!allowed(bare(address)), address)
  }
  assert.throws(() => sourceRule(['192.0.2.0/33']), /CIDR/)
  assert.throws(() => sourceRule(['clinic']), /CIDR/)
})

test('hostile bytes get a problem or a closed connection, and the next client is served', async (t) => {
  const { port, call, bugs } = await serve(t)
  const host = `Host: 127.0.0.1:${port}\r\n`
  const auth = `Authorization: Bearer ${goodToken}\r\nContent-Type: application/json\r\nPrefer: wait=0\r\n`
  const post = `POST /v1/verifications HTTP/1.1\r\n${host}${auth}`
  const hostile: [string, string, number[]][] = [
    ['no HTTP', 'hello\r\n\r\n', [400]],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
    ['large headers', get(host, `X: ${'x'.repeat(17_000)}\r\n`), [431]],
    ['many headers', get(host, 'X: y\r\n'.repeat(4_000)), [431]],
    ['long target', get(host).replace('/livez', `/${'x'.repeat(17_000)}`), [431]],
    ['bare LF in a name', get(host, 'X\n: y\r\n'), [400]],
    ['folded header', get(host, 'X: y\r\n z: 1\r\n'), [200, 400]],
    ['CL and TE', `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
    ['two CL', `${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, [400]],
    ['odd TE', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, [400]],
    ['bad chunk', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, [400]],
    ['negative CL', `${post}Content-Length: -1\r\n\r\n`, [400]],
    ['huge CL', `${post}Content-Length: 99999999999\r\n\r\n{}`, [413]],
    ['bad percent', get(`${host}`).replace('/livez', '/v1/verifications/%zz'), [400, 404]],
    ['NUL', get(host).replace('/livez', '/v1/\0'), [400]],
    ['odd method', `BREW / HTTP/1.1\r\n${host}\r\n`, [400]],
    ['TRACE', get(host).replace('GET', 'TRACE'), [404, 405]],
    ['odd Expect', get(host, 'Expect: a-miracle\r\n'), [400]],
    ['path climb', get(host).replace('/livez', '/../../etc/passwd'), [404]],
  ]
  for (const [name, bytes, expected] of hostile) {
    const answer = await raw(port, bytes)
    assert.ok(expected.includes(statusIn(answer)), `${name}: ${answer.slice(0, 300)}`)
    if (statusIn(answer) !== 200) assert.match(answer, /application\/problem\+json/, name)
    assert.ok(codeIn(answer) !== undefined || statusIn(answer) === 200, name)
  }
  assert.equal((await call('/v1/events')).status, 200)
  assert.deepEqual(bugs, [])
})

test('CONNECT and a cut connection harm nobody', async (t) => {
  const { port, call, bugs } = await serve(t)
  assert.doesNotMatch(await raw(port, 'CONNECT evil.com:443 HTTP/1.1\r\n\r\n'), / 200 /)
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `POST /v1/verifications HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${goodToken}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  )
  socket.resetAndDestroy()
  assert.equal((await call('/v1/events')).status, 200)
  assert.deepEqual(bugs, [])
})

test('a body or headers that do not come are given up', async (t) => {
  const limits = { headersMs: 100, requestMs: 200, checkMs: 20 }
  const { port } = await serve(t, { limits })
  const head = `POST /v1/verifications HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`
  const auth = `Authorization: Bearer ${goodToken}\r\nContent-Type: application/json\r\n`
  const answers = await Promise.all([
    raw(port, head),
    raw(port, `${head}${auth}Content-Length: 100\r\n\r\n{`),
  ])
  for (const answer of answers) assert.equal(statusIn(answer), 408, answer)
})

test('paths and methods that are not there are problems too', async (t) => {
  const { call, url } = await serve(t)
  assert.equal((await problem(await call('/nothing')))['code'], 'NOT_FOUND')
  assert.equal((await problem(await fetch(`${url}/nothing`)))['code'], 'NOT_FOUND')
  const wrong = await call('/v1/verifications/v1', { method: 'DELETE' })
  assert.equal((await problem(wrong))['code'], 'METHOD_REFUSED')
  assert.equal(wrong.headers.get('allow'), 'GET')
  assert.equal((await call('/v1/verifications')).headers.get('allow'), 'POST')
  assert.equal((await call('/v1/events', { method: 'OPTIONS' })).status, 405)
  for (const path of ['/nothing', '/v1/verifications/%ff']) {
    assert.equal((await call(path)).headers.get('cache-control'), 'private, no-store')
  }
})

test('an address that is taken is LISTEN_FAILED, and gives the others back', async (t) => {
  const { port } = await serve(t)
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  assert.ok(address !== null && typeof address === 'object')
  probe.close()
  await once(probe, 'close')
  const first = { ...anywhere, address: `127.0.0.1:${address.port}` }
  const taken = { ...anywhere, address: `127.0.0.1:${port}` }
  await assert.rejects(serve(t, { listen: [first, taken] }), { code: 'LISTEN_FAILED' })
  await serve(t, { listen: [first] })
})

test('settings that make no sense are refused before anything is opened', async (t) => {
  for (const address of ['localhost:8480', '127.0.0.1', '::1:8480', '']) {
    await assert.rejects(serve(t, { listen: [{ ...anywhere, address }] }), {
      code: 'CONFIG_INVALID',
    })
  }
  const bad = { ...anywhere, allow: ['clinic'] }
  await assert.rejects(serve(t, { listen: [bad] }), { code: 'CONFIG_INVALID' })
  await assert.rejects(serve(t, { monitorFrom: ['clinic'] }), { code: 'CONFIG_INVALID' })
})

test('two listeners serve one API, each under its own name', async (t) => {
  const { api, port } = await serve(t, { listen: [anywhere, { ...anywhere, address: '[::1]:0' }] })
  const [, second = ''] = api.urls
  assert.match(second, /^http:\/\/\[::1\]:\d+$/)
  assert.equal((await fetch(`${second}/livez`)).status, 200)
  assert.equal(statusIn(await raw(port, get(`Host: ${new URL(second).host}\r\n`))), 421)
})

test('a listener on every address answers to the address that was dialled, and to no other name', async (t) => {
  const { port } = await serve(t, { listen: [{ ...anywhere, address: '0.0.0.0:0' }] })
  for (const host of ['127.0.0.1', 'localhost']) {
    assert.equal(statusIn(await raw(port, get(`Host: ${host}:${port}\r\n`))), 200, host)
  }
  for (const host of ['192.0.2.1', 'evil.com']) {
    assert.equal(statusIn(await raw(port, get(`Host: ${host}:${port}\r\n`))), 421, host)
  }
})

test('a listener with a certificate serves HTTPS and nothing else', async (t) => {
  const tls = throwAway(t)
  const { url, port, bugs } = await serve(t, { listen: [{ ...anywhere, tls }] })
  assert.match(url, /^https:/)
  const request = https.get(`${url}/livez`, { ca: tls.certificate, agent: false })
  const [response] = await once(request, 'response')
  assert.equal(response.statusCode, 200)
  assert.equal(await text(response), 'ok\n')
  assert.doesNotMatch(await raw(port, get(`Host: 127.0.0.1:${port}\r\n`)), / 200 /)
  const bad = { ...tls, key: 'no key' }
  await assert.rejects(serve(t, { listen: [{ ...anywhere, tls: bad }] }), {
    code: 'CERTIFICATE_UNREADABLE',
  })
  assert.deepEqual(bugs, [])
})

test('closing lets what is in flight finish, then cuts what does not', async (t) => {
  const { api, post, verifications } = await serve(t, { limits: { drainMs: 50 } })
  const waiting = post('/v1/verifications', face)
  await until(() => verifications.waiters === 1)
  let isAsked = false
  verifications.ended = () => {
    isAsked = true
    return new Promise(() => undefined)
  }
  const hanging = assert.rejects(post('/v1/verifications', face))
  await until(() => isAsked)
  await api.close()
  assert.equal((await waiting).status, 202)
  await hanging
  await assert.rejects(fetch(`${api.urls[0]}/livez`))
  await api.close()
})
