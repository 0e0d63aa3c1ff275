import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Patient } from './patients/element.ts'
import { cardNotAfter } from './patients.ts'
import {
  authorityExtensions,
  clientExtensions,
  type Identity,
  issue,
  pkcs12,
  serverExtensions,
  type Validity,
} from './pki/certificate.ts'

export const DEMO_INSTITUTION_CODE = '1319999991'
export const DEMO_PASSPHRASE = 'simulator'

/** Whether a certificate is good now, about to end, over, not begun, or from an authority that nobody named. */
export type Soundness = 'good' | 'ending' | 'expired' | 'not-yet-valid' | 'other-ca'

export interface PkiOptions {
  /** Ten digits, in the organizational unit (OU) of the client certificate. */
  readonly institutionCode?: string
  /** Names and addresses of the server, beside `::1`, `127.0.0.1` and `localhost`. */
  readonly hosts?: readonly string[]
  readonly passphrase?: string
  readonly server?: Soundness
  readonly client?: Soundness
  /** Puts the CA inside the PKCS#12, as official exports may: OpenSSL would then trust it too. */
  readonly caInPkcs12?: boolean
  readonly pkcs12Cipher?: 'aes256' | '3des'
}

/** What the two ends of one mutual TLS connection need. Throw-away: every call makes new keys. */
export interface Pki {
  readonly institutionCode: string
  /** Signed `server` and `client` unless they are from another authority. */
  readonly ca: Identity
  readonly server: Identity
  readonly client: Identity
  readonly clientPkcs12: Buffer
  readonly passphrase: string
}

const MS_PER_DAY = 86_400_000

const validity = (soundness: Soundness): Validity => {
  const now = Date.now()
  switch (soundness) {
    case 'ending':
      return { notBefore: now - 400 * MS_PER_DAY, notAfter: now + 5 * MS_PER_DAY }
    case 'expired':
      return { notBefore: now - 400 * MS_PER_DAY, notAfter: now - MS_PER_DAY }
    case 'not-yet-valid':
      return { notBefore: now + MS_PER_DAY, notAfter: now + 400 * MS_PER_DAY }
    default:
      return { notBefore: now - MS_PER_DAY, notAfter: now + 825 * MS_PER_DAY }
  }
}

const TEN_YEARS: () => Validity = () => ({
  notBefore: Date.now() - MS_PER_DAY,
  notAfter: Date.now() + 3650 * MS_PER_DAY,
})

const ORGANIZATION = 'onshi-agent simulator'

const authority = (commonName: string) =>
  issue({ commonName, organizationName: ORGANIZATION }, TEN_YEARS(), authorityExtensions)

/** A server certificate of this authority; `hosts` replace the usual names. */
export const issueServer = (
  ca: Identity,
  hosts: readonly string[],
  soundness: Soundness = 'good',
): Identity =>
  issue(
    { commonName: 'onshi-agent simulated gateway', organizationName: ORGANIZATION },
    validity(soundness),
    serverExtensions(hosts),
    ca,
  )

/** A clinic's client certificate of this authority: the institution code is its OU. */
export const issueClient = (
  ca: Identity,
  institutionCode: string,
  soundness: Soundness = 'good',
): Identity =>
  issue(
    {
      commonName: 'onshi-agent simulated clinic',
      organizationName: ORGANIZATION,
      organizationalUnitName: institutionCode,
    },
    validity(soundness),
    clientExtensions,
    ca,
  )

/** A CA, a server and a client certificate (RSA-2048; forge cannot do EC). Under 1.5 s. */
export const makePki = (options: PkiOptions = {}): Pki => {
  const institutionCode = options.institutionCode ?? DEMO_INSTITUTION_CODE
  const passphrase = options.passphrase ?? DEMO_PASSPHRASE
  const ca = authority('onshi-agent simulator CA')
  const issuerFor = (soundness: Soundness | undefined) =>
    soundness === 'other-ca' ? authority('onshi-agent simulator other CA') : ca
  const server = issueServer(
    issuerFor(options.server),
    ['localhost', '::1', '127.0.0.1', ...(options.hosts ?? [])],
    options.server,
  )
  const clientCa = issuerFor(options.client)
  const client = issueClient(clientCa, institutionCode, options.client)
  return {
    institutionCode,
    ca,
    server,
    client,
    passphrase,
    clientPkcs12: pkcs12(
      client,
      passphrase,
      options.pkcs12Cipher ?? 'aes256',
      options.caInPkcs12 ? [clientCa] : [],
    ),
  }
}

