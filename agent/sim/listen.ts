import type { Server } from 'node:net'

/** Where a server listens; port 0 lets the system choose. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Where a server listens that nobody told where: this machine only, a free port. */
export const LOOPBACK: Endpoint = { host: '127.0.0.1', port: 0 }

/** Resolves with the origin, `scheme://host:port`, once bound; rejects with the system's error. */
export const listen = async (
  server: Server,
  scheme: 'http' | 'https',
  { host, port }: Endpoint,
): Promise<string> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const bound = server.address()
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${actual}`
}

/** Resolves when the server has let go of its port and every connection. */
export const shut = (server: Server & { closeAllConnections(): void }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
