import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { makeCard } from '../../../../agent/sim/card/card.ts'
import { type CardSimulator, startCardSimulator } from '../../../../agent/sim/card/command.ts'
import { attachToVpcd } from '../../../../agent/sim/card/vpcd.ts'

const JPKI = '00a4040c0ad392f000260100000001'
const anyPort = { host: '127.0.0.1', port: 0 }

async function simulator(t: TestContext): Promise<CardSimulator> {
  const started = await startCardSimulator({ link: anyPort, control: anyPort })
  t.after(() => started.close())
  return started
}

/** A client that knows the framing by itself: u16 big-endian length, then the message. */
function client(t: TestContext, port: number | null) {
  const socket = connect(port ?? 0, '127.0.0.1')
  t.after(() => socket.destroy())
  const messages = framesOf(socket)
  return {
    socket,
    next: async (): Promise<string> => (await messages.next()).value ?? 'closed',
    send: (hex: string) => {
      const payload = Buffer.from(hex, 'hex')
      socket.write(Buffer.from([payload.length >> 8, payload.length & 0xff, ...payload]))
    },
  }
}

async function* framesOf(socket: Socket): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, Buffer.from(chunk)])
    for (;;) {
      const length = rest.length < 2 ? Number.POSITIVE_INFINITY : rest.readUInt16BE()
      if (rest.length < 2 + length) break
      yield rest.subarray(2, 2 + length).toString('hex')
      rest = rest.subarray(2 + length)
    }
  }
}

const post = (url: string, body: unknown) =>
  fetch(`${url}/tap`, { method: 'POST', body: JSON.stringify(body) })

test('a card that is tapped is announced, answers, and is announced gone', async (t) => {
  const sim = await simulator(t)
  const reader = client(t, sim.linkPort)
  await once(reader.socket, 'connect')
  await sim.tap({ patient: '01' })
  assert.equal(await reader.next(), '013b888001000005e0b381a1007f')
  reader.send(`10${JPKI}`)
  assert.equal(await reader.next(), '119000')
  reader.send('1000a4020c02abcd')
  assert.equal(await reader.next(), '116a82')
  assert.equal(sim.state().apdus, 2)
  await sim.remove()
  assert.equal(await reader.next(), '00')
  assert.equal(sim.state().card, null)
})

test('a client that connects late is told of the card that is there', async (t) => {
  const sim = await simulator(t)
  await sim.tap({ kind: 'phone' })
  const [one, two] = [client(t, sim.linkPort), client(t, sim.linkPort)]
  assert.equal(await one.next(), '013b80800101')
  assert.equal(await two.next(), '013b80800101')
})

test('a card in place of another is a removal and an insertion', async (t) => {
  const sim = await simulator(t)
  await sim.tap({ kind: 'phone' })
  const reader = client(t, sim.linkPort)
  await reader.next()
  await sim.tap({ kind: 'driving-licence' })
  assert.equal(await reader.next(), '00')
  assert.equal(await reader.next(), '013b888001000000009181c100d8')
})

test('a card is pulled half way, and the next tap works', async (t) => {
  const sim = await simulator(t)
  await sim.tap({ patient: '01', pullAfterApdus: 2 })
  const reader = client(t, sim.linkPort)
  await reader.next()
  reader.send(`10${JPKI}`)
  assert.equal(await reader.next(), '119000')
  reader.send('1000a4020c02000a')
  assert.equal(await reader.next(), '00')
  await sim.tap({ patient: '01' })
  assert.equal(sim.state().apdus, 0)
  await reader.next()
  reader.send('1000a4020c02000a')
  assert.equal(await reader.next(), '116986')
})

test('commands arrive whole however the network cuts them', async (t) => {
  const sim = await simulator(t)
  await sim.tap({ patient: '01' })
  const reader = client(t, sim.linkPort)
  await reader.next()
  const frame = Buffer.from(`001010${JPKI}`, 'hex')
  for (const byte of frame.subarray(0, -1)) {
    await new Promise((resolve) => reader.socket.write(Uint8Array.of(byte), resolve))
  }
  reader.socket.write(Buffer.concat([frame.subarray(-1), frame]))
  assert.equal(await reader.next(), '119000')
  assert.equal(await reader.next(), '119000')
})

test('a client that speaks another language is shown the door', async (t) => {
  const sim = await simulator(t)
  const reader = client(t, sim.linkPort)
  reader.send('99')
  assert.equal(await reader.next(), 'closed')
})

test('cards are tapped, watched and removed over HTTP', async (t) => {
  const sim = await simulator(t)
  const tapped = await post(sim.controlUrl, { patient: '02', expired: true })
  assert.equal(tapped.status, 200)
  const reader = client(t, sim.linkPort)
  await reader.next()
  reader.send('1000a4040c0ad3921000310001010408')
  assert.equal(await reader.next(), '119000')
  const state: unknown = await (await fetch(`${sim.controlUrl}/state`)).json()
  assert.deepEqual(state, {
    card: { kind: 'my-number', patient: '02' },
    taps: 1,
    apdus: 1,
    touched: ['text'],
  })
  assert.equal((await fetch(`${sim.controlUrl}/remove`, { method: 'POST' })).status, 200)
  assert.equal(await reader.next(), '00')
  assert.equal((await post(sim.controlUrl, { patient: '99' })).status, 422)
  assert.equal((await post(sim.controlUrl, 'x'.repeat(10_000))).status, 400)
  assert.equal((await fetch(`${sim.controlUrl}/nothing`)).status, 404)
})

test('a tap without a vpcd is refused, and the next one is not harmed', async (t) => {
  const closed = await startCardSimulator({ link: anyPort, control: anyPort })
  await closed.close()
  const port = closed.linkPort ?? 0
  const sim = await startCardSimulator({ vpcd: { host: '127.0.0.1', port }, control: anyPort })
  t.after(() => sim.close())
  assert.equal((await post(sim.controlUrl, { patient: '01' })).status, 502)
  assert.equal((await post(sim.controlUrl, { kind: 'phone' })).status, 502)
  assert.equal(sim.state().taps, 0)
  await assert.rejects(
    attachToVpcd({ host: '127.0.0.1', port, card: makeCard({ kind: 'phone' }) }),
    { code: 'ECONNREFUSED' },
  )
})

test('control is refused on an address that others reach', async () => {
  await assert.rejects(startCardSimulator({ control: { host: '0.0.0.0', port: 0 } }), /loopback/)
})

const SCRIPT = `
import { cardCommand } from ${JSON.stringify(new URL('../../../../agent/sim/card/command.ts', import.meta.url).href)}
process.exitCode = await cardCommand(process.argv.slice(1))
`
const command = (...argv: string[]) =>
  spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, '--', ...argv])

test('the command takes taps from the keyboard and ends on a signal', async (t) => {
  const child = command('--link', '127.0.0.1:0', '--control', '127.0.0.1:0')
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => (await lines.next()).value ?? 'ended'
  const port = Number(/:(\d+)$/.exec(await next())?.[1])
  assert.match(await next(), /control {2}http:\/\/127\.0\.0\.1:\d+/)
  child.stdin.write('tap phone\n')
  assert.match(await next(), /phone/)
  assert.equal(await client(t, port).next(), '013b80800101')
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})

test('the command names a wrong option and exits 64', async () => {
  const child = command('--link', 'nowhere')
  const [told] = await Promise.all([child.stderr.toArray(), once(child, 'exit')])
  assert.match(String(told), /--link is HOST:PORT/)
  assert.equal(child.exitCode, 64)
})
