import assert from 'node:assert/strict'
import { createHash, verify, X509Certificate } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Card } from '../../agent/sim/card/card.ts'
import { type Mishap, present } from '../../agent/sim/card/presented.ts'
import { attachToVpcd } from '../../agent/sim/card/vpcd.ts'
import type { Reader, ReaderEvent } from '../../drivers/driver.ts'
import { loadPcsc } from '../../drivers/io/pcsc.ts'
import { openPcsc } from '../../drivers/pcsc.ts'
import {
  type Pad,
  type PinPadBed,
  padAt,
  padReader,
  plainAt,
  plainReader,
  startPinPadBed,
  whyNoPinPad,
} from '../bed/pinpad/bed.ts'
import { ioOf } from '../fakes/io.ts'
import { follow } from './bench.ts'
import { cardWithPin, identityOf, myNumberCard, readingApdus } from './cards.ts'
import { openStranger } from './stranger.ts'
import { usbDevices } from './usb.ts'

/** In no command, and not a simulated card's usual one. */
const PIN = '7391'
const SIGNING_APDUS = 6
const challenge = Buffer.from('challenge')
const digest = createHash('sha256').update(challenge).digest()
const io = ioOf({ pcsc: () => Promise.resolve(loadPcsc()) })
const { publicKey } = new X509Certificate(identityOf().authCertificate)

