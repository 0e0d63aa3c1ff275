import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { Card } from '../../../agent/sim/card/card.ts'
import { present } from '../../../agent/sim/card/presented.ts'
import { openVivopayReader, type VivopayOptions } from '../../../agent/sim/reader/vivopay.ts'
import { pollTypeOf, pollTypes } from '../../../agent/sim/reader/vivopay-field.ts'
import type { Request } from '../../../agent/sim/reader/vivopay-wire.ts'
import type { ReaderEvent } from '../../../drivers/driver.ts'
import type { Hid } from '../../../drivers/io/io.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import { hidPlug } from '../../fakes/hid.ts'
import { ioOf } from '../../fakes/io.ts'
import { follow } from '../bench.ts'
import { myNumberCard, otherCard, readingApdus } from '../cards.ts'

const defaults = { device: '', usb: '', serial_number: '' }
const is = (what: ReaderEvent['is']) => (event: ReaderEvent) => event.is === what
const isExchange = ({ sub }: Request) => sub === 0x13
const LOOK = '2c13 0000b0000001'

/** The driver on a simulated reader that is plugged in. */
async function bench(options: Partial<VivopayOptions> = {}, hidOf = (hid: Hid) => hid) {
  const plug = hidPlug()
  const answered: { act: (to: Request) => void } = { act: () => {} }
  const device = openVivopayReader({
    ...options,
    send: plug.send,
    tamper: (reports, to) => {
      answered.act(to)
      return options.tamper?.(reports, to) ?? reports
    },
  })
  plug.plug(device)
  const io = ioOf({ hid: () => Promise.resolve(hidOf(plug.hid)) })
  const reader = await vivopay.open(defaults, io)
  const close = async () => {
    await reader.close()
    device.close()
  }
  after(close)
  return {
    plug,
    device,
    close,
    events: follow(reader),
    put: (card: Card, type = pollTypeOf(card.kind)) =>
      device.put(
        present(card, {}, () => {}),
        type,
      ),
    /** Resolves once `count` more commands that fit were answered. */
    answers: (fits: (to: Request) => boolean, count: number) =>
      new Promise<void>((resolve) => {
        let left = count
        answered.act = (to) => {
          if (fits(to) && --left === 0) resolve()
        }
      }),
  }
}

test('a reader that wants the checksum of pass-through commands the other way round reads cards', async () => {
  const { events, put } = await bench({ passThroughCrc: 'high-first' })
  put(myNumberCard())
  assert.equal((await events.next()).is, 'ready')
  assert.equal((await events.next()).is, 'presented')
})

test('a reader that tells no more than the PUPI reads My Number cards and cannot name others', async () => {
  const { events, put, device } = await bench({ serial: 'pupi' })
  put(myNumberCard())
  const event = await events.until(is('presented'))
  assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
  device.remove()
  await events.until(is('gone'))
  put(otherCard('driving-licence'))
  const presented = { kind: 'other-card' } as const
  assert.deepEqual(await events.next(), { is: 'presented', presented })
})

test('what takes no APDUs is another card or a telephone, and gets none', async () => {
  const storage = { kind: 'other-card', name: 'ICカード（メモリーカード）' } as const
  const { events, put, device } = await bench()
  await events.next()
  for (const [type, presented] of [
    [pollTypes.mifare, storage],
    [pollTypes.ultralight, storage],
    [pollTypes.plainA, storage],
    [pollTypes.plainB, { kind: 'other-card' }],
    [pollTypes.typeA, { kind: 'other-card' }],
    [pollTypes.phone, { kind: 'not-a-card' }],
    [0x0d, { kind: 'other-card' }],
  ] as const) {
    put(otherCard('driving-licence'), type)
    assert.deepEqual(await events.next(), { is: 'presented', presented }, `type ${type}`)
    device.remove()
    assert.equal((await events.next()).is, 'gone')
  }
  assert.deepEqual(device.objections, [])
})

test('a FeliCa card, which the ordinary poll does not see, is named, and a My Number card in its place is read', async () => {
  const { events, put, device } = await bench()
  await events.next()
  put(otherCard('driving-licence'), pollTypes.felica)
  const presented = { kind: 'other-card', name: 'FeliCa のカード（交通系ICカードなど）' } as const
  assert.deepEqual(await events.next(), { is: 'presented', presented })
  put(myNumberCard())
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const event = await events.next()
  assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
  assert.deepEqual(device.objections, [])
})

