import { once } from 'node:events'
import { connect } from 'node:net'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Serial } from '../../drivers/io/io.ts'

/** A serial line that is a TCP connection to this machine, whatever path is opened. */
export const tcpSerial = (port: number): Serial => ({
  open: async () => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    async function* incoming() {
      for await (const chunk of socket) if (chunk instanceof Uint8Array) yield chunk
      throw new AgentError('READER_GONE', 'the line is gone')
    }
    return {
      incoming,
      write: async (bytes) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        socket.write(bytes, () => resolve())
        await promise
      },
      close: () => {
        socket.destroy()
        return Promise.resolve()
      },
    }
  },
})
