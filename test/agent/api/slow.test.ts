import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { anywhere, serve, until } from './served.ts'
import { throwAway } from './throw-away.ts'

const SLOW = 40
const LIMITS = { headersMs: 1_000, requestMs: 1_500, checkMs: 100, connections: SLOW + 10 }

/** What a client sends that is in no hurry: half of something, and from time to time a byte more. */
const halves: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['half a request line', 'GET /liv'],
  ['headers without an end', 'GET /livez HTTP/1.1\r\nHost: x\r\nX: '],
  [
    'half a body',
    'POST /desk/session HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"name":"',
  ],
  [
    'chunks without an end',
    'POST /desk/session HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
  ],
]

for (const [what, half] of halves)
  test(`${SLOW} connections that send ${what} keep nobody from being served, and are given up`, async (t) => {
    const { call, port } = await serve(t, { limits: LIMITS })
    const sockets = await Promise.all(
      Array.from({ length: SLOW }, async () => {
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', () => undefined).resume()
        await once(socket, 'connect')
        if (half !== '') socket.write(half.replace('HOST', `127.0.0.1:${port}`))
        return socket
      }),
    )
    const trickle = setInterval(() => {
      if (half !== '') for (const socket of sockets) if (socket.writable) socket.write('x')
    }, 200)
    t.after(() => clearInterval(trickle))
    assert.equal((await call('/v1/events')).status, 200)
    if (half !== '') await Promise.all(sockets.map((one) => one.closed || once(one, 'close')))
    assert.equal((await call('/v1/events')).status, 200)
    for (const socket of sockets) socket.destroy()
  })

test('beyond the bound a connection is cut, and those that are there go on', async (t) => {
  const { call, port } = await serve(t, { limits: { connections: 3 } })
  const open = async () => {
    const socket = net.connect(port, '127.0.0.1')
    socket.on('error', () => undefined).resume()
    await once(socket, 'connect')
    return socket
  }
  const held = [await open(), await open(), await open()]
  const more = await open()
  await once(more, 'close')
  for (const socket of held.slice(0, 2)) {
    socket.destroy()
    await once(socket, 'close')
  }
  let status = 0
  while (status !== 200)
    status = await call('/livez').then(
      (one) => one.status,
      () => 0,
    )
  held[2]?.destroy()
})

test('however many a source that may not connect opens, those that may are served', async (t) => {
  const listen = [{ ...anywhere, allow: ['127.0.0.2'] }]
  const { port } = await serve(t, { listen, limits: { connections: SLOW } })
  const sockets = Array.from({ length: 2 * SLOW }, () =>
    net
      .connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .resume(),
  )
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  await until(() => sockets.filter((socket) => socket.closed).length > SLOW)
  const allowed = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
  t.after(() => allowed.destroy())
  allowed.write(`GET /livez HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
  assert.match(await text(allowed), /^HTTP\/1\.1 200 /)
})

test('over TLS a client that never greets is given up, and others are served', async (t) => {
  const tls = throwAway(t)
  const { port } = await serve(t, { listen: [{ ...anywhere, tls }], limits: LIMITS })
  const mute = net.connect(port, '127.0.0.1')
  mute.on('error', () => undefined).resume()
  await once(mute, 'close')
})
