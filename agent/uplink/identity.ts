import type { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { CertificateFacts } from '../kernel/certificate.ts'
import { AgentError } from '../kernel/errors.ts'
import { openPkcs12, readable } from './pkcs12.ts'

/** The clinic's client certificate with the one CA that it trusts, ready for connections. */
export interface Identity extends CertificateFacts {
  /** Built once: building it costs 10 to 20 ms. */
  readonly secureContext: SecureContext
}

/**
 * Reads a PKCS#12 and pins the CA. Throws what `openPkcs12` throws, and `CERTIFICATE_UNREADABLE`
 * when OpenSSL does not take key or certificate (a key too short, for one). An expired one loads.
 *
 * The PKCS#12 is taken apart first: Node would trust CA certificates inside it as server CAs beside
 * the pinned one. Here they are only sent along with our own certificate.
 */
export function loadIdentity(pkcs12: Uint8Array, passphrase: string, caPem: string): Identity {
  const { key, certificate, issuers } = openPkcs12(pkcs12, passphrase)
  return {
    secureContext: readable('OpenSSL takes no connection with it', () =>
      createSecureContext({
        key: key.export({ type: 'pkcs8', format: 'pem' }),
        cert: [certificate, ...issuers].join('\n'),
        ca: caPem,
        minVersion: 'TLSv1.2',
      }),
    ),
    ...factsOf(certificate),
  }
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  const { subject, issuer } = certificate.toLegacyObject()
  return {
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    fingerprint: certificate.fingerprint256,
    issuer: valuesOf(issuer, ['CN', 'O', 'OU'])[0] ?? '',
    institutionCode: institutionCodeIn(subject),
  }
}

/**
 * Throws `CERTIFICATE_OF_ANOTHER_INSTITUTION`. One that names no institution passes: the gateway
 * judges it.
 */
export function checkInstitution({ institutionCode }: CertificateFacts, own: string): void {
  if (institutionCode === null || institutionCode === own) return
  throw new AgentError(
    'CERTIFICATE_OF_ANOTHER_INSTITUTION',
    `the certificate names institution ${institutionCode}, \`institution.code\` is ${own}`,
    { facts: { institutionCode } },
  )
}

/**
 * ASSUMPTION: an institution's certificate names it by its 医療機関コード, a run of exactly ten
 * digits that begins with a prefecture (01 to 47), in the common name, a unit, the organization or
 * the subject's serial number. The form of official certificates is not public. Null where no such
 * run or more than one stands there: nobody's certificate is refused on a guess.
 */
export function institutionCodeIn(subject: Name): string | null {
  const runs = valuesOf(subject, ['CN', 'OU', 'O', 'serialNumber'])
    .flatMap((value) => value.normalize('NFKC').match(/(?<!\d)\d{10}(?!\d)/g) ?? [])
    .filter((run) => /^(0[1-9]|[1-3]\d|4[0-7])/.test(run))
  const [only, ...others] = new Set(runs)
  return only === undefined || others.length > 0 ? null : only
}

/** A distinguished name as Node gives it; several attributes of one kind are a list. */
type Name = Readonly<Record<string, string | string[] | undefined>>

const valuesOf = (name: Name, kinds: readonly string[]): string[] =>
  kinds.flatMap((kind) => name[kind] ?? [])
