import { once } from 'node:events'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { Card } from '../../../agent/sim/card/card.ts'
import { type Presented, present } from '../../../agent/sim/card/presented.ts'
import { startPn532Reader } from '../../../agent/sim/reader/pn532.ts'
import type { Pn532Dialect } from '../../../agent/sim/reader/pn532-chip.ts'
import type { Port, Serial } from '../../../drivers/io/io.ts'
import { pn532 } from '../../../drivers/pn532.ts'
import { Queue } from '../../../drivers/queue.ts'
import { ioOf } from '../../fakes/io.ts'
import { follow } from '../bench.ts'

/** A serial line that is a TCP connection: where `serialport` itself is not what is tried. */
export async function openTcpPort(port: number): Promise<Port> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const chunks = new Queue<Uint8Array>()
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => undefined)
  socket.on('close', () => chunks.fail(new AgentError('READER_GONE', 'the line is cut')))
  await once(socket, 'connect')
  return {
    incoming: () => chunks,
    write: async (bytes) => void socket.write(bytes),
    close: async () => {
      chunks.end()
      socket.destroy()
    },
  }
}

/** The driver with a simulated reader at the other end of its line. */
export async function openRig(
  t: TestContext,
  options: { dialect: Pn532Dialect; pieceBytes?: number; cardLimitMs?: number },
  dialect = options.dialect,
  through: (port: Port) => Port = (port) => port,
) {
  const sim = await startPn532Reader({ host: '127.0.0.1', port: 0, ...options })
  const serial: Serial = { open: async () => through(await openTcpPort(sim.port)) }
  const start = async () => {
    const options = { port: '/dev/ttyUSB0', dialect, baud_rate: 115_200 }
    const reader = await pn532.open(options, ioOf({ serial: () => Promise.resolve(serial) }))
    t.after(() => reader.close())
    return follow(reader)
  }
  t.after(() => sim.close())
  const put = (card: Card): Presented => {
    const presented = present(card, {}, () => undefined)
    sim.insert(presented)
    return presented
  }
  return { sim, start, put }
}