test('a reader that cannot look for FeliCa cards is asked to once and reads the others', async () => {
  const { events, put, device, answers } = await bench({ knowsNfc: false })
  await answers(({ sub }) => sub === 0x40, 1)
  await answers(({ sub }) => sub === 0x02, 17)
  assert.equal(device.commands.filter((command) => command.startsWith('2c40')).length, 1)
  put(myNumberCard())
  await events.until(is('presented'))
})

test('a card that takes the place of another is not asked to sign for it', async () => {
  const { events, put } = await bench()
  put(myNumberCard())
  const event = await events.until(is('presented'))
  assert.ok(event.is === 'presented' && event.sign !== undefined)
  put(myNumberCard(true))
  const digest = new Uint8Array(32)
  await assert.rejects(event.sign(digest))
  assert.equal((await events.next()).is, 'gone')
  assert.equal((await events.next()).is, 'presented')
  await assert.rejects(event.sign(digest), { code: 'CARD_GONE' })
})

test('looking whether a card is still there does not end its session', async () => {
  const { events, put, device, answers } = await bench()
  put(myNumberCard())
  await events.until(is('presented'))
  await answers(isExchange, 3)
  assert.deepEqual(device.commands.slice(-2), [LOOK, LOOK])
  assert.equal(device.activations(), 1)
})

test('a card that takes the place of another between two looks is a new one', async () => {
  const { events, put } = await bench()
  put(myNumberCard())
  await events.until(is('presented'))
  put(otherCard('juki'))
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const event = await events.next()
  assert.ok(event.is === 'presented')
  assert.deepEqual(event.presented, { kind: 'other-card', name: '住民基本台帳カード' })
})

test('a reader that restarts by itself is put into its mode again, and its card read anew', async () => {
  const { events, put, device } = await bench()
  put(myNumberCard())
  await events.until(is('presented'))
  device.restart()
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  assert.equal((await events.next()).is, 'presented')
})

test('closing ends pass-through mode and lets go of the device', async () => {
  const { events, close, device, plug } = await bench()
  await events.next()
  assert.equal(device.isPassingThrough(), true)
  await close()
  assert.equal(device.isPassingThrough(), false)
  assert.equal(plug.open(), 0)
  assert.deepEqual(device.objections, [])
})

test('closing while the reader is at work tells it all the same, and does not wait for it', async () => {
  const { close, device, plug } = await bench()
  while (device.commands.at(-1) !== '2c40 ff01') await nextTurn()
  await close()
  assert.equal(plug.open(), 0)
  assert.equal(device.commands.at(-1), '2c01 00')
})

test('a reader that withholds what cards answer says so once for a card', async () => {
  const { events, put, device, answers } = await bench({ secure: true })
  put(myNumberCard())
  const event = await events.until(is('card-fault'))
  assert.ok(event.is === 'card-fault' && event.code === 'CARD_UNREADABLE')
  assert.match(event.message, /secure pass-through/)
  await answers(({ sub }) => sub === 0x02, 3)
  device.remove()
  assert.equal((await events.next()).is, 'gone')
})

test('whichever answer is damaged once, the card is read', async () => {
  const read = async (spoilt: number) => {
    let nth = 0
    const tamper = (reports: Buffer[]) => {
      if (nth++ === spoilt) reports.at(-1)?.fill(0x55, 12, 13)
      return reports
    }
    const { events, put, device, close } = await bench({ tamper })
    put(myNumberCard())
    await events.until(is('presented'))
    assert.deepEqual(device.objections, [])
    await close()
  }
  // A ping, the start, a poll, then the card.
  await Promise.all(Array.from({ length: 3 + readingApdus() }, (_, nth) => read(nth)))
})

