import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from 'typebox'
import { AgentError, codeOf } from '../agent/kernel/errors.ts'
import { defineDriver, type Reader, type ReaderEvent } from './driver.ts'
import { Presence } from './presence.ts'
import { Queue } from './queue.ts'
import { withoutRepeats } from './repeats.ts'
import { openSimLink } from './sim-link.ts'

/** Between attempts to reach the simulator, ms. */
const RETRY_MS = 500

export const sim = defineDriver({
  name: 'sim',
  title: 'Simulated reader (onshi-agent sim card): no hardware, invented cards',
  options: Type.Object(
    {
      host: Type.String({
        default: '127.0.0.1',
        minLength: 1,
        description: 'Where `onshi-agent sim card` runs.',
      }),
      port: Type.Integer({
        default: 35_970,
        minimum: 1,
        maximum: 65_535,
        description: 'Its TCP port.',
      }),
    },
    { additionalProperties: false },
  ),
  open: ({ host, port }) => Promise.resolve(openSim(host, port)),
})

function openSim(host: string, port: number): Reader {
  const events = new Queue<ReaderEvent>()
  const emit = withoutRepeats((event) => events.push(event))
  const stop = new AbortController()
  let socket: Socket | undefined

  const run = async () => {
    while (!stop.signal.aborted) {
      socket = connect({ host, port, noDelay: true, keepAlive: true })
      const fault = await follow(socket, emit)
      if (stop.signal.aborted) break
      emit({ is: 'reader-fault', code: 'READER_GONE', message: fault.message })
      await wait(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
    events.end()
  }
  const done = run().catch((error: unknown) => events.fail(error))

  return {
    events: () => events,
    close: async () => {
      stop.abort()
      socket?.destroy()
      await done
    },
  }
}

/** One connection to the simulator, for as long as it lasts; resolves with why it ended. */
async function follow(socket: Socket, emit: (event: ReaderEvent) => void): Promise<AgentError> {
  let presence: Presence | undefined
  let cause: unknown
  try {
    await new Promise<void>((resolve, reject) => {
      const shown = new Presence(emit, reject)
      presence = shown
      const link = openSimLink(socket, (standing) => shown.show(standing))
      socket.on('connect', () => emit({ is: 'ready', device: 'simulated reader' }))
      socket.on('data', (chunk) => link.take(chunk))
      socket.on('error', (error) => {
        cause = error
      })
      socket.on('close', () => {
        link.end()
        resolve()
      })
    })
  } finally {
    presence?.lose()
    socket.destroy()
  }
  const why = codeOf(cause) || 'the connection ended'
  return new AgentError('READER_GONE', `no card simulator: ${why}`, { cause })
}