export interface PkiFiles {
  readonly ca: string
  readonly serverCertificate: string
  readonly serverKey: string
  /** For a client that takes PEM: curl, for one. */
  readonly clientCertificate: string
  readonly clientKey: string
  readonly clientPkcs12: string
  /** Holds the passphrase and nothing else, no newline. */
  readonly passphrase: string
}

/** Where `writePki` puts things. */
export const pkiFiles = (dir: string): PkiFiles => ({
  ca: join(dir, 'ca.pem'),
  serverCertificate: join(dir, 'server.pem'),
  serverKey: join(dir, 'server.key'),
  clientCertificate: join(dir, 'client.pem'),
  clientKey: join(dir, 'client.key'),
  clientPkcs12: join(dir, 'client.p12'),
  passphrase: join(dir, 'client.p12.passphrase'),
})

/** Writes the files (mode 0600, folder 0700 when it is new). Throws the system's error. */
export const writePki = (dir: string, pki: Pki): PkiFiles => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const files = pkiFiles(dir)
  const contents: readonly (readonly [path: string, content: string | Buffer])[] = [
    [files.ca, pki.ca.certificatePem],
    [files.serverCertificate, pki.server.certificatePem],
    [files.serverKey, pki.server.keyPem],
    [files.clientCertificate, pki.client.certificatePem],
    [files.clientKey, pki.client.keyPem],
    [files.clientPkcs12, pki.clientPkcs12],
    [files.passphrase, pki.passphrase],
  ]
  for (const [path, content] of contents) {
    writeFileSync(path, content, { mode: 0o600 })
    chmodSync(path, 0o600)
  }
  return files
}

/** What a gateway needs to listen. */
export interface ServerTls {
  readonly caPem: string
  readonly certificatePem: string
  readonly keyPem: string
}

export const serverTls = ({ ca, server }: Pick<Pki, 'ca' | 'server'>): ServerTls => ({
  caPem: ca.certificatePem,
  certificatePem: server.certificatePem,
  keyPem: server.keyPem,
})

/** The server's part of a written folder; undefined when there is none. Throws on a partial one. */
export const readServerTls = (dir: string): ServerTls | undefined => {
  const files = pkiFiles(dir)
  if (!existsSync(files.ca)) return undefined
  return {
    caPem: readFileSync(files.ca, 'utf8'),
    certificatePem: readFileSync(files.serverCertificate, 'utf8'),
    keyPem: readFileSync(files.serverKey, 'utf8'),
  }
}

/** The issuer's common name in every simulated card's certificate. */
export const CARD_AUTHORITY = 'onshi-agent simulated card CA'

/** Issues what a My Number card holds. Subjects carry no personal data, only `cardId`. */
export interface CardAuthority {
  /** DER of the authority's own certificate: the card's EF 000B. */
  readonly certificateDer: Buffer
  /**
   * The 利用者証明用 key and certificate of this patient's card (EF 0017 and 000A), RSA-2048.
   * `notAfter` (epoch ms) defaults to what the patient's case says.
   */
  makeCardCertificate(patient: Pick<Patient, 'cardId' | 'cardExpires'>, notAfter?: number): Identity
}

export const makeCardAuthority = (): CardAuthority => {
  const ca = authority(CARD_AUTHORITY)
  return {
    certificateDer: ca.certificateDer,
    makeCardCertificate: (patient, notAfter) => {
      const end = notAfter ?? cardNotAfter(patient, Date.now())
      return issue(
        { commonName: patient.cardId },
        { notBefore: end - 5 * 365 * MS_PER_DAY, notAfter: end },
        [
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', clientAuth: true },
          { name: 'subjectKeyIdentifier' },
        ],
        ca,
      )
    },
  }
}
