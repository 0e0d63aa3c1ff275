import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

/** Everything that went through a Unix socket, both ways. */
export interface Recording {
  /** Where the client is to connect instead. */
  readonly path: string
  bytes(): Buffer
  close(): Promise<void>
}

/** A relay in front of the Unix socket `far`. What cannot be connected is closed at once. */
export async function recordSocket(far: string, path: string): Promise<Recording> {
  const seen: Buffer[] = []
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const behind = connect(far)
    const sides: readonly [Socket, Socket][] = [
      [near, behind],
      [behind, near],
    ]
    for (const [one, other] of sides) {
      open.add(one)
      one.on('data', (chunk: Buffer) => {
        seen.push(chunk)
        other.write(chunk)
      })
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    path,
    bytes: () => Buffer.concat(seen),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
      rmSync(path, { force: true })
    },
  }
}
