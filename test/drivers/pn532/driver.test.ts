import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Presented } from '../../../agent/sim/card/presented.ts'
import type { LineTrouble } from '../../../agent/sim/reader/pn532-line.ts'
import type { ReaderEvent } from '../../../drivers/driver.ts'
import type { Port } from '../../../drivers/io/io.ts'
import { pn532 } from '../../../drivers/pn532.ts'
import { ioOf } from '../../fakes/io.ts'
import { follow } from '../bench.ts'
import { identityOf, myNumberCard, otherCard } from '../cards.ts'
import { openRig } from './rig.ts'

const kindOf = (event: ReaderEvent): string =>
  event.is === 'presented' ? event.presented.kind : 'code' in event ? event.code : event.is

/** A thing that must never be sent an APDU. */
const memoryCard = (atr: string): Presented => ({
  atr: Uint8Array.from(Buffer.from(atr, 'hex')),
  transmit: () => assert.fail('a memory card knows no APDUs'),
  reset: () => undefined,
})
const transitCard = memoryCard('3b8f8001804f0ca0000003061100000000000000')
const memoryCardOfTypeA = memoryCard('3b8f8001804f0ca0000003060300010000000000')

/** Noise of which parts look like frames, an acknowledgement and a long frame's head. */
const garbage = Uint8Array.from(Buffer.from('ff00ff0000ff10f0d50000ffff55aa00', 'hex'))

const troubles: Readonly<Record<string, LineTrouble>> = {
  'one byte at a time': { pieceBytes: 1 },
  'with garbage between frames': { garbage },
  'with garbage, in pieces': { garbage, pieceBytes: 3 },
  'with a NACK': { nackOnce: true },
  'with a wrong checksum': { corruptOnce: true },
  'with an acknowledgement missing': { muteAckOnce: true },
}

for (const dialect of ['pn532', 'rcs620s'] as const)
  for (const [name, trouble] of Object.entries(troubles))
    test(`a card is read over a line ${name} (${dialect})`, { timeout: 60_000 }, async (t) => {
      const rig = await openRig(t, { dialect })
      rig.sim.trouble({ ...trouble, nackOnce: false, corruptOnce: false, muteAckOnce: false })
      const events = await rig.start()
      assert.equal(kindOf(await events.next()), 'ready')
      rig.put(myNumberCard())
      rig.sim.trouble(trouble)
      assert.equal(kindOf(await events.next()), 'my-number-card')
      rig.sim.remove()
      assert.equal(kindOf(await events.next()), 'gone')
      assert.deepEqual(rig.sim.violations(), [])
    })

/** A line on which the n-th byte from `arm` on comes wrong. */
function spoiledLine(at: number) {
  let left = Number.POSITIVE_INFINITY
  const spoil = (chunk: Uint8Array) =>
    chunk.map((byte) => {
      left -= 1
      return left === 0 ? byte ^ 0x10 : byte
    })
  return {
    arm: () => {
      left = at
    },
    through: (port: Port): Port => ({
      ...port,
      incoming: async function* () {
        for await (const chunk of port.incoming()) yield spoil(chunk)
      },
    }),
  }
}

test('a wrong byte anywhere in a dialogue costs time, but not the card', {
  timeout: 60_000,
}, async (t) => {
  const { authCertificate } = identityOf()
  // From the polling's acknowledgement to the last of the certificate.
  const places = [1, 4, 8, 12, 20, 33, 36, 40, 44, 48, 60, 90, 91, 92, 93, 94, 95, 300, 700]
  await Promise.all(
    places.map(async (place) => {
      const line = spoiledLine(place)
      const rig = await openRig(t, { dialect: 'pn532' }, 'pn532', line.through)
      const events = await rig.start()
      assert.equal(kindOf(await events.next()), 'ready')
      rig.put(myNumberCard())
      line.arm()
      const event = await events.until(({ is }) => is === 'presented')
      assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
      assert.deepEqual(
        Uint8Array.from(event.presented.certificate),
        Uint8Array.from(authCertificate),
      )
      assert.deepEqual(rig.sim.violations(), [])
    }),
  )
})

test('a card’s answers that come in pieces are put together', { timeout: 60_000 }, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532', pieceBytes: 50 })
  rig.put(myNumberCard())
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  assert.equal(kindOf(await events.next()), 'my-number-card')
  assert.deepEqual(rig.sim.violations(), [])
})

test('of two cards none is presented, and the one that stays is read', {
  timeout: 60_000,
}, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532' })
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  rig.put(myNumberCard())
  const licence = rig.put(otherCard('driving-licence'))
  assert.equal(kindOf(await events.next()), 'TWO_CARDS')
  rig.sim.remove(licence)
  assert.equal(kindOf(await events.next()), 'gone')
  assert.equal(kindOf(await events.next()), 'my-number-card')
  assert.deepEqual(rig.sim.violations(), [])
})

