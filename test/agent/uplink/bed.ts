import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { TestContext } from 'node:test'
import { makePki, type Pki } from '../../../agent/sim/pki.ts'
import { type Identity, loadIdentity } from '../../../agent/uplink/identity.ts'
import type { LineSettings } from '../../../agent/uplink/line.ts'
import { openUplink } from '../../../agent/uplink/uplink.ts'

/** One for all tests of a file: keys take a second to make. */
export const pki = makePki({ hosts: ['gateway.example'] })

export function identityOf({ clientPkcs12, passphrase, ca }: Pki): Identity {
  return loadIdentity(clientPkcs12, passphrase, ca.certificatePem)
}

const identity = identityOf(pki)
const get = { method: 'GET' as const, path: '/status', headers: {}, body: new Uint8Array() }

export interface Over extends Partial<LineSettings> {
  readonly as?: Identity
  readonly queueLimit?: number
}

/** How to ask over one uplink, which ends with the test. */
export function uplinkTo(
  t: TestContext,
  url: string,
  { as = identity, queueLimit = 10, ...over }: Over = {},
) {
  const line: LineSettings = {
    name: 'line-a',
    gateway: url,
    sourceAddress: null,
    serverName: null,
    connectTimeoutMs: 2_000,
    timeoutMs: 2_000,
    answerLimitBytes: 100_000,
    sessions: 2,
    ...over,
  }
  const uplink = openUplink({ line, queueLimit }, as)
  t.after(() => uplink.close())
  return (safe = true, signal = new AbortController().signal) =>
    uplink.ask(get, { safe, signal, accept: ({ status, body }) => ({ status, body }) })
}

/** The URL of a server on a free port, which stops listening after the test. */
export async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '::1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `https://[::1]:${portOf(server)}`
}

export function portOf(server: Server): number {
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return address.port
}
