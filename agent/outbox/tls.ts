import { X509Certificate } from 'node:crypto'
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  type DetailedPeerCertificate,
  type PeerCertificate,
} from 'node:tls'
import { AgentError } from '../kernel/errors.ts'

export interface TlsSettings {
  /** PEM of the one CA that is trusted; the system's where absent. */
  readonly caPem?: string | undefined
  /**
   * Client certificate, PKCS#12. A CA in it is trusted beside the system's, and not where there is
   * a `caPem`.
   */
  readonly identity?: { readonly pkcs12: Uint8Array; readonly passphrase: string } | undefined
}

/**
 * How the connections of a sink are made safe. Throws `CERTIFICATE_UNREADABLE` where CA or client
 * certificate cannot be used.
 */
export function tlsOptions({ caPem, identity }: TlsSettings): ConnectionOptions {
  const strict = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const
  if (caPem === undefined && identity === undefined) return strict
  const roots =
    caPem === undefined
      ? undefined
      : readable('the CA of a sink is no certificate in PEM', () => certificatesIn(caPem))
  const secureContext = readable(
    'the client certificate of a sink is no PKCS#12 file, or its passphrase is another',
    () =>
      createSecureContext({
        ...(caPem !== undefined && { ca: caPem }),
        ...(identity !== undefined && {
          pfx: Buffer.from(identity.pkcs12),
          passphrase: identity.passphrase,
        }),
        minVersion: 'TLSv1.2',
      }),
  )
  return {
    ...strict,
    secureContext,
    ...(roots !== undefined && { checkServerIdentity: pinnedTo(roots) }),
  }
}

function readable<T>(otherwise: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new AgentError('CERTIFICATE_UNREADABLE', otherwise, { cause })
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (found.length === 0) throw new Error('no certificate')
  return found.map((one) => new X509Certificate(one))
}

/**
 * After OpenSSL has found a chain good: whether it leads to these. Node takes the CA certificates
 * inside a PKCS#12 for trusted ones too, so that whoever issued our client certificate could pose
 * as the target.
 */
const pinnedTo = (roots: readonly X509Certificate[]) => (host: string, peer: PeerCertificate) =>
  checkServerIdentity(host, peer) ??
  (leadsTo(roots, peer)
    ? undefined
    : new AgentError('SINK_UNTRUSTED', 'the target’s certificate is of another CA'))

/** Longer than any chain in use. */
const CHAIN_MOST = 10

function leadsTo(roots: readonly X509Certificate[], peer: PeerCertificate): boolean {
  let link: PeerCertificate | undefined = peer
  for (let n = 0; n < CHAIN_MOST && link !== undefined; n += 1) {
    const certificate: X509Certificate = new X509Certificate(link.raw)
    if (roots.some((root) => isSame(certificate, root) || isIssuedBy(certificate, root)))
      return true
    const issuer: PeerCertificate | undefined = issuerOf(link)
    if (issuer === undefined || !isIssuedBy(certificate, new X509Certificate(issuer.raw)))
      return false
    link = issuer
  }
  return false
}

const isSame = (one: X509Certificate, other: X509Certificate) =>
  one.fingerprint256 === other.fingerprint256

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

/** Undefined at the end of the chain, where a self-signed certificate is its own issuer. */
function issuerOf(certificate: PeerCertificate): DetailedPeerCertificate | undefined {
  if (!isDetailed(certificate)) return undefined
  const issuer = certificate.issuerCertificate
  return issuer === certificate ? undefined : issuer
}

const isDetailed = (certificate: PeerCertificate): certificate is DetailedPeerCertificate =>
  'issuerCertificate' in certificate
