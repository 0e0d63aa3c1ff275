import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { startFhirSimulator } from '../../../../agent/sim/fhir/server.ts'
import { makePki, serverTls } from '../../../../agent/sim/pki.ts'
import { insurance, openStage, verified } from './stage.ts'

const codeOf = (error: unknown) => (error instanceof AgentError ? error.code : error)

test('a server that demands a client certificate gets the one of the sink, and no other client in', async () => {
  const pki = makePki()
  const simulator = await startFhirSimulator({ tls: serverTls(pki), clientCertificate: true })
  const identity = {
    pkcs12: pki.clientPkcs12.toString('base64'),
    passphrase: pki.passphrase,
  }
  const caPem = pki.ca.certificatePem
  const settings = { writePatient: true, secrets: { caPem, identity } }
  const known = openStage({ url: simulator.url, settings })
  const unknown = openStage({ url: simulator.url, settings: { secrets: { caPem } } })
  const distrusting = openStage({ url: simulator.url, settings: { secrets: { identity } } })
  try {
    const verification = verified('valid', [insurance])
    const done = await known.deliver(verification)
    assert.ok(done.is === 'delivered' && done.comparison?.result === 'written')
    await assert.rejects(unknown.deliver(verification), (error) => error instanceof AgentError)
    await assert.rejects(
      distrusting.deliver(verification),
      (error) => codeOf(error) === 'SINK_UNTRUSTED',
    )
  } finally {
    await Promise.all([known, unknown, distrusting].map(({ close }) => close()))
    await simulator.close()
  }
})

test('a wrong token makes everything wait, and is not told', async () => {
  const simulator = await startFhirSimulator({ token: 'another-token' })
  const stage = openStage({ url: simulator.url })
  try {
    await assert.rejects(stage.deliver(verified('valid', [insurance])), (error) => {
      assert.ok(error instanceof AgentError)
      assert.equal(error.code, 'SINK_UNAUTHORIZED')
      assert.doesNotMatch(JSON.stringify([error.message, error.facts]), /token-of-the-sink/)
      return true
    })
  } finally {
    await stage.close()
    await simulator.close()
  }
})

test('a client certificate that cannot be read is refused when the sink is opened', () => {
  assert.throws(
    () =>
      openStage({
        url: 'https://127.0.0.1:1/fhir',
        settings: { secrets: { identity: { pkcs12: 'AAAA', passphrase: '' } } },
      }),
    (error) => codeOf(error) === 'CERTIFICATE_UNREADABLE',
  )
})
