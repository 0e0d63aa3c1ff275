import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { type GatewaySimulator, startGatewaySimulator } from '../../../agent/sim/gateway/server.ts'
import { issueServer, makePki, serverTls } from '../../../agent/sim/pki.ts'
import { loadIdentity } from '../../../agent/uplink/identity.ts'
import { identityOf, listening, pki, portOf, uplinkTo } from './bed.ts'

let gateway: GatewaySimulator

before(async () => {
  gateway = await startGatewaySimulator({ tls: serverTls(pki), account: null })
})
after(() => gateway.close())

test('an answer names the line that it came over', async (t) => {
  const { answer, line } = await (await uplinkTo(t, gateway.url))()
  assert.deepEqual([answer.status, line], [200, 'line-a'])
})

test('a warm connection is used again, but on a line that costs by use', async (t) => {
  const costly = await uplinkTo(t, gateway.url)
  const before = gateway.stats().tlsHandshakes
  for (let n = 0; n < 3; n += 1) await costly()
  assert.equal(gateway.stats().tlsHandshakes, before + 3)
  const ask = await uplinkTo(t, gateway.url, { metered: false })
  await ask()
  const handshakes = gateway.stats().tlsHandshakes
  for (let n = 0; n < 5; n += 1) await ask()
  assert.ok(gateway.stats().tlsHandshakes <= handshakes + 1, 'one is made ahead')
})

test('the server name of the config is what the certificate must carry', async (t) => {
  assert.equal(
    (await (await uplinkTo(t, gateway.url, { serverName: 'gateway.example' }))()).answer.status,
    200,
  )
  await assert.rejects((await uplinkTo(t, gateway.url, { serverName: 'other.example' }))(), {
    code: 'SERVER_NAME_MISMATCH',
  })
})

test('a server of another CA is refused, also when the PKCS#12 brings that CA along', async (t) => {
  const other = makePki({ caInPkcs12: true })
  const strange = await startGatewaySimulator({ tls: serverTls(other), account: null })
  t.after(() => strange.close())
  const pinned = loadIdentity(other.clientPkcs12, other.passphrase, pki.ca.certificatePem)
  await assert.rejects((await uplinkTo(t, strange.url, { as: pinned }))(), {
    code: 'SERVER_CERTIFICATE_UNTRUSTED',
  })
})

test('a server certificate that has expired, or has not begun, is named', async (t) => {
  for (const soundness of ['expired', 'not-yet-valid'] as const) {
    const tls = {
      ...serverTls(pki),
      ...serverTls({ ca: pki.ca, server: issueServer(pki.ca, ['::1'], soundness) }),
    }
    const server = await startGatewaySimulator({ tls, account: null })
    t.after(() => server.close())
    await assert.rejects(
      (await uplinkTo(t, server.url))(),
      { code: 'SERVER_CERTIFICATE_EXPIRED' },
      soundness,
    )
  }
})

test('a client certificate that the gateway refuses is named, whether in TLS or by a page', async (t) => {
  const strangers = identityOf({ ...makePki(), ca: pki.ca })
  await assert.rejects((await uplinkTo(t, gateway.url, { as: strangers }))(), {
    code: 'CLIENT_CERTIFICATE_REFUSED',
  })
  const expired = identityOf({ ...makePki({ client: 'expired' }), ca: pki.ca })
  await assert.rejects((await uplinkTo(t, gateway.url, { as: expired }))(), {
    code: 'CLIENT_CERTIFICATE_EXPIRED',
  })
})

test('a server that refuses with a TLS alert, as OpenSSL does, is told from a broken line', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-tls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const port = await freePort()
  const server = spawn('openssl', [
    's_server',
    '-accept',
    `[::1]:${port}`,
    '-www',
    '-Verify',
    '1',
    '-verify_return_error',
    '-cert',
    write('cert.pem', pki.server.certificatePem),
    '-key',
    write('key.pem', pki.server.keyPem),
    '-CAfile',
    write('ca.pem', pki.ca.certificatePem),
  ])
  t.after(() => server.kill('SIGKILL'))
  await said(server.stdout, 'ACCEPT')
  assert.equal((await (await uplinkTo(t, `https://[::1]:${port}`))()).answer.status, 200)
  const strangers = identityOf({ ...makePki(), ca: pki.ca })
  const ask = await uplinkTo(t, `https://[::1]:${port}`, { as: strangers })
  await assert.rejects(ask(), { code: 'CLIENT_CERTIFICATE_REFUSED' })
})

test('nobody there, nobody answering and no TLS are told apart', async (t) => {
  const gone = await freePort()
  await assert.rejects((await uplinkTo(t, `https://[::1]:${gone}`))(), { code: 'LINE_UNREACHABLE' })

  const silent = await listening(t, createServer())
  const hasty = { connectTimeoutMs: 200, timeoutMs: 300 }
  await assert.rejects((await uplinkTo(t, silent, hasty))(), { code: 'LINE_TIMEOUT' })

  const plain = await listening(
    t,
    createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n')),
  )
  await assert.rejects((await uplinkTo(t, plain))(), { code: 'TLS_FAILED' })

  gateway.behave({ mode: 'hang', at: 'status', times: 1 })
  await assert.rejects((await uplinkTo(t, gateway.url, hasty))(), { code: 'GATEWAY_TIMEOUT' })
})

test('a source address that this machine does not have is a line without address', async (t) => {
  const ask = await uplinkTo(t, gateway.url, { sourceAddress: '2001:db8::1' })
  await assert.rejects(ask(), { code: /LINE_ADDRESS_MISSING|NO_LINE/ })
})

test('an answer that is cut is a broken line, and a safe request is asked once more', async (t) => {
  const ask = await uplinkTo(t, gateway.url)
  await ask()
  gateway.behave({ mode: 'cut', at: 'status', times: 1 })
  await assert.rejects(ask(false), { code: 'LINE_BROKEN' }, 'what is not safe goes out once')
  gateway.behave({ mode: 'cut', at: 'status', times: 1 })
  assert.equal((await ask()).answer.status, 200)
  gateway.behave({ mode: 'cut', at: 'status', times: 2 })
  await assert.rejects(ask(), { code: 'LINE_BROKEN' })
})

test('an answer over the limit is refused before it is read whole', async (t) => {
  const ask = await uplinkTo(t, gateway.url, { answerLimitBytes: 1 })
  await assert.rejects(ask(), { code: 'ANSWER_TOO_LARGE' })
})

test('more questions than sessions and queue hold are refused at once, the others answered', async (t) => {
  const ask = await uplinkTo(t, gateway.url, { sessions: 1, queueLimit: 2 })
  const asked = await Promise.allSettled([ask(), ask(), ask(), ask()])
  assert.deepEqual(
    asked.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
  )
  assert.equal((await ask()).answer.status, 200, 'there is room again')
})

test('a question that nobody waits for any more is cancelled', async (t) => {
  gateway.behave({ mode: 'hang', at: 'status', times: 1 })
  const gone = new AbortController()
  const ask = await uplinkTo(t, gateway.url)
  const asked = ask(true, gone.signal)
  gone.abort(new Error('nobody waits'))
  await assert.rejects(asked, { message: 'nobody waits' })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '::1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

async function said(output: Readable, word: string): Promise<void> {
  let text = ''
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    text += chunk
    if (text.includes(word)) return
  }
  assert.fail(`never said ${word}: ${text}`)
}
