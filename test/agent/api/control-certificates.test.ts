import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openControl } from '../../../agent/api/control.ts'
import type { Certificates } from '../../../agent/api/control-certificates.ts'
import { callControl } from '../../../agent/api/control-client.ts'
import type { CertificateListing } from '../../../agent/kernel/certificate.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { fakePorts } from '../../fakes/api-ports.ts'

const listing: CertificateListing = {
  id: 'ab2233445566',
  state: 'imported',
  notBefore: 0,
  notAfter: Date.parse('2030-03-31T23:59:59+09:00'),
  fingerprint: 'AB:22:33',
  issuer: 'some CA',
  institutionCode: '1319999991',
  importedAt: 0,
  lastTrial: { at: 0, lines: [{ line: 'line-a', fault: null }] },
  warnings: [],
}

async function opened(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-control-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const taken: { readonly bytes: Buffer; readonly passphrase: string }[] = []
  const activated: string[] = []
  const certificates: Certificates = {
    async add(pkcs12, passphrase) {
      taken.push({ bytes: Buffer.from(pkcs12), passphrase })
      return listing
    },
    list: () => [listing],
    async try(id) {
      if (id !== listing.id) throw new AgentError('NOT_FOUND', 'no such certificate')
      const lines = [
        { line: 'line-a', fault: null },
        { line: 'line-b', fault: 'CLIENT_CERTIFICATE_REFUSED' as const },
      ]
      return { at: 0, lines }
    },
    async activate(id) {
      activated.push(id)
      return { ...listing, state: 'active' }
    },
  }
  const socket = join(folder, 'control.sock')
  const control = await openControl({
    socket,
    version: '0.1.0',
    urls: [],
    ...fakePorts(),
    certificates,
  })
  t.after(() => control.close())
  const call = (method: string, path: string, body?: unknown) =>
    callControl(socket, method, path, body)
  return { call, taken, activated }
}

const shown = {
  id: 'ab2233445566',
  state: 'imported',
  notBefore: '1970-01-01T09:00:00+09:00',
  notAfter: '2030-03-31T23:59:59+09:00',
  fingerprint: 'AB:22:33',
  issuer: 'some CA',
  institutionCode: '1319999991',
  importedAt: '1970-01-01T09:00:00+09:00',
  lastTrial: { at: '1970-01-01T09:00:00+09:00', lines: [{ line: 'line-a', fault: null }] },
  warnings: [],
}

test('a certificate is imported byte for byte, listed and activated through the socket', async (t) => {
  const { call, taken, activated } = await opened(t)
  const bytes = Buffer.from([...Array(256).keys()])
  const body = { pkcs12: bytes.toString('base64'), passphrase: ' 合言葉\n' }
  assert.deepEqual(await call('POST', '/certificates', body), shown)
  assert.deepEqual(taken, [{ bytes, passphrase: ' 合言葉\n' }])
  assert.deepEqual(await call('GET', '/certificates'), { items: [shown] })
  const active = await call('POST', '/certificates/ab2233445566/activation')
  assert.deepEqual(active, { ...shown, state: 'active' })
  await call('POST', '/certificates/config/activation')
  assert.deepEqual(activated, ['ab2233445566', 'config'])
})

test('a trial says of each line what came of it, in words', async (t) => {
  const { call } = await opened(t)
  const trial = await call('POST', '/certificates/ab2233445566/trial')
  assert.deepEqual(trial, {
    id: 'ab2233445566',
    at: '1970-01-01T09:00:00+09:00',
    accepted: true,
    lines: [
      { line: 'line-a', result: 'accepted' },
      {
        line: 'line-b',
        result: 'failed',
        code: 'CLIENT_CERTIFICATE_REFUSED',
        number: 'E415',
        title: 'この医療機関の電子証明書が受け付けられません。',
        action: '電子証明書を確認し、保守業者に連絡してください。',
        hint: 'The gateway refused the client certificate: wrong issuer, revoked, or another institution’s.',
      },
    ],
  })
  await assert.rejects(call('POST', '/certificates/nobody/trial'), { code: 'NOT_FOUND' })
})

test('what is no command or no certificate is refused, and nothing of it is repeated', async (t) => {
  const { call, taken, activated } = await opened(t)
  const paths = ['/certificates/a', '/certificates/a/trial/b', '/certificates/%2e/activation']
  for (const path of paths) await assert.rejects(call('POST', path), { code: 'NOT_FOUND' })
  await assert.rejects(call('DELETE', '/certificates/ab2233445566'), { code: 'NOT_FOUND' })
  const wrong = [
    { pkcs12: 'not base64!', passphrase: 'secret' },
    { pkcs12: 1, passphrase: 'secret' },
    { passphrase: 'secret' },
    { pkcs12: 'AAAA' },
    ['secret'],
    null,
  ]
  for (const body of wrong)
    await assert.rejects(call('POST', '/certificates', body), (error) => {
      const { code, message, mistakes } = Object(error)
      assert.equal(code, 'REQUEST_INVALID')
      assert.equal(mistakes.length, 1)
      assert.doesNotMatch(message + JSON.stringify(mistakes), /secret|not base64!/)
      return true
    })
  const large = { pkcs12: 'A'.repeat(70_000), passphrase: '' }
  await assert.rejects(call('POST', '/certificates', large), { code: 'BODY_TOO_LARGE' })
  assert.deepEqual([taken, activated], [[], []])
})
