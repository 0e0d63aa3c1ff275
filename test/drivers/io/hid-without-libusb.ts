import { spawnSync } from 'node:child_process'
import { loadHid } from '../../../drivers/io/hid.ts'
import { vivopay } from '../../../drivers/vivopay.ts'
import { ioOf } from '../../fakes/io.ts'
import { follow } from '../bench.ts'
import { simBench } from '../benches/sim.ts'
import { otherCard } from '../cards.ts'

/**
 * Run where libusb is hidden behind a mount on argv[2]: what the agent's readers tell before and
 * after it is there, a line of JSON each.
 */
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
const [, , mounted = ''] = process.argv

const io = ioOf({ hid: async () => loadHid() })
const reader = await vivopay.open({ device: '/dev/none', usb: '', serial_number: '' }, io)
const events = follow(reader)
say(await events.next())

const sim = await simBench.open()
await sim.put(otherCard('driving-licence'))
say(await follow(sim.reader).until(({ is }) => is === 'presented'))
await sim.close()

spawnSync('umount', ['-l', mounted])
say(await events.next())
await reader.close()
