import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openControl } from '../../agent/api/control.ts'
import { readersCommand } from '../../agent/readers-command.ts'
import { readersText } from '../../agent/readers-text.ts'
import { checkConfig } from '../../config/load.ts'
import { readersAmong, usbDevices } from '../../drivers/discover.ts'
import { clinicFolder, good, writeConfig } from '../config/clinic.ts'
import { ftdi, keyboard, modem, rcS300, sysfs, vp3300 } from '../drivers/sysfs.ts'
import { fakePorts } from '../fakes/api-ports.ts'

type Plugged = Parameters<typeof sysfs>[1]

function machine(t: TestContext, plugged: Plugged) {
  const { root } = sysfs(t, plugged)
  const folder = clinicFolder(t)
  const socket = join(folder, 'control.sock')
  const path = writeConfig(
    folder,
    good.replace('[store]', `[control]\nsocket = "${socket}"\n[store]`),
  )
  const places = {
    sysfs: root,
    pcscd: join(root, 'pcscd.comm'),
    serialNames: join(root, 'by-id'),
  }
  const run = (...args: string[]) => readersCommand(['--config', path, ...args], places)
  const list = async () => JSON.parse(await run('--json'))
  return { folder, socket, places, run, list }
}

/** A configuration with these blocks in the place of its readers. */
function checked(folder: string, blocks: string) {
  const [before = ''] = good.split('[[readers]]')
  return checkConfig(writeConfig(folder, before + blocks)).readers
}

const everything = [rcS300, vp3300, ftdi, modem, keyboard]

test('what is plugged in is listed with model, driver, conformity, and its bus address', async (t) => {
  const { list } = machine(t, everything)
  const { devices, agent, items } = await list()
  assert.deepEqual(
    devices.map((device: Record<string, unknown>) => [
      device['name'],
      device['usb'],
      device['driver'],
      device['conformity'],
      device['availability'],
    ]),
    [
      ['Sony RC-S300/S', '054c:0dc8', 'pcsc', 'unknown', 'unknown'],
      ['ID TECH ViVOpay VP3300 (NEO)', '0acd:3530', 'vivopay', 'unknown', 'unknown'],
      ['FTDI FT232', '0403:6001', 'pn532', 'unknown', 'unknown'],
      ['Quectel EC25', '2c7c:0125', null, 'unknown', 'unknown'],
    ],
  )
  assert.equal(devices[0].serialNumber, '1234567')
  assert.equal(devices[0].bus, '/dev/bus/usb/001/004')
  assert.equal(agent.code, 'AGENT_NOT_RUNNING')
  assert.deepEqual(items, [])
})

test('unknown is never shown as fine', async (t) => {
  const { run } = machine(t, [rcS300])
  const page = await run()
  assert.match(page, /1\. Sony RC-S300\/S {2}054c:0dc8 {2}serial 1234567/)
  assert.match(page, /技適・型式指定 {2}未確認（not confirmed）/)
  assert.match(page, /販売 +未確認（not confirmed）/)
  assert.doesNotMatch(page, /OK|あり/)
})

