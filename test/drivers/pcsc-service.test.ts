import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Card } from '../../agent/sim/card/card.ts'
import { type PrivatePcscd, startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { attachToVpcd } from '../../agent/sim/card/vpcd.ts'
import type { Reader } from '../../drivers/driver.ts'
import { loadPcsc } from '../../drivers/io/pcsc.ts'
import { pcsc } from '../../drivers/pcsc.ts'
import { ioOf } from '../fakes/io.ts'
import { follow } from './bench.ts'
import { myNumberCard, otherCard, readingApdus } from './cards.ts'
import { openStranger } from './stranger.ts'

const RESTARTS = 20
const READINGS = 4

describe('readers of a real pcscd', { skip: whyNoPcscd() ?? false, timeout: 180_000 }, () => {
  let daemon: PrivatePcscd
  const open: Reader[] = []
  before(async () => {
    const started = await startPcscd()
    assert.ok(started !== undefined)
    daemon = started
    Object.assign(process.env, daemon.env)
  })
  after(async () => {
    for (const reader of open) await reader.close()
    await daemon.stop()
  })

  async function openReader(name: string) {
    const io = ioOf({ pcsc: async () => loadPcsc() })
    const reader = await pcsc.open({ reader: name, usb: '' }, io)
    open.push(reader)
    const events = follow(reader)
    assert.equal((await events.next()).is, 'ready')
    return { events, close: () => reader.close() }
  }
  const put = (slot: 0 | 1, card: Card) =>
    attachToVpcd({
      host: '127.0.0.1',
      port: daemon.port(slot),
      card: {
        atr: card.atr,
        transmit: (apdu) => card.transmit(apdu),
        reset: () => card.reset(),
      },
    })

  test('of two cards none is presented, and the one that stays is read afresh', async () => {
    const { events, close } = await openReader('virtual')
    const mine = await put(0, myNumberCard())
    assert.equal((await events.next()).is, 'presented')
    const licence = await put(1, otherCard('driving-licence'))
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'two-cards' })
    const fault = await events.next()
    assert.ok(fault.is === 'card-fault' && fault.code === 'TWO_CARDS')
    await licence.remove()
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    const again = await events.next()
    assert.ok(again.is === 'presented' && again.presented.kind === 'my-number-card')
    await mine.remove()
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    await close()
  })

  test('two readers that are told apart by name work side by side', async () => {
    const [one, other] = [await openReader('PCD 00 00'), await openReader('pcd 00 01')]
    const [mine, licence] = [await put(0, myNumberCard()), await put(1, otherCard('juki'))]
    const first = await one.events.next()
    assert.ok(first.is === 'presented' && first.presented.kind === 'my-number-card')
    const second = await other.events.next()
    assert.ok(second.is === 'presented' && second.presented.kind === 'other-card')
    await mine.remove()
    assert.deepEqual(await one.events.next(), { is: 'gone', reason: 'removed' })
    await licence.remove()
    assert.deepEqual(await other.events.next(), { is: 'gone', reason: 'removed' })
    await one.close()
    await other.close()
  })

  test('another program may use the card at the same time, and neither sees the other', async () => {
    const { events, close } = await openReader('PCD 00 00')
    const card = myNumberCard()
    let apdus = 0
    const lying = await put(0, {
      ...card,
      transmit: (apdu) => {
        apdus += 1
        return card.transmit(apdu)
      },
    })
    assert.equal((await events.next()).is, 'presented')
    for (let turn = 0; turn < READINGS; turn++) {
      const stranger = await openStranger('Virtual PCD 00 00')
      apdus = 0
      let done = false
      const selecting = stranger.selects(() => done)
      const again = await openReader('PCD 00 00')
      const event = await again.events.next()
      done = true
      assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
      const answers = await selecting
      assert.deepEqual(new Set(answers), new Set(['9000']))
      assert.equal(apdus - answers.length, readingApdus(), 'one reading, in one go')
      await stranger.close()
      await again.close()
    }
    await lying.remove()
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    await close()
  })

  test(`a card is read after each of ${RESTARTS} restarts of the service`, async () => {
    const { events, close } = await openReader('PCD 00 00')
    const lying = await put(0, myNumberCard())
    assert.equal((await events.next()).is, 'presented')
    for (let turn = 1; turn <= RESTARTS; turn++) {
      await daemon.restart()
      const seen: string[] = []
      while (seen.at(-1) !== 'presented') seen.push((await events.next()).is)
      assert.deepEqual(seen, ['gone', 'reader-fault', 'ready', 'presented'], `restart ${turn}`)
    }
    await lying.remove()
    assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
    await close()
  })
})
