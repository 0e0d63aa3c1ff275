import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  openCollector,
  type Request,
  readCommand,
  writeAnswer,
} from '../../../agent/sim/reader/vivopay-wire.ts'
import { type Command, openLink } from '../../../drivers/vivopay/link.ts'
import { hidPlug } from '../../fakes/hid.ts'

const LIMIT_MS = 30
const apdu: Command = { command: 0x2c, sub: 0x13, data: Uint8Array.of(0, 0, 0xb0, 0, 0, 1) }
const answer = (text: string) => writeAnswer(0x2c, 0, Buffer.from(text))
const pong = () => writeAnswer(0x18, 0, Buffer.alloc(0))
const isPing = ({ command }: Request) => command === 0x18

/** A reader whose answers are scripted: `script` gives the reports that follow a command. */
async function scripted(script: (to: Request, nth: number) => readonly Uint8Array[]) {
  const plug = hidPlug()
  const sent: string[] = []
  const hear = (message: Buffer) => {
    const to = readCommand(message, () => 'low-first')
    assert.ok(typeof to === 'object', `a command with a wrong ${JSON.stringify(to)}`)
    sent.push(isPing(to) ? 'ping' : 'command')
    for (const report of script(to, sent.length)) plug.send(report)
  }
  plug.plug({ take: openCollector(hear, assert.fail) })
  const port = await plug.hid.open('/dev/hidraw0')
  const link = openLink(port)
  const ask = async () => {
    const got = await link.ask(apdu, LIMIT_MS)
    return got.is === 'answer' ? Buffer.from(got.data).toString() : got.is
  }
  return { plug, port, link, sent, ask }
}

test('the answers to an earlier session are not taken for those of this one', async () => {
  const { ask, sent } = await scripted((to) =>
    isPing(to) ? [...answer('of yesterday'), ...answer('too'), ...pong()] : answer('of today'),
  )
  assert.equal(await ask(), 'of today')
  assert.equal(await ask(), 'of today')
  assert.deepEqual(sent, ['ping', 'command', 'command'])
})

test('an answer that comes too late is not taken for that of the next command', async () => {
  let asked = 0
  const { ask, sent } = await scripted((to) => {
    if (isPing(to)) return asked === 1 ? [...answer('1'), ...pong()] : pong()
    asked += 1
    return asked === 1 ? [] : answer(String(asked))
  })
  assert.equal(await ask(), 'silent')
  assert.equal(await ask(), '2')
  assert.deepEqual(sent, ['ping', 'command', 'ping', 'command'])
})

test('a damaged answer is told at once, and its command is not sent again', async () => {
  let asked = 0
  const { link, sent, ask } = await scripted((to) => {
    if (isPing(to)) return pong()
    asked += 1
    const reports = answer('x'.repeat(200))
    if (asked === 1) reports[2]?.fill(0, 1, 9)
    if (asked === 2) reports.splice(1, 1)
    return reports
  })
  assert.deepEqual(await link.ask(apdu, 60_000), { is: 'damaged' })
  assert.deepEqual(await link.ask(apdu, 60_000), { is: 'damaged' })
  assert.equal(await ask(), 'x'.repeat(200))
  assert.deepEqual(sent, ['ping', 'command', 'ping', 'command', 'ping', 'command'])
})

test('a ping whose answer is spoilt is sent again, and its late answer harms nothing', async () => {
  const spoilt = () => pong().map((report) => report.fill(0xee, 20, 24))
  const { ask, sent } = await scripted((to, nth) => {
    if (!isPing(to)) return [...pong(), ...answer('here')]
    return nth < 3 ? spoilt() : pong()
  })
  assert.equal(await ask(), 'here')
  assert.deepEqual(sent, ['ping', 'ping', 'ping', 'command'])
})

test('what nobody has asked for is passed over', async () => {
  const notice = writeAnswer(0x14, 1, Buffer.from('NEO 2.0 v1.00'))
  const { ask } = await scripted((to) => [...notice, ...(isPing(to) ? pong() : answer('here'))])
  assert.equal(await ask(), 'here')
})

test('commands that are asked at once are sent one after the other', async () => {
  let asked = 0
  const { ask } = await scripted((to) => (isPing(to) ? pong() : answer(String(++asked))))
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ['1', '2', '3'])
})

test('a command is refused for its checksum in one order and taken in the other', async () => {
  const plug = hidPlug()
  let taken = 0
  const hear = (message: Buffer) => {
    const to = readCommand(message, (command) => (command === 0x2c ? 'high-first' : 'low-first'))
    const code = to === 'crc' ? 0x04 : 0x00
    if (typeof to === 'object' && !isPing(to)) taken += 1
    for (const report of writeAnswer(message.readUInt8(10), code, Buffer.alloc(0)))
      plug.send(report)
  }
  plug.plug({ take: openCollector(hear, assert.fail) })
  const link = openLink(await plug.hid.open('/dev/hidraw0'))
  const done = { is: 'answer', status: 0, data: new Uint8Array() }
  assert.deepEqual(await link.ask(apdu, LIMIT_MS), done)
  assert.deepEqual(await link.ask(apdu, LIMIT_MS), done)
  assert.equal(taken, 2)
})

test('a reader that leaves ends what is waited for, and everything after it', async () => {
  const { plug, link } = await scripted((to) => (isPing(to) ? pong() : []))
  const waiting = link.ask(apdu, 60_000)
  const next = link.ask(apdu, 60_000)
  const lost = assert.rejects(link.lost, { code: 'READER_GONE' })
  plug.unplug()
  await assert.rejects(waiting, { code: 'READER_GONE' })
  await assert.rejects(next, { code: 'READER_GONE' })
  await lost
})

test('a reader that answers no ping is gone', async () => {
  const { ask, sent } = await scripted(() => [])
  await assert.rejects(ask(), { code: 'READER_GONE' })
  assert.deepEqual(sent, ['ping', 'ping', 'ping'])
})