test('after answers that were lost, doubled, mixed up or spoilt at random, a good card is read', async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1e9)
  t.diagnostic(`SEED=${seed}`)
  const survive = async (run: number) => {
    const dice = fc.sample(fc.integer({ min: 0, max: 63 }), { seed: seed + run, numRuns: 200 })
    let nth = 0
    const roll = () => dice[nth++] ?? 63
    const chaos = (reports: Buffer[]) =>
      reports.flatMap((report) => {
        const kind = roll()
        if (kind === 0) return []
        if (kind === 1) return [report, report]
        if (kind === 2) return [Buffer.alloc(64, roll()), report]
        if (kind < 6) report[roll()] = roll()
        return [report]
      })
    const { events, put, device, close } = await bench({ tamper: chaos })
    while (nth < dice.length) {
      put(myNumberCard())
      const event = await events.next()
      device.remove()
      const lasts = event.is === 'card-fault' && event.code !== 'CARD_GONE'
      if (lasts || event.is === 'presented')
        await events.until((later) => later.is === 'gone' || later.is === 'reader-fault')
    }
    put(myNumberCard())
    await events.until(is('presented'))
    await close()
  }
  await Promise.all(Array.from({ length: 12 }, (_, run) => survive(run)))
})

test('whenever the reader is unplugged, the card is read once it is back', async () => {
  const read = async (last: number) => {
    let nth = 0
    const tamper = (reports: Buffer[]) => {
      if (nth++ !== last) return reports
      setImmediate(plug.unplug)
      return reports.slice(0, 1)
    }
    const { events, put, device, plug, close } = await bench({ tamper })
    put(myNumberCard())
    const fault = await events.until(is('reader-fault'))
    assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
    device.restart()
    plug.plug(device)
    assert.equal((await events.next()).is, 'ready')
    assert.equal((await events.next()).is, 'presented')
    await close()
  }
  await Promise.all(Array.from({ length: 3 + readingApdus() }, (_, nth) => read(nth)))
})

test('a reader that hangs is gone, and its card is read once it answers again', async () => {
  const { events, put, device } = await bench()
  put(myNumberCard())
  await events.until(is('presented'))
  device.stall()
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const fault = await events.next()
  assert.ok(fault.is === 'reader-fault' && fault.code === 'READER_GONE')
  device.resume()
  assert.equal((await events.next()).is, 'ready')
  assert.equal((await events.next()).is, 'presented')
})

test('why a device cannot be opened is told, and it is taken once it can be', async () => {
  for (const code of ['READER_FORBIDDEN', 'READER_BUSY', 'DRIVER_UNAVAILABLE'] as const) {
    let refused = false
    const refuse = (fault: FaultCode): never => {
      refused = true
      throw new AgentError(fault, 'not now')
    }
    const { events } = await bench({}, (hid) => {
      if (refused) return hid
      if (code === 'DRIVER_UNAVAILABLE') return refuse(code)
      return { ...hid, open: async () => refuse(code) }
    })
    assert.deepEqual(await events.next(), { is: 'reader-fault', code, message: 'not now' })
    assert.equal((await events.next()).is, 'ready')
  }
})

test('the device is found by its USB id, its serial number or its path, and no other is opened', async () => {
  const vp3300 = { path: '/dev/hidraw3', vendorId: 0x0acd, productId: 0x3530 }
  const listed = [
    { path: '/dev/hidraw0', vendorId: 0x046d, productId: 0xc31c, serialNumber: '' },
    { ...vp3300, serialNumber: 'B' },
    { ...vp3300, path: '/dev/hidraw2', serialNumber: 'A' },
    { path: '/dev/hidraw9', vendorId: 0x0acd, productId: 0x4450, serialNumber: '' },
  ].map((one) => ({ ...one, product: '' }))
  for (const [options, wanted] of [
    [{}, '/dev/hidraw2'],
    [{ serial_number: 'B' }, '/dev/hidraw3'],
    [{ usb: '0ACD:4450' }, '/dev/hidraw9'],
    [{ device: '/dev/onshi-desk-1' }, '/dev/onshi-desk-1'],
    [{ usb: '0acd:3530', serial_number: 'C' }, undefined],
  ] as const) {
    let opened: string | undefined
    const hid: Hid = {
      devices: () => Promise.resolve(listed),
      open: (path) => {
        opened = path
        return Promise.reject(new AgentError('READER_BUSY', path))
      },
    }
    const io = ioOf({ hid: () => Promise.resolve(hid) })
    const reader = await vivopay.open({ ...defaults, ...options }, io)
    const event = await follow(reader).next()
    assert.ok(event.is === 'reader-fault')
    assert.equal(event.code, wanted === undefined ? 'READER_GONE' : 'READER_BUSY')
    assert.equal(opened, wanted)
    await reader.close()
  }
})
