import type { IdentityTrial } from './line.ts'

/** What may be told of a client certificate: nothing that is secret, no serial number, no key. */
export interface CertificateFacts {
  /** Epoch ms. */
  readonly notBefore: number
  readonly notAfter: number
  /** SHA-256 of the certificate, hex in capitals with colons. */
  readonly fingerprint: string
  /** Common name of who issued it, else its organization. */
  readonly issuer: string
  /** 医療機関コード that it names; null: none, or more than one. */
  readonly institutionCode: string | null
}

/** The one that `gateway.certificate_file` names; the others have ids of their own. */
export const CONFIGURED = 'config'

/** What came of the last handshake with it on each line. */
export interface CertificateTrial {
  /** Epoch ms. */
  readonly at: number
  readonly lines: readonly IdentityTrial[]
}

/** One of the clinic's certificates as operators see it. Times are epoch ms. */
export interface CertificateListing extends CertificateFacts {
  readonly id: string
  /** previous: it was active before; going back to it needs no trial. */
  readonly state: 'active' | 'previous' | 'imported'
  /** Null: it is the one of the configuration. */
  readonly importedAt: number | null
  readonly lastTrial: CertificateTrial | null
  /** What a person should know before it is used. */
  readonly warnings: readonly CertificateWarning[]
}

export type CertificateWarning = 'expired' | 'not-yet-valid' | 'institution-unknown'