for (const dialect of ['pn532', 'rcs620s'] as const)
  test(`a transit card and a memory card are named, not passed over (${dialect})`, {
    timeout: 60_000,
  }, async (t) => {
    const rig = await openRig(t, { dialect })
    const events = await rig.start()
    assert.equal(kindOf(await events.next()), 'ready')
    for (const [card, name] of [
      [transitCard, 'FeliCa のカード（交通系ICカードなど）'],
      [memoryCardOfTypeA, 'ICカード（メモリーカード）'],
    ] as const) {
      rig.sim.insert(card)
      const presented = { kind: 'other-card', name }
      assert.deepEqual(await events.next(), { is: 'presented', presented })
      rig.sim.remove()
      assert.equal(kindOf(await events.next()), 'gone')
    }
    assert.deepEqual(rig.sim.violations(), [])
  })

test('a My Number card in one wallet with a transit card and a telephone is the one read', {
  timeout: 60_000,
}, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532' })
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  rig.sim.insert(transitCard)
  assert.equal(kindOf(await events.next()), 'other-card')
  rig.put(otherCard('phone'))
  assert.equal(kindOf(await events.next()), 'gone')
  assert.equal(kindOf(await events.next()), 'not-a-card')
  rig.put(myNumberCard())
  assert.equal(kindOf(await events.next()), 'gone')
  assert.equal(kindOf(await events.next()), 'my-number-card')
})

test('a card that is exchanged for another one is another one', { timeout: 60_000 }, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532' })
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  const first = rig.put(myNumberCard())
  assert.equal(kindOf(await events.next()), 'my-number-card')
  rig.sim.remove(first)
  rig.put(myNumberCard(true))
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const event = await events.next()
  assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
  assert.ok(event.presented.notAfter < Date.now())
})

test('a good card in the place of a silent one is read, however fast they were exchanged', {
  timeout: 60_000,
}, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532' })
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  const silent = rig.put(otherCard('mute'))
  assert.equal(kindOf(await events.next()), 'CARD_UNRESPONSIVE')
  rig.put(myNumberCard())
  rig.sim.remove(silent)
  assert.equal(kindOf(await events.next()), 'gone')
  assert.equal(kindOf(await events.next()), 'my-number-card')
})

test('a card for which the chip waits without end is unresponsive, and the next one is read', {
  timeout: 60_000,
}, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532', cardLimitMs: 60_000 })
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  rig.put(otherCard('mute'))
  assert.equal(kindOf(await events.next()), 'CARD_UNRESPONSIVE')
  rig.sim.remove()
  assert.equal(kindOf(await events.next()), 'gone')
  rig.put(myNumberCard())
  assert.equal(kindOf(await events.next()), 'my-number-card')
  assert.deepEqual(rig.sim.violations(), [])
})

async function silence(t: TestContext, silentFrom: number): Promise<void> {
  const rig = await openRig(t, { dialect: 'pn532' })
  const card = myNumberCard()
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  rig.sim.trouble({ silentFrom })
  rig.put(card)
  const fault = await events.until(({ is }) => is === 'reader-fault')
  assert.equal(kindOf(fault), 'READER_GONE')
  rig.sim.trouble({})
  assert.equal(kindOf(await events.next()), 'ready')
  assert.equal(kindOf(await events.next()), 'my-number-card')
}
for (const silentFrom of [1, 3, 6, 12])
  test(
    `a reader that is silent from command ${silentFrom} on is gone, and reads when it is back`,
    { timeout: 60_000 },
    (t) => silence(t, silentFrom),
  )

test('a line that is cut is a reader that is gone, each time, and back', {
  timeout: 60_000,
}, async (t) => {
  const rig = await openRig(t, { dialect: 'pn532' })
  const events = await rig.start()
  assert.equal(kindOf(await events.next()), 'ready')
  for (let turn = 0; turn < 3; turn++) {
    rig.sim.cut()
    assert.equal(kindOf(await events.next()), 'READER_GONE')
    assert.equal(kindOf(await events.next()), 'ready')
  }
  assert.deepEqual(rig.sim.violations(), [])
})

test('a reader of the other dialect is said to be none of this one', {
  timeout: 60_000,
}, async (t) => {
  const rig = await openRig(t, { dialect: 'rcs620s' }, 'pn532')
  const events = await rig.start()
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault')
  assert.match(fault.message, /ttyUSB0 does not work as a PN532/)
})

test('without a port, and without a reader of a known model, that is what is said', {
  timeout: 60_000,
}, async (t) => {
  const io = ioOf({
    serial: async () => ({ open: () => assert.fail('there is nothing to open') }),
  })
  const reader = await pn532.open({ port: 'fffe:fffe', dialect: 'pn532', baud_rate: 115_200 }, io)
  t.after(() => reader.close())
  const fault = await follow(reader).next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
  assert.equal(fault.message, 'no serial port of fffe:fffe is plugged in')
})
