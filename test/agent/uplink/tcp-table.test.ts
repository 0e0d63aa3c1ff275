import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { queueOf, unacknowledgedBytes } from '../../../agent/uplink/tcp-table.ts'
import { listening, portOf } from './bed.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n'
const TCP = `${HEAD}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 0200A8C0:D431 0100A8C0:01BB 01 000001F4:00000000 01:00000019 00000003     0
  12: 0200A8C0:D432 0100A8C0:01BB 01 00000000:0000000A 00:00000000 00000000     0
`
const TCP6 = `${HEAD}   0: 000080FE00000000000000000100000A:A3D2 000080FE00000000000000000200000A:01BB 01 00000010:00000000 01:00000019 00000000     0
`

const end = (address: string, port: number) => ({ address, port })
const ROUTER = end('192.168.0.1', 443)
const own = (port: number) => end('192.168.0.2', port)

test('what is not acknowledged is read by the two ends, of either family', () => {
  assert.equal(queueOf(TCP, own(0xd431), ROUTER), 500)
  assert.equal(queueOf(TCP, own(0xd432), ROUTER), 0, 'what waits to be read is another matter')
  const [local, remote] = [end('fe80::a00:1%eth0', 0xa3d2), end('fe80:0::0:0A00:2', 443)]
  assert.equal(queueOf(TCP6, local, remote), 16)
})

test('two lines may have one local port in common', () => {
  const table = `${HEAD}   0: 0300A8C0:D431 0100A8C0:01BB 06 00000000:00000000 03:00000019 00000000     0
${TCP}`
  assert.equal(queueOf(table, own(0xd431), ROUTER), 500)
  assert.equal(queueOf(table, end('192.168.0.3', 0xd431), ROUTER), 0)
})

test('an IPv4 address within an IPv6 one is found', () => {
  const table = `${HEAD}   0: 0000000000000000FFFF00000200A8C0:D431 0000000000000000FFFF00000100A8C0:01BB 01 00000007:00000000 01:00000019 00000000     0\n`
  const mapped = ({ address, port }: { address: string; port: number }) =>
    end(`::ffff:${address}`, port)
  assert.equal(queueOf(table, mapped(own(0xd431)), mapped(ROUTER)), 7)
})

test('keep-alive probes count where two in a row are not answered', () => {
  const row = (probes: number) =>
    `${HEAD}   1: 0200A8C0:D431 0100A8C0:01BB 01 00000000:00000000 02:00000019 00000000     0        ${probes} 4711 2 0\n`
  assert.deepEqual(
    [0, 1, 2, 5].map((probes) => queueOf(row(probes), own(0xd431), ROUTER)),
    [0, 0, 2, 5],
  )
})

test('a connection that is not in the table is unknown', () => {
  assert.equal(queueOf(TCP, own(0xd433), ROUTER), null)
  assert.equal(queueOf(TCP, own(0xd431), end('192.168.0.1', 444)), null)
  assert.equal(queueOf(TCP, ROUTER, own(0xd431)), null, 'the other way round is another connection')
  assert.equal(queueOf('', own(0xd431), ROUTER), null)
})

const MORE_THAN_BUFFERS_HOLD = 32 * 1024 * 1024
const skip = existsSync('/proc/self/net/tcp6') ? false : 'needs /proc/self/net/tcp6'

test('a healthy connection has nothing outstanding once what it sent was echoed', {
  skip,
}, async (t) => {
  const url = new URL(
    await listening(
      t,
      createServer((socket) => socket.pipe(socket)),
    ),
  )
  const socket = connect({ host: '::1', port: Number(url.port) })
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.write('a question')
  await once(socket, 'data')
  assert.equal(unacknowledgedBytes(socket), 0)
})

test('what the other end does not take stays outstanding', { skip }, async (t) => {
  const url = new URL(
    await listening(
      t,
      createServer((socket) => void socket.pause()),
    ),
  )
  const socket = connect({ host: '::1', port: Number(url.port) })
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(Buffer.alloc(MORE_THAN_BUFFERS_HOLD))
  assert.ok((unacknowledgedBytes(socket) ?? 0) > 0)
})

test('a socket that is not connected is unknown', () => {
  const socket = connect({ host: '::1', port: 1 })
  socket.on('error', () => {})
  assert.equal(unacknowledgedBytes(socket), null)
  socket.destroy()
})

test('of two connections from one port each is told apart by its address', { skip }, async (t) => {
  const HELD = '127.0.0.9'
  const server = createServer((socket) =>
    socket.remoteAddress === HELD ? void socket.pause() : socket.pipe(socket),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const port = portOf(server)
  const well = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.8' })
  t.after(() => well.destroy())
  await once(well, 'connect')
  const { localPort } = well
  assert.ok(localPort !== undefined)
  const held = connect({ host: '127.0.0.1', port, localAddress: HELD, localPort })
  t.after(() => held.destroy())
  await once(held, 'connect')
  held.write(Buffer.alloc(MORE_THAN_BUFFERS_HOLD))
  well.write('a question')
  await once(well, 'data')
  assert.equal(unacknowledgedBytes(well), 0)
  assert.ok((unacknowledgedBytes(held) ?? 0) > 0)
})
