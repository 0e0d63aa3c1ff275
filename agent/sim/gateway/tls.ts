import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import { BehaviourError } from '../behaviour.ts'
import type { ServerTls } from '../pki.ts'
import type { Mode } from './behaviour.ts'
import { makeUnknownTls, type OtherTls } from './certificates.ts'
import type { Tally } from './stats.ts'

/** As nginx, so that a client's idle connections live as long as they would there. */
const KEEP_ALIVE_MS = 75_000

export interface TlsOptions {
  readonly tls: ServerTls
  readonly otherTls: OtherTls | undefined
  /** How a client without a good certificate is refused: in TLS, or by nginx's page. */
  readonly refuse: 'tls' | '400-page'
  readonly tally: Tally
  onRequest(request: IncomingMessage, response: ServerResponse): void
}

/** HTTPS over connections that others accept, with the certificate that a behaviour asks for. */
export interface Tls {
  /** Readies the certificate of this mode. Throws `BehaviourError` when it cannot be had. */
  prepare(mode: Mode): void
  /** Takes the connection over, with the bytes that it holds, and sees to its end. */
  serve(socket: Socket, mode: Mode): void
  close(): void
}

const openServer = (tls: ServerTls, { refuse, tally, onRequest }: TlsOptions): Server => {
  const server = createServer({
    ca: tls.caPem,
    cert: tls.certificatePem,
    key: tls.keyPem,
    requestCert: true,
    rejectUnauthorized: refuse === 'tls',
    minVersion: 'TLSv1.2',
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.on('secureConnection', () => tally.add('tlsHandshakes'))
  server.on('tlsClientError', () => tally.add('tlsRefused'))
  server.on('request', onRequest)
  // It does not listen itself; this event is what its time limits for requests start with.
  server.emit('listening')
  return server
}

const certificateFor = (mode: Mode, { tls, otherTls }: TlsOptions): ServerTls | undefined => {
  if (mode === 'wrong-certificate') return makeUnknownTls(tls)
  if (mode !== 'wrong-name' && mode !== 'expired-certificate') return undefined
  if (otherTls === undefined)
    throw new BehaviourError(`no certificate for mode ${mode} was given or made at the start`)
  return otherTls[mode]
}

export const openTls = (options: TlsOptions): Tls => {
  const good = openServer(options.tls, options)
  const others = new Map<Mode, Server>()
  return {
    prepare: (mode) => {
      const tls = others.has(mode) ? undefined : certificateFor(mode, options)
      if (tls !== undefined) others.set(mode, openServer(tls, options))
    },
    serve: (socket, mode) => {
      const server = others.get(mode) ?? good
      server.emit('connection', socket)
    },
    close: () => {
      for (const server of [good, ...others.values()]) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}