describe('a PC/SC reader with a PIN pad', {
  skip: whyNoPinPad() ?? false,
  timeout: 180_000,
}, () => {
  let bed: PinPadBed
  let pad: Pad
  let reader: Reader
  let events: ReturnType<typeof follow>

  before(async () => {
    bed = await startPinPadBed()
    Object.assign(process.env, bed.env)
    pad = await bed.pad()
    reader = openPcsc({ reader: 'pin pad', usb: '' }, io)
    events = follow(reader)
    assert.deepEqual(await events.next(), { is: 'ready', device: padReader })
  })
  after(async () => {
    await reader.close()
    pad.close()
    await bed.stop()
  })

  async function put(card: Card, mishap: Mishap = {}, slot: 0 | 1 = 0) {
    const placed = Promise.withResolvers<() => Promise<void>>()
    const lying = present(card, mishap, () => void placed.promise.then((remove) => remove()))
    const { remove } = await attachToVpcd({ host: '127.0.0.1', port: bed.port(slot), card: lying })
    placed.resolve(remove)
    return { remove, apdus: lying.apdus }
  }
  /** A card that was read, and can sign. */
  async function read(card: Card, mishap: Mishap = {}) {
    const lying = await put(card, mishap)
    const event = await events.next()
    assert.ok(event.is === 'presented' && event.sign !== undefined)
    return { ...lying, sign: event.sign, pinPad: event.pinPad }
  }
  async function takeAway(lying: { remove(): Promise<void> }) {
    await lying.remove()
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  }
  const asks = async () =>
    assert.deepEqual(await pad.shows(), { is: 'enter', least: 4, most: 4, seconds: 30 })
  const ends = async (status: string) => assert.deepEqual(await pad.shows(), { is: 'left', status })

  test('the PIN is typed at the reader, the card signs, and no PIN comes near this process', async () => {
    const lying = await read(cardWithPin(PIN))
    assert.equal(lying.pinPad, true)
    const signed = lying.sign(digest)
    await asks()
    pad.type(PIN)
    await ends('9000')
    assert.ok(verify('sha256', challenge, publicKey, await signed))
    await takeAway(lying)
    const said = await bed.said()
    assert.ok(said.includes(Buffer.from('802a008033', 'hex')), 'the recording has the commands')
    assert.ok(said.includes(Buffer.from(await signed)), 'the recording has the answers')
    assert.equal(said.includes(PIN), false)
    assert.equal(said.includes(Buffer.from([...PIN].map(Number))), false)
  })

  test('the same card signs again only after its PIN was entered again', async () => {
    const lying = await read(cardWithPin(PIN))
    for (const keys of [PIN, PIN]) {
      const signed = lying.sign(digest)
      await asks()
      pad.type(keys)
      await ends('9000')
      assert.ok(verify('sha256', challenge, publicKey, await signed))
    }
    await takeAway(lying)
  })

  test('a wrong PIN is told with the tries left; the last try is not made', async () => {
    const lying = await read(cardWithPin(PIN))
    for (const triesLeft of [2, 1]) {
      const signed = assert.rejects(lying.sign(digest), {
        code: 'CARD_PIN_WRONG',
        facts: { triesLeft },
      })
      await asks()
      pad.type('0000')
      await ends(`63c${triesLeft}`)
      await signed
    }
    const before = lying.apdus()
    await assert.rejects(lying.sign(digest), { code: 'CARD_PIN_LAST_TRY' })
    assert.equal(lying.apdus() - before, 3, 'two selections and the question')
    await takeAway(lying)
  })

  test('cancelling, waiting too long and too few digits cost no try', async () => {
    const lying = await read(cardWithPin(PIN))
    for (const [keys, status, code] of [
      ['C', '6401', 'PIN_ENTRY_CANCELLED'],
      ['73C', '6401', 'PIN_ENTRY_CANCELLED'],
      ['T', '6400', 'PIN_ENTRY_TIMEOUT'],
      ['739T', '6400', 'PIN_ENTRY_TIMEOUT'],
      ['739E', '6403', 'PIN_ENTRY_CANCELLED'],
    ] as const) {
      const before = lying.apdus()
      const signed = assert.rejects(lying.sign(digest), { code }, keys)
      await asks()
      pad.type(keys)
      await ends(status)
      await signed
      assert.equal(lying.apdus() - before, 3, keys)
    }
    const wrong = assert.rejects(lying.sign(digest), { facts: { triesLeft: 2 } })
    await asks()
    pad.type('0000')
    await ends('63c2')
    await wrong
    await takeAway(lying)
  })

  test('a locked card and one without a PIN never come to the pad', async () => {
    for (const [card, code] of [
      [cardWithPin(PIN, 0), 'CARD_PIN_BLOCKED'],
      [cardWithPin(PIN, 1), 'CARD_PIN_LAST_TRY'],
      [cardWithPin(null), 'CARD_PIN_UNUSABLE'],
    ] as const) {
      const lying = await read(card)
      await assert.rejects(lying.sign(digest), { code })
      await takeAway(lying)
    }
  })

  test('a card pulled at any command of a signature is gone, and the next one is read', async () => {
    for (let at = 1; at <= SIGNING_APDUS; at++) {
      const lying = await read(cardWithPin(PIN), { pullAfterApdus: readingApdus() + at })
      const signed = assert.rejects(lying.sign(digest), { code: 'CARD_GONE' }, `command ${at}`)
      if (at >= 4) {
        await asks()
        pad.type(PIN)
        await ends(at === 4 ? '0000' : '9000')
      }
      await signed
      assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    }
  })

  test('a card pulled while the pad waits is gone, and so is what it was to sign', async () => {
    const lying = await read(cardWithPin(PIN))
    const signed = assert.rejects(lying.sign(digest), { code: 'CARD_GONE' })
    await asks()
    await lying.remove()
    await ends('0000')
    await signed
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    await assert.rejects(lying.sign(digest), { code: 'CARD_GONE' })
  })

  test('two signatures that are wanted at once are two entries, one after the other', async () => {
    const lying = await read(cardWithPin(PIN))
    const both = [lying.sign(digest), lying.sign(digest)]
    for (const signed of both) {
      await asks()
      pad.type(PIN)
      await ends('9000')
      assert.ok(verify('sha256', challenge, publicKey, await signed))
    }
    await takeAway(lying)
  })

  test('a person may take longer than any device, and other readers go on meanwhile', async (t) => {
    const root = usbDevices(t, {
      '1-1': ['0c4b', '0504', padAt.bus, padAt.address],
      '1-2': ['054c', '0dc8', plainAt.bus, plainAt.address],
    })
    const lying = await read(cardWithPin(PIN))
    const signed = lying.sign(digest)
    await asks()
    const askedAt = performance.now()

    const plain = openPcsc({ reader: '', usb: '054c:0dc8' }, io, root)
    const seen = follow(plain)
    assert.deepEqual(await seen.next(), { is: 'ready', device: plainReader })
    const other = await put(cardWithPin(PIN), {}, 1)
    const event: ReaderEvent = await seen.next()
    assert.ok(event.is === 'presented' && event.sign !== undefined)
    assert.equal(event.pinPad, false)
    const before = other.apdus()
    await assert.rejects(event.sign(digest), { code: 'CARD_PIN_REQUIRED' })
    assert.equal(other.apdus(), before)
    await other.remove()
    assert.equal((await seen.next()).is, 'gone')
    await plain.close()

    await sleep(Math.max(0, askedAt + 11_000 - performance.now()))
    pad.type(PIN)
    await ends('9000')
    assert.ok(verify('sha256', challenge, publicKey, await signed))
    await takeAway(lying)
  })

  test('another program that uses the card at the same time disturbs neither', async () => {
    const lying = await read(cardWithPin(PIN))
    const stranger = await openStranger(padReader)
    const signed = lying.sign(digest)
    await asks()
    let done = false
    const selecting = stranger.selects(() => done)
    pad.type(PIN)
    await ends('9000')
    assert.ok(verify('sha256', challenge, publicKey, await signed))
    done = true
    assert.deepEqual(new Set(await selecting), new Set(['9000']))
    await stranger.close()
    await takeAway(lying)
  })

  test('the service may go while the pad waits: the next card is read when it is back', async () => {
    const lying = await read(cardWithPin(PIN))
    const signed = lying.sign(digest).catch((error: { code: string }) => error.code)
    await asks()
    await bed.kill()
    assert.ok(['READER_SERVICE_DOWN', 'CARD_GONE'].includes(String(await signed)))
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    assert.equal((await events.next()).is, 'reader-fault')
    await bed.restart()
    assert.equal((await events.next()).is, 'ready')
    assert.equal((await events.next()).is, 'presented')
    pad.close()
    pad = await bed.pad()
    await takeAway(lying)
  })

  test('a reader closes while its pad waits', async () => {
    const lying = await read(myNumberCard())
    const signed = assert.rejects(lying.sign(digest))
    await asks()
    await reader.close()
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    assert.equal(await events.ended(), true)
    pad.type('C')
    await ends('6401')
    await signed
    await lying.remove()
  })
})
