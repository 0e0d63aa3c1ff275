import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { TestContext } from 'node:test'
import type { Log } from '../../../agent/kernel/ports.ts'
import { systemClock } from '../../../agent/platform.ts'
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
  readonly sessions?: number
  readonly queueLimit?: number
  readonly sourceAddress?: string
}

export const silentLog: Log = { info() {}, warn() {}, error() {} }

/** How to ask over one line, whose uplink ends with the test. Nothing is asked of it by itself. */
export async function uplinkTo(
  t: TestContext,
  url: string,
  { as = identity, sessions = 2, queueLimit = 10, sourceAddress, ...over }: Over = {},
) {
  const source = {
    address: sourceAddress ?? null,
    interface: null,
    prefix: null,
    family: 6,
  } as const
  const line: LineSettings = {
    name: 'line-a',
    gateway: url,
    source,
    dnsServers: [],
    serverName: null,
    // Costs by use: not kept connected, so that a test sees its own connections alone.
    metered: true,
    lineAuthUrl: null,
    connectTimeoutMs: 2_000,
    timeoutMs: 2_000,
    answerLimitBytes: 100_000,
    ...over,
  }
  const settings = { lines: [line], sessions, queueLimit, ...soon }
  const uplink = await openUplink(settings, as, {
    clock: systemClock,
    monotonic: () => performance.now(),
    log: silentLog,
    application: null,
    isOpen: () => true,
    held: null,
    lastTestAt: () => Date.now(),
    observe: () => {},
    onBug: (error) => {
      throw error
    },
  })
  t.after(() => uplink.close())
  return (safe = true, signal = new AbortController().signal) =>
    uplink.ask(get, { safe, signal, accept: ({ status, body }) => ({ status, body }) })
}

/** Long enough that nothing happens by itself in a test. */
const soon = { proveMs: 30_000, probeMs: 60_000, applicationProbeMs: 300_000, lateMs: 0 }

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
