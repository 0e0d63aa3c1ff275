import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { AgentError, codeOf } from '../kernel/errors.ts'

/** What a PKCS#12 holds for a client: its key, the certificate of that key, and who issued it. */
export interface Opened {
  readonly key: KeyObject
  readonly certificate: X509Certificate
  /** Intermediate CAs: a server may know only the root above them. */
  readonly issuers: readonly X509Certificate[]
}

/**
 * Takes a PKCS#12 apart. Containers of RC2-40 and 3DES open as well as those of AES. Throws
 * `CERTIFICATE_PASSPHRASE_WRONG`, `CERTIFICATE_CIPHER_OLD`, `CERTIFICATE_KEY_MISMATCH`, and
 * `CERTIFICATE_UNREADABLE` when it is no PKCS#12 or holds no key or no certificate at all.
 */
export function openPkcs12(pkcs12: Uint8Array, passphrase: string): Opened {
  const container = parse(pkcs12, passphrase)
  const keys = [
    ...bagsOf(container, forge.pki.oids['pkcs8ShroudedKeyBag']),
    ...bagsOf(container, forge.pki.oids['keyBag']),
  ].map(toKey)
  const certificates = bagsOf(container, forge.pki.oids['certBag']).map(toCertificate)
  if (keys.length === 0) throw unreadable('the PKCS#12 holds no private key')
  if (certificates.length === 0) throw unreadable('the PKCS#12 holds no certificate')
  // A renewed certificate may stand beside the old one of the same key.
  const latestFirst = certificates.toSorted((a, b) => +b.validToDate - +a.validToDate)
  for (const certificate of latestFirst) {
    const key = keys.find((one) => certificate.checkPrivateKey(one))
    if (key) return { key, certificate, issuers: issuersIn(certificates, certificate) }
  }
  throw new AgentError(
    'CERTIFICATE_KEY_MISMATCH',
    `the PKCS#12 holds ${keys.length} keys and ${certificates.length} certificates, and none match`,
  )
}

/** Reads with a native function; what it says of the bytes becomes `CERTIFICATE_UNREADABLE`. */
export function readable<T>(fault: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const sign = codeOf(cause)
    if (sign === '') throw cause
    throw unreadable(`${fault}: ${sign}`, cause)
  }
}

const unreadable = (message: string, cause?: unknown) =>
  new AgentError('CERTIFICATE_UNREADABLE', message, { cause })

function parse(pkcs12: Uint8Array, passphrase: string): forge.pkcs12.Pkcs12Pfx {
  const bytes = Buffer.from(pkcs12)
  try {
    const der = forge.util.createBuffer(bytes.toString('latin1'))
    return forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(der), false, passphrase)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : ''
    if (isOfCipher(cause)) {
      const message = `the PKCS#12 is encrypted in a way that is not supported${oidIn(cause)}`
      throw new AgentError('CERTIFICATE_CIPHER_OLD', message, { cause })
    }
    if (/Failed to decrypt/.test(said) && /\P{ASCII}/u.test(passphrase))
      throw unreadable('a PKCS#12 of AES whose passphrase is not ASCII cannot be opened', cause)
    if (/MAC could not be verified|Failed to decrypt|password/i.test(said))
      throw new AgentError(
        'CERTIFICATE_PASSPHRASE_WRONG',
        'the passphrase does not open the PKCS#12',
      )
    throw unreadable(whatElse(bytes), cause)
  }
}

/** forge lists what it knows in the error when it meets a cipher, digest or MAC beside them. */
const isOfCipher = (error: unknown) =>
  error instanceof Error &&
  ('supportedOids' in error ||
    'supported' in error ||
    /unsupported MAC algorithm|password-based-encryption/.test(error.message))

function oidIn(error: unknown): string {
  const oid = error instanceof Error && 'oid' in error ? String(error.oid) : ''
  return /^[\d.]+$/.test(oid) ? ` (OID ${oid})` : ''
}

/** What people bring instead of a PKCS#12. */
function whatElse(bytes: Buffer): string {
  if (bytes.length === 0) return 'the file is empty'
  if (bytes.includes('-----BEGIN'))
    return 'the file is PEM, not PKCS#12; `openssl pkcs12 -export` makes one from PEM'
  if (isCertificate(bytes)) return 'the file is a certificate without its key, not PKCS#12'
  return 'the file is no PKCS#12, or a damaged one'
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).raw.length > 0
  } catch (error) {
    if (codeOf(error) === '') throw error
    return false
  }
}

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
