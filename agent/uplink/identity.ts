import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import forge from 'node-forge'
import { AgentError, codeOf } from '../kernel/errors.ts'

/** The clinic's client certificate with the one CA that it trusts, ready for connections. */
export interface Identity {
  /** Built once: building it costs 10 to 20 ms. */
  readonly secureContext: SecureContext
  /** End of the client certificate, epoch ms. */
  readonly notAfter: number
}

/**
 * Reads a PKCS#12 and pins the CA. Throws `CERTIFICATE_PASSPHRASE_WRONG`, or
 * `CERTIFICATE_UNREADABLE` when it is no PKCS#12, holds no key with its certificate, or OpenSSL does
 * not take them (a key too short, for one).
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
    notAfter: certificate.validToDate.getTime(),
  }
}

function openPkcs12(pkcs12: Uint8Array, passphrase: string) {
  const container = parse(pkcs12, passphrase)
  const keys = [
    ...bagsOf(container, forge.pki.oids['pkcs8ShroudedKeyBag']),
    ...bagsOf(container, forge.pki.oids['keyBag']),
  ].map(toKey)
  const certificates = bagsOf(container, forge.pki.oids['certBag']).map(toCertificate)
  // A renewed certificate may stand beside the old one of the same key.
  const latestFirst = certificates.toSorted((a, b) => +b.validToDate - +a.validToDate)
  for (const certificate of latestFirst) {
    const key = keys.find((one) => certificate.checkPrivateKey(one))
    if (key) return { key, certificate, issuers: issuersIn(certificates, certificate) }
  }
  throw new AgentError(
    'CERTIFICATE_UNREADABLE',
    `the PKCS#12 holds ${keys.length} keys and ${certificates.length} certificates, and none match`,
  )
}

function parse(pkcs12: Uint8Array, passphrase: string): forge.pkcs12.Pkcs12Pfx {
  try {
    const der = forge.util.createBuffer(Buffer.from(pkcs12).toString('latin1'))
    return forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(der), false, passphrase)
  } catch (cause) {
    if (cause instanceof Error && /MAC could not be verified|password/i.test(cause.message))
      throw new AgentError(
        'CERTIFICATE_PASSPHRASE_WRONG',
        'the passphrase does not open the PKCS#12',
      )
    throw new AgentError('CERTIFICATE_UNREADABLE', 'the file is no PKCS#12', { cause })
  }
}

/** Intermediate CAs: a server may know only the root above them. */
const issuersIn = (certificates: readonly X509Certificate[], own: X509Certificate) =>
  certificates.filter((one) => one !== own && one.ca && !one.checkIssued(one))

type Bag = forge.pkcs12.Bag

const bagsOf = (container: forge.pkcs12.Pkcs12Pfx, bagType: string | undefined): Bag[] =>
  bagType === undefined ? [] : (container.getBags({ bagType })[bagType] ?? [])

const der = (asn1: forge.asn1.Asn1) => Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'latin1')

/** forge knows RSA only; what it does not know it leaves as ASN.1, which Node reads. */
function toKey(bag: Bag): KeyObject {
  const asn1 = bag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)) : bag.asn1
  return readable('a key in the PKCS#12 cannot be read', () =>
    createPrivateKey({ key: der(asn1), format: 'der', type: 'pkcs8' }),
  )
}

function toCertificate(bag: Bag): X509Certificate {
  const asn1 = bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1
  return readable(
    'a certificate in the PKCS#12 cannot be read',
    () => new X509Certificate(der(asn1)),
  )
}

function readable<T>(fault: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const sign = codeOf(cause)
    if (sign === '') throw cause
    throw new AgentError('CERTIFICATE_UNREADABLE', `${fault}: ${sign}`, { cause })
  }
}
