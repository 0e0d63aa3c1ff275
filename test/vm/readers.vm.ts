import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReaderList } from '../../agent/api/readers.ts'
import { openCardPlace } from '../../agent/sim/card/simulator.ts'
import { type Client, checked, type Presentation } from '../bed/client.ts'
import { adapterAt } from './adapter.ts'
import { inTime, startVirtualClinic } from './clinic.ts'
import { HID_CONTROL_PORT } from './controls.ts'
import { connectVscard } from './guest/vscard.ts'
import type { VirtualMachine } from './machine.ts'

const READERS = `
[[readers]]
name = "serial"
driver = "pn532"
options = { port = "0403:6001" }

[[readers]]
name = "hid"
driver = "vivopay"

[[readers]]
name = "ccid"
driver = "pcsc"
options = { usb = "08e6:4433" }
`
const NODE = '/usr/lib/onshi-agent/bin/node'

async function stateOf(client: Client, reader: string): Promise<string | undefined> {
  const { items } = checked(ReaderList, JSON.parse((await client.get('/v1/readers')).text))
  return items.find(({ name }) => name === reader)?.state
}

/** Why health says that a reader is down; nothing: it is well. */
async function faultsOf(client: Client, reader: string): Promise<readonly unknown[]> {
  const { checks } = await client.health()
  const ofReaders = (checks['reader'] ?? []).filter(({ status }) => status !== 'pass')
  return ofReaders
    .filter(({ componentId }) => componentId === reader)
    .map(({ facts }) => facts['code'])
}

/** By state and by health. */
const isWell = (client: Client, reader: string) =>
  inTime(`${reader} is well`, async () => {
    const isReady = (await stateOf(client, reader)) === 'ready'
    return isReady && (await faultsOf(client, reader)).length === 0 ? true : undefined
  })
const isGone = (client: Client, reader: string) =>
  inTime(`${reader} is gone`, async () => {
    const isDown = (await stateOf(client, reader)) === 'down'
    return isDown && (await faultsOf(client, reader)).includes('READER_GONE') ? true : undefined
  })

/** A card that was put down is confirmed and is verified. */
async function verified(client: Client, reader: string, known: Set<string>): Promise<void> {
  const isNew = (one: Presentation) =>
    one.reader === reader && one.kind === 'my-number-card' && !known.has(one.id)
  const tap = await inTime(`a card on ${reader}`, async () =>
    (await client.presentations()).find(isNew),
  )
  known.add(tap.id)
  const { outcome, source } = await client.confirm(tap.id)
  assert.deepEqual([outcome, source.reader], ['valid', reader])
}

/** The journal where it fails: what a reader lacked is said there. */
async function said(machine: VirtualMachine, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const { stdout } = await machine.run(
      `journalctl -u onshi-agent -o cat | grep -v '"level":30' | tail -30; dmesg | tail -20
ls -l /dev/hidraw* /dev/ttyUSB*; cat /proc/devices | grep -E "hidraw|tty(USB|ACM)"`,
    )
    process.stderr.write(stdout)
    throw error
  }
}

test('the packaged unit opens readers that are plugged in after it started, and reads cards on them', async (t) => {
  const { machine, client } = await startVirtualClinic(t, READERS, async (box) => {
    const classes = await box.must('cat /proc/devices')
    assert.doesNotMatch(classes, /hidraw|ttyUSB|ttyACM/, 'no reader was ever plugged in')
  })
  const known = new Set<string>()
  for (const reader of ['serial', 'hid']) await isGone(client, reader)

  await t.test('a USB serial adapter is plugged in, pulled out and plugged in again', () =>
    said(machine, async () => {
      const place = await openCardPlace({ pn532: { host: '127.0.0.1', port: 0, dialect: 'pn532' } })
      t.after(() => place.close())
      const usb = { host: '127.0.0.1', port: machine.ports.serial }
      const adapter = adapterAt(usb, place.pn532Port ?? 0)
      t.after(() => adapter.unplug())
      await adapter.plug()
      await isWell(client, 'serial')
      await place.tap({ patient: '01' })
      await verified(client, 'serial', known)
      await place.remove()
      await adapter.unplug()
      await isGone(client, 'serial')
      await place.tap({ patient: '02' })
      await adapter.plug()
      await verified(client, 'serial', known)
    }),
  )

  await t.test('so is a USB HID reader', () =>
    said(machine, async () => {
      await machine.must('modprobe -a dummy_hcd libcomposite usb_f_hid')
      await machine.must(
        'mountpoint -q /sys/kernel/config || mount -t configfs c /sys/kernel/config',
      )
      const reader = machine.follow(`exec ${NODE} /tree/test/vm/guest/hid-reader.ts`)
      t.after(async () => reader.close())
      await reader.until(/^ready$/)
      const tell = (what: string, body = '') =>
        machine.must(`curl -sf -d '${body}' http://127.0.0.1:${HID_CONTROL_PORT}/${what}`)
      await tell('plug')
      await isWell(client, 'hid')
      await tell('tap', '01')
      await verified(client, 'hid', known)
      await tell('remove')
      await tell('unplug')
      await isGone(client, 'hid')
      await tell('tap', '02')
      await tell('plug')
      await verified(client, 'hid', known)
    }),
  )

  await t.test('a CCID reader is there by pcscd, and is missed when pcscd has it no more', () =>
    said(machine, async () => {
      const slot = await connectVscard('127.0.0.1', machine.ports.ccid)
      t.after(() => slot.close())
      await isWell(client, 'ccid')
      const port = `$(dirname $(grep -l 4433 /sys/bus/usb/devices/*/idProduct))/port/disable`
      await machine.must(`echo 1 >${port}`)
      await isGone(client, 'ccid')
    }),
  )

  await t.test('and the sandbox is as shut as it says, with all of them open', async () => {
    const { code, stdout } = await machine.run(
      'systemd-analyze security onshi-agent --no-pager --threshold=15',
    )
    t.diagnostic(stdout.trim().split('\n').at(-1) ?? '')
    assert.equal(code, 0, stdout)
    const journal = await machine.must('journalctl -u onshi-agent -o cat')
    // EACCES is one that udev has not yet been told of; the sandbox says EPERM.
    assert.doesNotMatch(journal, /EPERM/)
  })
})
