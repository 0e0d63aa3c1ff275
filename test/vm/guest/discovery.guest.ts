import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startPn532Reader } from '../../../agent/sim/reader/pn532.ts'
import { plugIn } from '../../../agent/sim/reader/uhid.ts'
import { readersAmong, serialPortsFor, usbDevices } from '../../../drivers/discover.ts'
import { makeAdapter } from './adapter-bench.ts'
import { makeGadget } from './gadget.ts'

const all = { ccid: '08e6:4433', vivopay: '0acd:3530', adapter: '0403:6001' } as const
const unplugs: (() => unknown)[] = []

before(async () => {
  const gadget = makeGadget(() => undefined)
  gadget.plug()
  const about = { vendorId: 0x0acd, productId: 0x3530, name: 'IDTECH VP3300', serialNumber: 'SN42' }
  const uhid = plugIn(about, () => undefined)
  const chip = await startPn532Reader({ host: '127.0.0.1', port: 0, dialect: 'pn532' })
  const adapter = makeAdapter(chip.port)
  await adapter.plug()
  unplugs.push(gadget.unplug, uhid.close, adapter.unplug, chip.close)
  while ((await usbDevices()).flatMap(({ hidraws }) => hidraws).length < 2) await wait(20)
  // What udev has to say of nodes, groups among it, it has said by then.
  execFileSync('udevadm', ['settle', '--timeout=60'])
})
after(async () => {
  for (const unplug of unplugs) await unplug()
})

test('a CCID reader, two HID readers and a serial adapter are found on real buses', async () => {
  const found = readersAmong(await usbDevices())
  const seen = found.map(({ device, connection, driver }) => ({
    serialNumber: device.serialNumber,
    product: device.product,
    connection,
    driver,
  }))
  const hid = { connection: 'usb-hid', driver: 'vivopay' } as const
  const wanted = [
    {
      serialNumber: '1-0000:00:10.0-1',
      product: 'QEMU USB SERIAL',
      connection: 'usb-serial',
      driver: 'pn532',
    },
    {
      serialNumber: '1-0000:00:10.0-2',
      product: 'QEMU USB CCID',
      connection: 'usb-ccid',
      driver: 'pcsc',
    },
    { serialNumber: 'SN43', product: 'VP3300', ...hid },
    { serialNumber: 'SN42', product: 'IDTECH VP3300', ...hid },
  ]
  const key = ({ serialNumber }: { serialNumber: string }) => serialNumber
  assert.deepEqual(
    seen.toSorted((a, b) => key(a).localeCompare(key(b))),
    wanted.toSorted((a, b) => key(a).localeCompare(key(b))),
  )
  const nodes = found.flatMap((one) => one.nodes)
  assert.deepEqual(nodes.toSorted(), ['/dev/hidraw0', '/dev/hidraw1', '/dev/ttyUSB0'])
})

test('the port of an adapter is found by its USB id, and by no driver that was not told', async () => {
  assert.deepEqual(await serialPortsFor(all.adapter), ['/dev/ttyUSB0'])
  assert.deepEqual(await serialPortsFor('pn532'), [])
})

test('`onshi-agent readers` shows them to a user who may open none, and says so', (t) => {
  const command = [process.execPath, 'agent/cli.ts', 'readers']
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', ...command]
  const { status, stdout, stderr } = spawnSync('setpriv', asNobody, { encoding: 'utf8' })
  t.diagnostic(stdout)
  assert.equal(status, 0, stderr)
  for (const usb of Object.values(all)) assert.ok(stdout.includes(usb), usb)
  for (const node of ['/dev/hidraw0', '/dev/hidraw1', '/dev/ttyUSB0'])
    assert.match(stdout, new RegExp(`${node}: this user may not open it`))
})
