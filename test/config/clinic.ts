import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import forge from 'node-forge'
import { AgentError } from '../../agent/kernel/errors.ts'

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

function selfSigned(): string {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  certificate.serialNumber = '01'
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  certificate.setSubject([{ name: 'commonName', value: 'throw-away' }])
  certificate.setIssuer([{ name: 'commonName', value: 'throw-away' }])
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

export const pem = { certificate: selfSigned(), key: pair.privateKey }

/** What stands in the secret files; a test looks for it in what is printed. */
export const canary = 'CANARY-7f3a'

/** Every file that the example and the README name, of the right form and mode. */
export const files: Readonly<Record<string, string | Buffer>> = {
  'store.key': `${'0f'.repeat(32)}\n`,
  'clinic.p12': Buffer.from([0x30, 0x82, 0x01, 0x00]),
  'clinic.p12.pass': `${canary}\n`,
  'account.pass': `${canary}\n`,
  'gateway-ca.pem': pem.certificate,
  'api.pem': pem.certificate,
  'api.key': pem.key,
}

/** A configuration without a mistake; `replace` swaps or removes what a test is about. */
export const good = `
[institution]
code = "1312345678"

[store]
key_file = "store.key"

[[listen]]
address = "127.0.0.1:8480"

[[lines]]
name = "ngn"
kind = "ip-vpn"
gateway = "https://[fd00::1]:8443"

[gateway]
certificate_file = "clinic.p12"
passphrase_file = "clinic.p12.pass"
ca_file = "gateway-ca.pem"

[[readers]]
name = "desk-1"
driver = "pcsc"
`

/** A folder with the files of a clinic, gone after the test. */
export function clinicFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-config-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
  }
  return folder
}

/** Writes `agent.toml` there; returns its path. */
export function writeConfig(folder: string, toml: string | Uint8Array): string {
  const path = join(folder, 'agent.toml')
  writeFileSync(path, toml)
  return path
}

/** The fault that `work` ends with. */
export function faultOf(work: () => unknown): AgentError {
  try {
    work()
  } catch (error) {
    if (error instanceof AgentError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
