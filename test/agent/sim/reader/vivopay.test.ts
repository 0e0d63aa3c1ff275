import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { makeCard } from '../../../../agent/sim/card/card.ts'
import { present } from '../../../../agent/sim/card/presented.ts'
import { openVivopayReader, type VivopayOptions } from '../../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf } from '../../../../agent/sim/reader/vivopay-field.ts'

const TAG = '5669564f746563683200'
/** Bodies with the checksums that the maker prints, or that were computed by another program. */
const commands = {
  ping: `${TAG}18010000b3cd`,
  start: `${TAG}2c01000101191d`,
  pollFor5s: `${TAG}2c0200020500daa1`,
  select: `${TAG}2c1300100000a4040c0ad392f00026010000000149c0`,
} as const

const report = (id: number, hex: string) =>
  Uint8Array.from(Buffer.concat([Buffer.of(id), Buffer.from(hex, 'hex')], 64))

/** A reader and what it has answered: command, status and data in hex, without tag and padding. */
function reader(options: Partial<VivopayOptions> = {}) {
  const answers = new PassThrough({ objectMode: true })
  const device = openVivopayReader({ ...options, send: (one) => answers.write(one) })
  const put = (card = makeCard({ kind: 'juki' })) =>
    device.put(
      present(card, {}, () => {}),
      pollTypeOf(card.kind),
    )
  const ask = async (hex: string): Promise<string> => {
    device.take(report(1, hex))
    const [answer] = await once(answers, 'data')
    assert.ok(Buffer.isBuffer(answer))
    assert.equal(answer.length, 64)
    assert.equal(answer.subarray(0, 11).toString('hex'), `01${TAG}`)
    const length = answer.readUInt16BE(13)
    assert.ok(answer.subarray(17 + length).every((byte) => byte === 0))
    return answer.subarray(11, 15 + length).toString('hex')
  }
  return { device, ask, put, close: () => device.close() }
}

test('a ping is answered as the maker prints it', async () => {
  const { ask, device } = reader()
  assert.equal(await ask(commands.ping), '18000000')
  assert.deepEqual(device.objections, [])
})

test('a card is found once it lies there, with its type and a serial number that changes', async () => {
  const { ask, put, device } = reader()
  assert.equal(await ask(commands.start), '2c000000')
  const found = ask(commands.pollFor5s)
  put()
  const first = await found
  assert.match(first, /^2c00000c02/)
  const again = await ask(commands.pollFor5s)
  assert.equal(again.slice(18), first.slice(18))
  assert.notEqual(again, first)
  assert.equal(await ask(commands.select), '2c0000026a82')
  assert.deepEqual(device.objections, [])
})

test('a reader whose maker says PUPI tells no more', async () => {
  const { ask, put } = reader({ serial: 'pupi' })
  await ask(commands.start)
  put()
  assert.match(await ask(commands.pollFor5s), /^2c00000502.{8}$/)
})

test('what a host may not do is refused and noted', async () => {
  const { ask, device, put } = reader()
  const wrongCrc = commands.ping.replace(/b3cd$/, 'cdb3')
  assert.equal(await ask(wrongCrc), '18040000')
  assert.equal(await ask(commands.pollFor5s), '2c0b0000')
  await ask(commands.start)
  assert.equal(await ask(commands.select), '2c0a0000')
  put()
  device.take(report(3, ''))
  device.take(report(9, ''))
  device.take(Uint8Array.of(1, 2, 3))
  assert.deepEqual(device.objections, [
    'a command with a wrong crc',
    'a card command outside pass-through mode',
    'an APDU without an activated card that takes any',
    'a part without its first one',
    'a report with the id 9',
    'a report of 3 bytes',
  ])
})

test('commands that no reader has, or without their parameters, are refused as the guide says', async () => {
  const { ask } = reader()
  assert.equal(await ask(`${TAG}601600010392ed`), '60020000')
  // Of the pass-through family: no such command, and a start of nothing.
  const family = reader({ passThroughCrc: 'high-first' })
  assert.equal(await family.ask(`${TAG}2c0000001c9b`), '2c030000')
  assert.equal(await ask(`${TAG}2c0000009b1c`), '2c030000')
})

test('a card that is silent for its waiting time is a time-out', async () => {
  const { ask, device } = reader()
  await ask(commands.start)
  device.put(
    present(makeCard({ kind: 'mute' }), {}, () => {}),
    2,
  )
  await ask(commands.pollFor5s)
  assert.equal(await ask(commands.select), '2c080000')
})
