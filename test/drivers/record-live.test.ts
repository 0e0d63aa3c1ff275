import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../agent/kernel/errors.ts'
import { present } from '../../agent/sim/card/presented.ts'
import { openVivopayReader } from '../../agent/sim/reader/vivopay.ts'
import { pollTypes } from '../../agent/sim/reader/vivopay-field.ts'
import type { ReaderEvent } from '../../drivers/driver.ts'
import type { PcscClient } from '../../drivers/io/io.ts'
import { recordReader } from '../../drivers/record/live.ts'
import { hidPlug } from '../fakes/hid.ts'
import { ioOf } from '../fakes/io.ts'
import { myNumberCard } from './cards.ts'
import { replay, toldIn } from './replay.ts'

const never = new AbortController().signal

test('a reader that hangs ends its recording, which is kept', async () => {
  const client: PcscClient = {
    // biome-ignore lint/correctness/useYield: it fails before there is anything to tell.
    changes: async function* () {
      throw new AgentError('READER_HUNG', 'a call took over 10000 ms')
    },
    hold: () => Promise.reject(new Error('nothing lies there')),
    channel: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  }
  const io = ioOf({ pcsc: () => Promise.resolve({ connect: () => client }) })
  const told: ReaderEvent[] = []
  const wish = { driver: 'pcsc', options: {}, release: '1' }
  const { recording, released } = await recordReader(wish, io, (event) => told.push(event), never)
  assert.equal(released, false, 'the process has to be ended by its owner')
  assert.deepEqual(
    recording.entries.map(({ is }) => is),
    ['connected', 'service-lost', 'left', 'event'],
  )
  assert.equal(told[0]?.is, 'reader-fault')
})

test('an unknown driver, or options that are not its own, record nothing', async () => {
  for (const wish of [
    { driver: 'nothing', options: {} },
    { driver: 'pcsc', options: { port: '/dev/ttyUSB0' } },
    { driver: 'pn532', options: { dialect: 'french' } },
  ]) {
    const recording = recordReader({ ...wish, release: '1' }, ioOf({}), () => {}, never)
    await assert.rejects(recording, { code: 'DRIVER_UNAVAILABLE' })
  }
})

test('a bug in a driver is none of the recording’s faults', async () => {
  const io = ioOf({ pcsc: () => Promise.reject(new TypeError('a bug')) })
  const wish = { driver: 'pcsc', options: {}, release: '1' }
  await assert.rejects(
    recordReader(wish, io, () => {}, never),
    TypeError,
  )
})

test('a reader that is unplugged and back is recorded, and plays again', async () => {
  const plug = hidPlug()
  const device = openVivopayReader({ send: plug.send })
  const stop = new AbortController()
  const seen: ReaderEvent[] = []
  let wake = () => {}
  const until = async (count: number) => {
    while (seen.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const recorded = recordReader(
    { driver: 'vivopay', options: {}, release: '1' },
    ioOf({ hid: () => Promise.resolve(plug.hid) }),
    (event) => {
      seen.push(event)
      wake()
    },
    stop.signal,
  )
  // Not there at first.
  await until(1)
  plug.plug(device)
  await until(2)
  device.put(
    present(myNumberCard(), {}, () => {}),
    pollTypes.typeB,
  )
  await until(3)
  plug.unplug()
  device.restart()
  await until(5)
  plug.plug(device)
  await until(7)
  stop.abort()
  const { recording } = await recorded
  device.close()
  assert.deepEqual(
    toldIn(recording).map(({ is, code }) => code ?? is),
    ['READER_GONE', 'ready', 'presented', 'gone', 'READER_GONE', 'ready', 'presented'],
  )
  assert.deepEqual(await replay(recording), toldIn(recording))
})
