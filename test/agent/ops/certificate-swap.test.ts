import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { type TestContext, test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { openCertificateDesk } from '../../../agent/ops/certificates.ts'
import { systemClock } from '../../../agent/platform.ts'
import { type Identity as Pair, pkcs12 } from '../../../agent/sim/pki/certificate.ts'
import { issueClient, makePki, serverTls } from '../../../agent/sim/pki.ts'
import { loadIdentity } from '../../../agent/uplink/identity.ts'
import { openUplink } from '../../../agent/uplink/uplink.ts'
import { recordingLog } from '../../fakes/log.ts'
import { open, scratch } from '../store/fixtures.ts'
import { listening } from '../uplink/bed.ts'

const pki = makePki()
const container = (client: Pair) => pkcs12(client, 'x', 'aes256')
const load = (bytes: Uint8Array, passphrase: string) =>
  loadIdentity(bytes, passphrase, pki.ca.certificatePem)
const get = { method: 'GET' as const, path: '/', headers: {}, body: new Uint8Array() }

/** A gateway that remembers whose certificates asked, and answers when it is told. */
async function gateway(t: TestContext) {
  const { caPem: ca, certificatePem: cert, keyPem: key } = serverTls(pki)
  const seen: string[] = []
  const server = createServer({ ca, cert, key, requestCert: true }, (request, response) => {
    const { socket } = request
    seen.push(socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : '')
    if (server.listenerCount('held') === 0) response.end('yes')
    else server.emit('held', () => response.end('yes'))
  })
  const url = await listening(t, server)
  t.after(() => server.closeAllConnections())
  return { url, server, seen }
}

async function deskTo(t: TestContext, url: string) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const configured = load(pki.clientPkcs12, pki.passphrase)
  const line = {
    name: 'line-a',
    gateway: url,
    source: { address: null, interface: null, prefix: null, family: 6 },
    dnsServers: [],
    serverName: null,
    metered: false,
    lineAuthUrl: null,
    connectTimeoutMs: 2_000,
    timeoutMs: 5_000,
    answerLimitBytes: 100_000,
  } as const
  const often = { proveMs: 30_000, probeMs: 60_000, applicationProbeMs: 300_000, lateMs: 0 }
  const log = recordingLog()
  const uplink = await openUplink(
    { lines: [line], sessions: 4, queueLimit: 100, ...often },
    configured,
    {
      clock: systemClock,
      monotonic: () => performance.now(),
      log,
      application: null,
      isOpen: () => true,
      held: null,
      lastTestAt: () => Date.now(),
      observe: () => {},
      onBug: (error) => {
        throw error
      },
    },
  )
  t.after(() => uplink.close())
  const desk = openCertificateDesk({
    registry: store.certificates,
    configured,
    load,
    uplink,
    clock: systemClock,
    log,
  })
  const ask = () =>
    uplink.ask(get, {
      safe: true,
      accept: ({ status }) => status,
      signal: new AbortController().signal,
    })
  return { desk, ask, configured }
}

test('a real handshake tells a certificate that the gateway takes from one that it does not', async (t) => {
  const { url } = await gateway(t)
  const { desk, ask } = await deskTo(t, url)
  assert.equal((await ask()).answer, 200, 'the line itself is well')
  const good = await desk.add(container(issueClient(pki.ca, pki.institutionCode)), 'x')
  const strangers = makePki({ client: 'other-ca' })
  const bad = await desk.add(strangers.clientPkcs12, strangers.passphrase)
  const late = await desk.add(container(issueClient(pki.ca, pki.institutionCode, 'expired')), 'x')
  assert.deepEqual((await desk.try(good.id)).lines, [{ line: 'line-a', fault: null }])
  assert.deepEqual((await desk.try(bad.id)).lines, [
    { line: 'line-a', fault: 'CLIENT_CERTIFICATE_REFUSED' },
  ])
  assert.deepEqual((await desk.try(late.id)).lines, [
    { line: 'line-a', fault: 'CLIENT_CERTIFICATE_EXPIRED' },
  ])
  await assert.rejects(desk.activate(bad.id), { code: 'CERTIFICATE_UNTRIED' })
})

test('a swap drops no question: what is under way ends on the old one, what follows shows the new one', async (t) => {
  const { url, server, seen } = await gateway(t)
  const { desk, ask, configured } = await deskTo(t, url)
  const { id, fingerprint } = await desk.add(
    container(issueClient(pki.ca, pki.institutionCode)),
    'x',
  )
  await desk.try(id)

  const held = once(server, 'held')
  seen.length = 0
  const before = ask()
  const [answer] = await held
  await desk.activate(id)
  server.removeAllListeners('held')
  assert.equal((await ask()).answer, 200)
  assert.deepEqual(seen, [configured.fingerprint, fingerprint])
  answer()
  assert.equal((await before).answer, 200)

  seen.length = 0
  const asked = Array.from({ length: 40 }, async (_, n) => {
    if (n % 10 === 5) await desk.activate(n % 20 === 5 ? 'config' : id)
    return (await ask()).answer
  })
  assert.deepEqual(new Set(await Promise.all(asked)), new Set([200]))
  assert.equal((await ask()).answer, 200)
  assert.equal(seen.at(-1), desk.active().fingerprint)
  assert.equal(seen.length, 41, 'none was asked twice')
})
