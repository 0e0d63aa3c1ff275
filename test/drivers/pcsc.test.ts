import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/value'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Card } from '../../agent/sim/card/card.ts'
import type { Pcsc, SlotChange } from '../../drivers/io/io.ts'
import { openPcsc, pcsc } from '../../drivers/pcsc.ts'
import { Queue } from '../../drivers/queue.ts'
import { ioOf } from '../fakes/io.ts'
import { follow } from './bench.ts'
import { myNumberCard, otherCard } from './cards.ts'
import { usbDevices } from './usb.ts'

/** A PC/SC service that a test can take to pieces. */
function fakeService() {
  let changes = new Queue<SlotChange>()
  let error: AgentError | undefined
  const cards = new Map<string, Card>()
  const channels = new Map<string, number | AgentError>()
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
        channel: async (slot) => {
          const channel = channels.get(slot)
          if (channel instanceof AgentError) throw channel
          return channel
        },
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
    plug: (slot: string, channel?: number | AgentError) => {
      slots.add(slot)
      if (channel !== undefined) channels.set(slot, channel)
      change(slot, 'empty')
    },
    unplug: (slot: string) => {
      slots.delete(slot)
      cards.delete(slot)
      channels.delete(slot)
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
  const opened = await pcsc.open({ reader, usb: '' }, service.io)
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
  const opened = await pcsc.open({ reader: '', usb: '' }, io)
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

test('a reader is found by its USB id, in any case, whatever its name', async (t) => {
  const root = usbDevices(t, { '1-1': ['054c', '0dc8', 1, 4], '2-3': ['072f', '223b', 2, 130] })
  const service = fakeService()
  service.plug('Reader 00 00', 0x0020_0104)
  service.plug('Reader 01 00', 0x0020_0282)
  service.plug('Serial reader', 0x0001_0104)
  service.plug('Virtual reader')
  const opened = openPcsc({ reader: '', usb: '072F:223B' }, service.io, root)
  t.after(() => opened.close())
  const events = follow(opened)
  assert.deepEqual(await events.next(), { is: 'ready', device: 'Reader 01 00' })
  service.put('Reader 00 00', otherCard('juki'))
  service.put('Serial reader', otherCard('juki'))
  service.put('Virtual reader', otherCard('juki'))
  service.put('Reader 01 00', otherCard('phone'))
  const event = await events.next()
  assert.ok(event.is === 'presented' && event.presented.kind === 'not-a-card')
  service.unplug('Reader 00 00')
  service.unplug('Reader 01 00')
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault')
  assert.deepEqual([fault.code, fault.message], ['READER_GONE', 'no reader 072F:223B'])
})

test('of two alike, the name decides; both slots of one device count', async (t) => {
  const root = usbDevices(t, { '1-1': ['04e6', '5116', 1, 4], '1-2': ['04e6', '5116', 1, 5] })
  const service = fakeService()
  service.plug('SCM 00 00', 0x0020_0104)
  service.plug('SCM 01 00', 0x0020_0105)
  service.plug('SCM 01 01', 0x0020_0105)
  const opened = openPcsc({ reader: 'scm 01', usb: '04e6:5116' }, service.io, root)
  t.after(() => opened.close())
  const events = follow(opened)
  // Each slot is asked for itself: whichever answers first.
  const ready = await events.next()
  assert.ok(ready.is === 'ready' && ready.device.startsWith('SCM 01 '))
  service.put('SCM 00 00', otherCard('juki'))
  service.put('SCM 01 01', otherCard('phone'))
  const event = await events.next()
  assert.ok(event.is === 'presented' && event.presented.kind === 'not-a-card')
  service.put('SCM 01 00', otherCard('juki'))
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'two-cards' })
})

test('a reader that another program has to itself is asked again when it is let go of', async (t) => {
  const root = usbDevices(t, { '1-1': ['054c', '0dc8', 1, 4] })
  const service = fakeService()
  service.plug('PaSoRi', new AgentError('CARD_GONE', 'PC/SC says SharingViolation'))
  const opened = openPcsc({ reader: '', usb: '054c:0dc8' }, service.io, root)
  t.after(() => opened.close())
  const events = follow(opened)
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
  service.plug('PaSoRi', 0x0020_0104)
  assert.deepEqual(await events.next(), { is: 'ready', device: 'PaSoRi' })
})

test('a USB id is two numbers of four hexadecimal digits', () => {
  for (const usb of ['', '054c:0dc8', '054C:0DC8'])
    assert.ok(Check(pcsc.options, { reader: '', usb }), usb)
  for (const usb of ['054c', '054c:', '054c:0dc', '54c:0dc8', 'sony:0dc8', ' 054c:0dc8'])
    assert.equal(Check(pcsc.options, { reader: '', usb }), false, usb)
})
