import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Card } from '../../agent/sim/card/card.ts'
import { startPcscd, whyNoPcscd } from '../../agent/sim/card/pcscd.ts'
import { attachToVpcd } from '../../agent/sim/card/vpcd.ts'
import type { Pcsc, SlotChange } from '../../drivers/io/io.ts'
import { loadPcsc } from '../../drivers/io/pcsc.ts'
import { pcsc } from '../../drivers/pcsc.ts'
import { Queue } from '../../drivers/queue.ts'
import { ioOf } from '../fakes/io.ts'
import { follow } from './bench.ts'
import { myNumberCard, otherCard } from './cards.ts'

/** A PC/SC service that a test can take to pieces. */
function fakeService() {
  let changes = new Queue<SlotChange>()
  let error: AgentError | undefined
  const cards = new Map<string, Card>()
  let count = 0
  const change = (slot: string, is: SlotChange['is']) => {
    count += 1
    changes.push({ slot, is, count })
  }
  const service: Pcsc = {
    connect: () => {
      if (error !== undefined) throw error
      const mine = new Queue<SlotChange>()
      changes = mine
      for (const slot of slots) change(slot, cards.has(slot) ? 'card' : 'empty')
      return {
        changes: () => mine,
        close: async () => mine.end(),
        hold: (slot) => {
          const card = cards.get(slot)
          if (card === undefined) return Promise.reject(new AgentError('CARD_GONE', ''))
          return Promise.resolve({
            atr: card.atr,
            transmit: (apdu) => Promise.resolve(card.transmit(apdu)),
            release: () => Promise.resolve(),
          })
        },
      }
    },
  }
  const slots = new Set<string>()
  return {
    io: ioOf({ pcsc: () => Promise.resolve(service) }),
    plug: (slot: string) => {
      slots.add(slot)
      change(slot, 'empty')
    },
    unplug: (slot: string) => {
      slots.delete(slot)
      cards.delete(slot)
      change(slot, 'unplugged')
    },
    put: (slot: string, card: Card) => {
      cards.set(slot, card)
      change(slot, 'card')
    },
    take: (slot: string) => {
      cards.delete(slot)
      change(slot, 'empty')
    },
    fail: (fault: AgentError) => changes.fail(fault),
    refuse: (fault: AgentError | undefined) => {
      error = fault
    },
  }
}

const open = async (service: ReturnType<typeof fakeService>, reader = '') => {
  const opened = await pcsc.open({ reader }, service.io)
  return { opened, events: follow(opened) }
}

test('no reader at the start is a fault, and plugging one in cures it', async (t) => {
  const service = fakeService()
  const { opened, events } = await open(service)
  t.after(() => opened.close())
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
  service.plug('PaSoRi')
  assert.deepEqual(await events.next(), { is: 'ready', device: 'PaSoRi' })
  service.put('PaSoRi', otherCard('phone'))
  assert.equal((await events.next()).is, 'presented')
})

test('a reader that is pulled with a card on it is gone, and reads again when it is back', async (t) => {
  const service = fakeService()
  service.plug('PaSoRi')
  const { opened, events } = await open(service)
  t.after(() => opened.close())
  assert.equal((await events.next()).is, 'ready')
  service.put('PaSoRi', otherCard('phone'))
  assert.equal((await events.next()).is, 'presented')
  service.unplug('PaSoRi')
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
  service.plug('PaSoRi')
  assert.equal((await events.next()).is, 'ready')
  service.put('PaSoRi', myNumberCard())
  assert.equal((await events.next()).is, 'presented')
})

test('a card that is swapped faster than anyone looks is another card', async (t) => {
  const service = fakeService()
  service.plug('PaSoRi')
  const { opened, events } = await open(service)
  t.after(() => opened.close())
  assert.equal((await events.next()).is, 'ready')
  service.put('PaSoRi', otherCard('phone'))
  assert.equal((await events.next()).is, 'presented')
  service.put('PaSoRi', otherCard('driving-licence'))
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const second = await events.next()
  assert.ok(second.is === 'presented' && second.presented.kind === 'other-card')
})

test('only readers of the configured name count, in any case', async (t) => {
  const service = fakeService()
  for (const slot of ['SONY FeliCa RC-S300/P', 'SAM 01']) service.plug(slot)
  const { opened, events } = await open(service, 'rc-s300')
  t.after(() => opened.close())
  assert.deepEqual(await events.next(), { is: 'ready', device: 'SONY FeliCa RC-S300/P' })
  service.put('SAM 01', otherCard('juki'))
  service.put('SONY FeliCa RC-S300/P', otherCard('phone'))
  const event = await events.next()
  assert.ok(event.is === 'presented' && event.presented.kind === 'not-a-card')
})

test('a library that is missing is said once, and found when it is installed', async (t) => {
  const service = fakeService()
  service.plug('PaSoRi')
  let missing = 3
  const io = ioOf({
    pcsc: () =>
      missing-- > 0
        ? Promise.reject(new AgentError('DRIVER_UNAVAILABLE', 'install pcscd'))
        : service.io.pcsc(),
  })
  const opened = await pcsc.open({ reader: '' }, io)
  t.after(() => opened.close())
  const events = follow(opened)
  assert.deepEqual(await events.next(), {
    is: 'reader-fault',
    code: 'DRIVER_UNAVAILABLE',
    message: 'install pcscd',
  })
  assert.equal((await events.next()).is, 'ready')
})

test('a native call that never returns ends the process of the reader, not the agent', async () => {
  const service = fakeService()
  service.plug('PaSoRi')
  const { events } = await open(service)
  assert.equal((await events.next()).is, 'ready')
  service.fail(new AgentError('READER_HUNG', 'a PC/SC call took too long'))
  await assert.rejects(events.next(), { code: 'READER_HUNG' })
})

const missing = whyNoPcscd()
test('of two cards none is presented, and the one that stays is read afresh', {
  skip: missing ?? false,
}, async (t) => {
  const daemon = await startPcscd()
  assert.ok(daemon !== undefined)
  Object.assign(process.env, daemon.env)
  const opened = await pcsc.open({ reader: 'virtual' }, ioOf({ pcsc: async () => loadPcsc() }))
  t.after(async () => {
    await opened.close()
    await daemon.stop()
  })
  const events = follow(opened)
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
  assert.equal((await events.next()).is, 'ready')
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
})
