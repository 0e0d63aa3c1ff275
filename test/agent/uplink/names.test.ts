import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { openNames } from '../../../agent/uplink/names.ts'
import { policy } from '../../../agent/uplink/policy.ts'

const HOST = 'gateway.example'
const NO_ERROR = 0
const SERVER_FAILURE = 2
const AAAA = 28
const HEADER_BYTES = 12

interface State {
  address: Buffer | null
  more: Buffer[]
  ttl: number
  questions: number
  isSilent: boolean
}

/** A DNS server on this machine with one answer for every question; null: a failure. [RFC 1035] */
async function nameServer(t: TestContext) {
  const socket = createSocket('udp6')
  const state: State = {
    address: addressOf(1),
    more: [],
    ttl: 60,
    questions: 0,
    isSilent: false,
  }
  socket.on('message', (query, from) => {
    state.questions += 1
    if (!state.isSilent) socket.send(answer(query, state), from.port, from.address)
  })
  socket.bind(0, '::1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return { state, server: `[::1]:${socket.address().port}` }
}

const addressOf = (last: number) =>
  Buffer.from([0x20, 0x01, 0x0d, 0xb8, ...Array(11).fill(0), last])

interface Said {
  readonly address: Buffer | null
  readonly more: readonly Buffer[]
  readonly ttl: number
}

function answer(query: Buffer, { address, more, ttl }: Said): Buffer {
  let end = HEADER_BYTES
  while (query.readUInt8(end) !== 0) end += query.readUInt8(end) + 1
  const question = query.subarray(HEADER_BYTES, end + 5)
  const header = Buffer.alloc(HEADER_BYTES)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(0x8180 | (address === null ? SERVER_FAILURE : NO_ERROR), 2)
  header.writeUInt16BE(1, 4)
  const addresses = address === null ? [] : [address, ...more]
  header.writeUInt16BE(addresses.length, 6)
  return Buffer.concat([header, question, ...addresses.map((one) => record(one, ttl))])
}

function record(address: Buffer, ttl: number): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(AAAA, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttl, 6)
  head.writeUInt16BE(address.length, 10)
  return Buffer.concat([head, address])
}

async function stage(t: TestContext) {
  const { state, server } = await nameServer(t)
  const time = { now: 0 }
  const names = openNames({ line: 'a', family: 6, servers: [server] }, () => time.now)
  t.after(() => names.close())
  return { state, time, names }
}

test('a name is asked of the line’s own servers, and kept for its time to live', async (t) => {
  const { state, time, names } = await stage(t)
  assert.deepEqual(await names.resolve(HOST), ['2001:db8::1'])
  time.now = 59_999
  await names.resolve(HOST)
  assert.equal(state.questions, 1)
})

test('of several addresses the one that leads nowhere goes behind the others', async (t) => {
  const { state, names } = await stage(t)
  state.more = [addressOf(2)]
  const [first = '', second = ''] = await names.resolve(HOST)
  assert.deepEqual([first, second].sort(), ['2001:db8::1', '2001:db8::2'])
  names.failed(HOST)
  assert.deepEqual(await names.resolve(HOST), [second, first])
  names.failed('other.example')
  assert.equal(state.questions, 1)
})

test('a time to live of nothing, and one of a week, are taken within limits', async (t) => {
  const { state, time, names } = await stage(t)
  state.ttl = 0
  await names.resolve(HOST)
  time.now = policy.nameKeptAtLeastMs - 1
  await names.resolve(HOST)
  assert.equal(state.questions, 1)
  state.ttl = 7 * 24 * 3_600
  await names.resolveAnew(HOST)
  time.now += policy.nameKeptAtMostMs
  state.address = addressOf(2)
  await names.resolve(HOST)
  assert.deepEqual(await names.resolveAnew(HOST), ['2001:db8::2'], 'it was asked again')
})

test('servers that fail, or are silent, do not hold up a name that is known', async (t) => {
  const { state, time, names } = await stage(t)
  await names.resolve(HOST)
  time.now = policy.nameStaleMs - 1
  state.address = null
  assert.deepEqual(await names.resolve(HOST), ['2001:db8::1'])
  await assert.rejects(names.resolveAnew(HOST), { code: 'LINE_NAME_UNRESOLVED' })
  state.isSilent = true
  assert.deepEqual(await names.resolve(HOST), ['2001:db8::1'])
})

test('what was last said more than a day ago is not believed', async (t) => {
  const { state, time, names } = await stage(t)
  await names.resolve(HOST)
  time.now = policy.nameStaleMs
  state.address = null
  await assert.rejects(names.resolve(HOST), {
    code: 'LINE_NAME_UNRESOLVED',
    facts: { line: 'a', sign: 'ESERVFAIL' },
  })
})

test('who asks for the same name meanwhile joins', async (t) => {
  const { state, names } = await stage(t)
  await Promise.all([names.resolve(HOST), names.resolveAnew(HOST), names.resolve(HOST)])
  assert.equal(state.questions, 1)
})

test('an address is its own, and nobody is asked for it', async (t) => {
  const { state, names } = await stage(t)
  assert.deepEqual(
    [await names.resolve('2001:db8::9'), await names.resolveAnew('192.0.2.9')],
    [['2001:db8::9'], ['192.0.2.9']],
  )
  assert.equal(state.questions, 0)
})
