import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { pollTypes } from '../../../agent/sim/reader/vivopay-field.ts'
import type { Request } from '../../../agent/sim/reader/vivopay-wire.ts'
import type { Hid } from '../../../drivers/io/io.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import { ioOf } from '../../fakes/io.ts'
import { follow } from '../bench.ts'
import { myNumberCard, otherCard } from '../cards.ts'
import { defaults, is, vivopayOn } from './bench.ts'

const isExchange = ({ sub }: Request) => sub === 0x13
const LOOK = '2c13 0000b0000001'

test('a reader that wants the checksum of pass-through commands the other way round reads cards', async () => {
  const { events, put } = await vivopayOn({ passThroughCrc: 'high-first' })
  put(myNumberCard())
  assert.equal((await events.next()).is, 'ready')
  assert.equal((await events.next()).is, 'presented')
})

test('a reader that tells no more than the PUPI reads My Number cards and cannot name others', async () => {
  const { events, put, device } = await vivopayOn({ serial: 'pupi' })
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
  const { events, put, device } = await vivopayOn()
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
  const { events, put, device } = await vivopayOn()
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
  const { events, put, device, answers } = await vivopayOn({ knowsNfc: false })
  await answers(({ sub }) => sub === 0x40, 1)
  await answers(({ sub }) => sub === 0x02, 17)
  assert.equal(device.commands.filter((command) => command.startsWith('2c40')).length, 1)
  put(myNumberCard())
  await events.until(is('presented'))
})

test('a card that takes the place of another is not asked to sign for it', async () => {
  const { events, put } = await vivopayOn()
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
  const { events, put, device, answers } = await vivopayOn()
  put(myNumberCard())
  await events.until(is('presented'))
  await answers(isExchange, 3)
  assert.deepEqual(device.commands.slice(-2), [LOOK, LOOK])
  assert.equal(device.activations(), 1)
})

test('a card that takes the place of another between two looks is a new one', async () => {
  const { events, put } = await vivopayOn()
  put(myNumberCard())
  await events.until(is('presented'))
  put(otherCard('juki'))
  assert.deepEqual(await events.next(), { is: 'gone', reason: 'removed' })
  const event = await events.next()
  assert.ok(event.is === 'presented')
  assert.deepEqual(event.presented, { kind: 'other-card', name: '住民基本台帳カード' })
})

test('closing ends pass-through mode and lets go of the device', async () => {
  const { events, close, device, plug } = await vivopayOn()
  await events.next()
  assert.equal(device.isPassingThrough(), true)
  await close()
  assert.equal(device.isPassingThrough(), false)
  assert.equal(plug.open(), 0)
  assert.deepEqual(device.objections, [])
})

test('closing while the reader is at work tells it all the same, and does not wait for it', async () => {
  const { close, device, plug } = await vivopayOn()
  while (device.commands.at(-1) !== '2c40 ff01') await nextTurn()
  await close()
  assert.equal(plug.open(), 0)
  assert.equal(device.commands.at(-1), '2c01 00')
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
