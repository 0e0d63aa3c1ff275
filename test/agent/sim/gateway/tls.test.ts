import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { GatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { startGatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { makePki, serverTls } from '../../../../agent/sim/pki.ts'
import { open, tls } from './bed.ts'
import { send } from './client.ts'

let gateway: GatewaySimulator
before(async () => {
  gateway = await open()
})
after(() => gateway.close())
test('a client without a certificate, or with one of another CA, gets no answer', async (t) => {
  const { ca } = tls
  const stranger = makePki({ client: 'other-ca' })
  const expired = makePki({ client: 'expired' })
  const url = `${gateway.url}/status`
  const refusedBefore = gateway.stats().requests
  await assert.rejects(send({ url, tls: { ca } }))
  const strangerTls = { ca, pfx: stranger.clientPkcs12, passphrase: stranger.passphrase }
  await assert.rejects(send({ url, tls: strangerTls }))
  assert.equal(gateway.stats().requests, refusedBefore)

  const other = await startGatewaySimulator({ tls: serverTls(expired), account: null })
  t.after(() => other.close())
  const expiredTls = {
    ca: expired.ca.certificatePem,
    pfx: expired.clientPkcs12,
    passphrase: expired.passphrase,
  }
  await assert.rejects(send({ url: `${other.url}/status`, tls: expiredTls }))

  const page = await open({ refuse: '400-page' })
  t.after(() => page.close())
  const none = await send({ url: `${page.url}/status`, tls: { ca } })
  assert.equal(none.status, 400)
  assert.match(none.bytes.toString(), /No required SSL certificate/)
  const wrong = await send({ url: `${page.url}/status`, tls: strangerTls })
  assert.equal(wrong.status, 400)
  assert.match(wrong.bytes.toString(), /SSL certificate error/)
  assert.equal((await send({ url: `${page.url}/status`, tls })).status, 200)
})

test('a server certificate can be expired, too early, or of another CA', async (t) => {
  for (const [server, code] of [
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['other-ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const) {
    const odd = makePki({ server })
    const other = await startGatewaySimulator({ tls: serverTls(odd), account: null })
    t.after(() => other.close())
    const mine = { ca: odd.ca.certificatePem, pfx: odd.clientPkcs12, passphrase: odd.passphrase }
    await assert.rejects(send({ url: `${other.url}/status`, tls: mine }), { code })
  }
})

test('TLS 1.3 is spoken, 1.2 allowed, 1.1 not', async () => {
  const url = `${gateway.url}/status`
  const status = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
    (await send({ url, tls: { ...tls, minVersion: version, maxVersion: version } })).status
  assert.equal(await status('TLSv1.3'), 200)
  assert.equal(await status('TLSv1.2'), 200)
  await assert.rejects(status('TLSv1.1'))
})
