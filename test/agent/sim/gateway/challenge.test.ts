import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { GatewaySimulator } from '../../../../agent/sim/gateway/server.ts'
import { makeCardAuthority } from '../../../../agent/sim/pki.ts'
import { asked, open, patient, tls } from './bed.ts'
import { header, message, send, value } from './client.ts'

let gateway: GatewaySimulator
before(async () => {
  gateway = await open()
})
after(() => gateway.close())

const card = makeCardAuthority().makeCardCertificate(patient('01'))
const key = createPrivateKey(card.keyPem)
const certificate = card.certificateDer.toString('base64')

async function challenge(): Promise<Buffer> {
  const { status, bytes } = await send({ url: `${gateway.url}/onshi/challenge`, tls })
  assert.equal(status, 200)
  return Buffer.from(JSON.parse(bytes.toString()).result.challenge, 'base64')
}
/** What a question with these elements comes to: a result code, or `ok`. */
async function outcome(identifier: string, given: Buffer, signature: Buffer): Promise<string> {
  const elements = [
    `<CardCertificate>${certificate}</CardCertificate>`,
    `<CardChallenge>${given.toString('base64')}</CardChallenge>`,
    `<CardSignature>${signature.toString('base64')}</CardSignature>`,
  ]
  const xml = await asked(gateway, message(header(identifier), elements.join('')))
  return value(xml, 'ProcessingResultCode') ?? value(xml, 'ErrorCode') ?? 'ok'
}

test('a challenge that the card has signed proves its holder, also when the question is repeated', async () => {
  const given = await challenge()
  const signature = sign('sha256', given, key)
  assert.equal(await outcome('id-1', given, signature), 'ok')
  assert.equal(await outcome('id-1', given, signature), 'ok', 'over another line')
})

test('a challenge is for one question, must have been given, and the signature must be the card’s', async () => {
  const given = await challenge()
  assert.equal(await outcome('id-2', given, sign('sha256', given, key)), 'ok')
  assert.equal(await outcome('id-3', given, sign('sha256', given, key)), 'SIM0106E')
  const own = randomBytes(32)
  assert.equal(await outcome('id-4', own, sign('sha256', own, key)), 'SIM0106E')
  assert.equal(await outcome('id-5', await challenge(), sign('sha256', own, key)), 'SIM0106E')
})

test('a challenge without its signature is no question', async () => {
  const body = `<CardCertificate>${certificate}</CardCertificate><CardChallenge>AAAA</CardChallenge>`
  const xml = await asked(gateway, message(header(), body))
  assert.equal(value(xml, 'SegmentOfResult'), '9')
})