test('an adapter says that a PN532 behind it is for experiments, and is not pasted as it is', async (t) => {
  const { run, list, folder } = machine(t, [ftdi])
  assert.match(await run(), /実験用（国内不可）/)
  const { toml } = await list()
  assert.match(toml, /^# \[\[readers\]\]$/m)
  assert.deepEqual(checked(folder, toml), [])
})

test('the blocks to paste are accepted as they are, with the adapter’s once it is wanted', async (t) => {
  const { list, folder, places } = machine(t, everything)
  mkdirSync(places.serialNames)
  const { toml } = await list()
  assert.deepEqual(
    checked(folder, toml).map(({ name, driver }) => [name, driver]),
    [
      ['reader-1', 'pcsc'],
      ['reader-2', 'vivopay'],
    ],
  )
  const wanted = toml.replace(/^# (?=\[\[|name|driver|options)/gm, '')
  const readers = checked(folder, wanted)
  assert.deepEqual(readers[0]?.options, { reader: '', usb: '054c:0dc8' })
  assert.deepEqual(readers[2]?.options, {
    port: '/dev/ttyUSB0',
    dialect: 'pn532',
    baud_rate: 115_200,
  })
})

test('two alike are told apart in their blocks, by serial number or by what to look up', async (t) => {
  const twin = { ...vp3300, at: '1-9', serial: 'SN43', hidraws: ['hidraw7'] }
  const hid = machine(t, [vp3300, twin])
  const readers = checked(hid.folder, (await hid.list()).toml)
  assert.deepEqual(
    readers.map(({ options }) => options),
    [
      { device: '', usb: '0acd:3530', serial_number: 'SN42' },
      { device: '', usb: '0acd:3530', serial_number: 'SN43' },
    ],
  )
  const pcsc = machine(t, [rcS300, { ...rcS300, at: '1-9' }])
  assert.match((await pcsc.list()).toml, /# Two of this model: .* part of its PC\/SC name/)
})

test('without pcscd a PC/SC reader says what to install', async (t) => {
  const { run, places } = machine(t, [rcS300])
  assert.match(await run(), /READER_SERVICE_DOWN[\s\S]*apt-get install pcscd/)
  writeFileSync(places.pcscd, '', { mode: 0o666 })
  assert.doesNotMatch(await run(), /READER_SERVICE_DOWN/)
})

test('a node that this user may not open says so, with the group or the udev rule that cures it', async (t) => {
  const { root } = sysfs(t, [vp3300, ftdi])
  const plugged = readersAmong(await usbDevices(root)).map((found) => ({
    found,
    access: found.nodes.map((node) => ({ node, is: 'forbidden' as const })),
    port: null,
  }))
  const agent = { is: 'unknown', code: 'AGENT_NOT_RUNNING', message: '' } as const
  const page = readersText({ plugged, taken: [], agent })
  assert.equal(
    page.match(/E305 READER_FORBIDDEN {2}カードリーダーを開く権限がありません。/g)?.length,
    2,
  )
  assert.match(page, /hidraw0: .*ATTRS\{idVendor\}=="0acd", ATTRS\{idProduct\}=="3530"/)
  assert.match(page, /ttyUSB0: .*group dialout/)
})

test('a serial port is pasted under the name that udev keeps for it', async (t) => {
  const { list, places } = machine(t, [ftdi])
  mkdirSync(places.serialNames)
  writeFileSync(join(places.serialNames, 'ttyUSB0'), '')
  const { devices, toml } = await list()
  assert.equal(devices[0].port, join(places.serialNames, 'ttyUSB0'))
  assert.ok(toml.includes(`port = "${join(places.serialNames, 'ttyUSB0')}"`))
})

test('the readers of the running agent stand beneath, each with how it is', async (t) => {
  const { run, list, socket } = machine(t, [rcS300])
  const ports = fakePorts()
  ports.desk.states.push({
    name: 'desk-1',
    driver: 'pcsc',
    state: 'down',
    since: Date.now(),
    fault: 'READER_GONE',
    device: null,
  })
  const control = await openControl({ socket, version: '0.1.0', urls: [], ...ports })
  t.after(() => control.close())
  const { items, agent } = await list()
  assert.equal(agent, null)
  const page = await run()
  for (const { name, state } of items)
    assert.match(page, new RegExp(`^ {2}${name} .*${state}`, 'm'))
})

test('a name that is configured is not offered again, whether or not the agent runs', async (t) => {
  const { folder, places } = machine(t, [rcS300])
  const path = writeConfig(folder, good.replace('desk-1', 'reader-1'))
  assert.match(await readersCommand(['--config', path], places), /name = "reader-2"/)
})

test('a configuration that is not there is told, and the devices are listed all the same', async (t) => {
  const { places } = machine(t, [rcS300])
  const args = ['--config', '/nowhere/agent.toml']
  assert.match(await readersCommand(args, places), /RC-S300[\s\S]*CONFIG_UNREADABLE/)
})

test('a machine without readers says so, and offers nothing to paste', async (t) => {
  const { run } = machine(t, [keyboard])
  const page = await run()
  assert.match(page, /no reader found/)
  assert.doesNotMatch(page, /\[\[readers\]\]/)
})

test('a command that is none of readers is refused', async (t) => {
  const { run } = machine(t, [])
  for (const args of [['x'], ['record'], ['record', 'a', 'b'], ['--out', 'f'], ['--nothing']])
    await assert.rejects(run(...args), { code: 'USAGE' }, args.join(' '))
})
