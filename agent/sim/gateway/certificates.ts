import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { authorityExtensions, type Identity, issue } from '../pki/certificate.ts'
import { issueServer, type ServerTls } from '../pki.ts'

/** Certificates that the known CA signed, and that a client must refuse all the same. */
export interface OtherTls {
  readonly 'wrong-name': ServerTls
  readonly 'expired-certificate': ServerTls
}

const OTHER_NAME = 'another-gateway.invalid'
const MS_PER_DAY = 86_400_000

/** The names and addresses that the certificate is for. */
const hostsOf = (certificatePem: string): string[] =>
  (new X509Certificate(certificatePem).subjectAltName ?? '')
    .split(', ')
    .map((entry) => entry.replace(/^(DNS|IP Address):/, ''))

const withServer = ({ caPem }: ServerTls, { certificatePem, keyPem }: Identity): ServerTls => ({
  caPem,
  certificatePem,
  keyPem,
})

/** Two new keys, under 1 s. `ca` is that of `tls`, with its key. */
export const makeOtherTls = (tls: ServerTls, ca: Identity): OtherTls => ({
  'wrong-name': withServer(tls, issueServer(ca, [OTHER_NAME])),
  'expired-certificate': withServer(tls, issueServer(ca, hostsOf(tls.certificatePem), 'expired')),
})

const MODES = ['wrong-name', 'expired-certificate'] as const

const filesOf = (dir: string, mode: (typeof MODES)[number]) => ({
  certificate: join(dir, `server-${mode}.pem`),
  key: join(dir, `server-${mode}.key`),
})

/** Puts them beside the files of `writePki`, mode 0600. Throws the system's error. */
export const writeOtherTls = (dir: string, other: OtherTls): void => {
  for (const mode of MODES) {
    const { certificate, key } = filesOf(dir, mode)
    writeFileSync(certificate, other[mode].certificatePem, { mode: 0o600 })
    writeFileSync(key, other[mode].keyPem, { mode: 0o600 })
  }
}

/** What `writeOtherTls` wrote; undefined when there is none. Throws on a partial one. */
export const readOtherTls = (dir: string, { caPem }: ServerTls): OtherTls | undefined => {
  const read = (mode: (typeof MODES)[number]): ServerTls => {
    const { certificate, key } = filesOf(dir, mode)
    return {
      caPem,
      certificatePem: readFileSync(certificate, 'utf8'),
      keyPem: readFileSync(key, 'utf8'),
    }
  }
  if (!existsSync(filesOf(dir, MODES[0]).certificate)) return undefined
  return { 'wrong-name': read(MODES[0]), 'expired-certificate': read(MODES[1]) }
}

/** The same names from a CA made for the purpose. Two new keys, under 1 s. */
export const makeUnknownTls = (tls: ServerTls): ServerTls => {
  const now = Date.now()
  const ca = issue(
    { commonName: 'onshi-agent simulator unknown CA' },
    { notBefore: now - MS_PER_DAY, notAfter: now + 365 * MS_PER_DAY },
    authorityExtensions,
  )
  return withServer(tls, issueServer(ca, hostsOf(tls.certificatePem)))
}
