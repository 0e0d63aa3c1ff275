import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  accessTo,
  lastingName,
  readersAmong,
  serialPortsFor,
  usbDevices,
} from '../../drivers/discover.ts'
import { ftdi, keyboard, modem, rcS300, sysfs, vp3300 } from './sysfs.ts'

const shown = async (root: string) =>
  readersAmong(await usbDevices(root)).map(({ device, model, driver, connection, nodes }) => [
    device.at,
    model?.name,
    connection,
    driver,
    ...nodes,
  ])

test('readers of every connection are found among what is plugged in, with their nodes', async (t) => {
  const { root } = sysfs(t, [rcS300, vp3300, ftdi, modem, keyboard])
  assert.deepEqual(await shown(root), [
    ['1-2', 'Sony RC-S300/S', 'usb-ccid', 'pcsc'],
    ['1-3', 'ID TECH ViVOpay VP3300 (NEO)', 'usb-hid', 'vivopay', '/dev/hidraw0'],
    ['1-4.1', undefined, 'usb-serial', 'pn532', '/dev/ttyUSB0'],
    ['1-5', undefined, 'usb-serial', null, '/dev/ttyUSB1', '/dev/ttyUSB2'],
  ])
})

test('two of a model are told apart by serial number, bus address and node', async (t) => {
  const { root } = sysfs(t, [
    vp3300,
    { ...vp3300, at: '1-10', serial: 'SN43', hidraws: ['hidraw7'] },
  ])
  const [first, second] = await usbDevices(root)
  assert.deepEqual([first?.serialNumber, first?.hidraws], ['SN42', ['/dev/hidraw0']])
  assert.deepEqual([second?.serialNumber, second?.hidraws], ['SN43', ['/dev/hidraw7']])
  assert.equal(first?.bus, '/dev/bus/usb/001/004')
})

test('a CCID reader that the table does not know would still be taken by pcsc', async (t) => {
  const { root } = sysfs(t, [
    { at: '1-1', usb: 'dead:beef', product: 'New', classes: ['03', '0b'] },
  ])
  assert.deepEqual(await shown(root), [['1-1', undefined, 'usb-ccid', 'pcsc']])
})

test('a known PC/SC model that is not in its CCID mode is listed with no driver', async (t) => {
  const { root } = sysfs(t, [
    { at: '1-1', usb: '09d8:0427', classes: ['03'], hidraws: ['hidraw3'] },
  ])
  assert.deepEqual(await shown(root), [['1-1', 'Elatec TWN4 (CCID mode)', 'usb-ccid', null]])
})

test('a HID reader that is on no bus is found', async (t) => {
  const tree = sysfs(t, [vp3300])
  tree.uhid('hidraw5', '0acd:3530', 'uhid reader', 'SN9')
  assert.deepEqual(await shown(tree.root), [
    ['1-3', 'ID TECH ViVOpay VP3300 (NEO)', 'usb-hid', 'vivopay', '/dev/hidraw0'],
    ['0003:0ACD:3530.0001', 'ID TECH ViVOpay VP3300 (NEO)', 'usb-hid', 'vivopay', '/dev/hidraw5'],
  ])
})

test('a tty of a CDC device belongs to its device', async (t) => {
  const { root } = sysfs(t, [{ at: '1-7', usb: '1a86:55d4', classes: ['02'], ttys: ['ttyACM0'] }])
  assert.deepEqual((await usbDevices(root))[0]?.ttys, ['/dev/ttyACM0'])
})

test('a machine without USB, or without sysfs, has no reader', async (t) => {
  assert.deepEqual(await usbDevices(sysfs(t).root), [])
  assert.deepEqual(await usbDevices('/nowhere'), [])
})

test('a device that leaves while it is looked at is left out', async (t) => {
  const tree = sysfs(t, [rcS300, vp3300])
  tree.unplug('1-3')
  assert.deepEqual(
    (await usbDevices(tree.root)).map(({ at }) => at),
    ['1-2'],
  )
})

test('a general adapter is no driver’s port, but is found by its USB id', async (t) => {
  const { root } = sysfs(t, [ftdi, modem])
  assert.deepEqual(await serialPortsFor('pn532', root), [])
  assert.deepEqual(await serialPortsFor('0403:6001', root), ['/dev/ttyUSB0'])
  assert.deepEqual(await serialPortsFor('2C7C:0125', root), ['/dev/ttyUSB1', '/dev/ttyUSB2'])
})

test('a node is told as open, forbidden or absent', async (t) => {
  const { root } = sysfs(t)
  const node = join(root, 'node')
  assert.equal(await accessTo(node), 'absent')
  writeFileSync(node, '')
  assert.equal(await accessTo(node), 'open')
  chmodSync(node, 0)
  // Root may open anything.
  assert.equal(await accessTo(node), process.getuid?.() === 0 ? 'open' : 'forbidden')
})

test('a serial port has its lasting name where udev gave it one', async (t) => {
  const { root } = sysfs(t)
  const folder = join(root, 'by-id')
  mkdirSync(folder)
  writeFileSync(join(root, 'ttyUSB0'), '')
  symlinkSync('../ttyUSB0', join(folder, 'usb-FTDI-if00-port0'))
  assert.equal(await lastingName('/dev/ttyUSB0', folder), join(folder, 'usb-FTDI-if00-port0'))
  assert.equal(await lastingName('/dev/ttyUSB1', folder), '/dev/ttyUSB1')
  assert.equal(await lastingName('/dev/ttyUSB1', '/nowhere'), '/dev/ttyUSB1')
})
