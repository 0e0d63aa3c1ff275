import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { queueOf, unacknowledgedBytes } from '../../../agent/uplink/tcp-table.ts'
import { listening } from './bed.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n'
const TCP = `${HEAD}   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 0200A8C0:D431 0100A8C0:01BB 01 000001F4:00000000 01:00000019 00000003     0
  12: 0200A8C0:D432 0100A8C0:01BB 01 00000000:0000000A 00:00000000 00000000     0
`
const TCP6 = `${HEAD}   0: 000080FE00000000000000000100000A:A3D2 000080FE00000000000000000200000A:01BB 01 00000010:00000000 01:00000019 00000000     0
`

test('what is not acknowledged is read by the two ports, of either family', () => {
  assert.equal(queueOf(TCP, 0xd431, 443), 500)
  assert.equal(queueOf(TCP, 0xd432, 443), 0, 'what waits to be read is another matter')
  assert.equal(queueOf(TCP6, 0xa3d2, 443), 16)
})

test('keep-alive probes count where two in a row are not answered', () => {
  const row = (probes: number) =>
    `${HEAD}   1: 0200A8C0:D431 0100A8C0:01BB 01 00000000:00000000 02:00000019 00000000     0        ${probes} 4711 2 0\n`
  assert.deepEqual(
    [0, 1, 2, 5].map((probes) => queueOf(row(probes), 0xd431, 443)),
    [0, 0, 2, 5],
  )
})

test('a connection that is not in the table is unknown', () => {
  assert.equal(queueOf(TCP, 0xd433, 443), null)
  assert.equal(queueOf(TCP, 0xd431, 444), null)
  assert.equal(queueOf(TCP, 443, 0xd431), null, 'the other way round is another connection')
  assert.equal(queueOf('', 0xd431, 443), null)
})

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
  const MORE_THAN_BUFFERS_HOLD = 32 * 1024 * 1024
  socket.write(Buffer.alloc(MORE_THAN_BUFFERS_HOLD))
  assert.ok((unacknowledgedBytes(socket) ?? 0) > 0)
})

test('a socket that is not connected is unknown', () => {
  const socket = connect({ host: '::1', port: 1 })
  socket.on('error', () => {})
  assert.equal(unacknowledgedBytes(socket), null)
  socket.destroy()
})
