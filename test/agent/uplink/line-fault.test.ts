import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { lineFault, type Phase } from '../../../agent/uplink/line-fault.ts'

const PHASES: readonly Phase[] = ['connecting', 'handshaking', 'asking', 'answering']
const codeOf = (sign: string, phase: Phase) =>
  lineFault(Object.assign(new Error('said so'), { code: sign }), phase, 'line-a').code

test('signs that nobody foresaw are named by how far the request had come', () => {
  for (const sign of [
    'EACCES',
    'EPERM',
    'EMFILE',
    'ENOBUFS',
    'EAFNOSUPPORT',
    'ECONNRESET',
    'EAI_FAIL',
  ])
    assert.equal(codeOf(sign, 'connecting'), 'LINE_UNREACHABLE', sign)
  for (const sign of [
    'UNSPECIFIED',
    'CERT_REVOKED',
    'CRL_HAS_EXPIRED',
    'INVALID_CA',
    'SELF_SIGNED_CERT_IN_CHAIN',
  ])
    assert.equal(codeOf(sign, 'handshaking'), 'SERVER_CERTIFICATE_UNTRUSTED', sign)
  for (const sign of ['ERR_OSSL_EVP_UNSUPPORTED', 'ERR_SSL_WRONG_VERSION_NUMBER', 'EPROTO'])
    assert.equal(codeOf(sign, 'handshaking'), 'TLS_FAILED', sign)
  for (const phase of ['handshaking', 'asking', 'answering'] as const)
    for (const sign of ['ECONNRESET', 'ENETDOWN', 'EPIPE', 'ENOBUFS'])
      assert.equal(codeOf(sign, phase), 'LINE_BROKEN', `${sign} ${phase}`)
  assert.equal(codeOf('HPE_INVALID_CONSTANT', 'asking'), 'LINE_BROKEN')
})

test('whatever a socket says becomes a fault that keeps its cause, and nothing is thrown', () => {
  const said = fc.oneof(fc.string(), fc.constantFrom('UNSPECIFIED', 'E2BIG', 'ERR_TLS_X'))
  fc.assert(
    fc.property(said, fc.constantFrom(...PHASES), (code, phase) => {
      for (const cause of [
        Object.assign(new Error(''), { code }),
        new Error(''),
        code,
        undefined,
      ]) {
        const fault = lineFault(cause, phase, 'line-a')
        assert.ok(fault instanceof AgentError)
        assert.equal(fault.cause, cause)
      }
    }),
  )
})
